"""Data sets, batches and the training loop."""

import hashlib
import math

import numpy as np
import pytest
import torch
from published import write_fashion

from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.regimes import DIGITS
from workers.packing import idx
from workers.packing.store import save
from workers.training import stratified
from workers.training.augmenting.batches import Moves, batches, pad, steps_per_epoch
from workers.training.data import DataError, Images, check_fit, load
from workers.training.failures import Impossible, failed
from workers.training.train import count_wrong, train

TINY = Network(stem=Stem(width=8, stride=1), stages=(Stage(depth=1, width=8, group_width=4),))
SHORT = DIGITS.model_copy(update={"epochs": 2})


@pytest.fixture
def digits(tmp_path):
    return load("digits", tmp_path)


@pytest.fixture
def store(tmp_path):
    """Stores the own data set `mine`: colour images of 6 x 6 in 3 classes, by default."""
    rng = np.random.default_rng(0)

    def store(**changed):
        arrays = {
            "x_train": rng.integers(0, 256, (20, 6, 6, 3), dtype=np.uint8),
            "y_train": np.arange(20) % 3,
            "x_test": rng.integers(0, 256, (10, 6, 6, 3), dtype=np.uint8),
            "y_test": np.arange(10) % 3,
        }
        (tmp_path / "datasets").mkdir(exist_ok=True)
        kept = {name: a for name, a in (arrays | changed).items() if a is not None}
        np.savez(tmp_path / "datasets" / "mine.npz", **kept)
        return tmp_path

    return store


MINE = DIGITS.model_copy(update={"data": "mine", "resolution": 6, "channels": 3, "classes": 3})


# --- data sets ---------------------------------------------------------------------------


def test_digits_are_scikit_learns_1797_split_into_1200_and_597(digits):
    from sklearn.datasets import load_digits

    every, labels = load_digits(return_X_y=True)
    split = torch.cat([digits.train.pixels, digits.test.pixels]).flatten(1).numpy()
    assert (len(digits.train), len(digits.test)) == (1200, 597)
    assert np.array_equal(np.unique(split, axis=0), np.unique(every, axis=0))
    # Stratified: each class has its share of the test images, up to rounding.
    expected = np.bincount(labels) * 597 / 1797
    assert np.abs(np.bincount(digits.test.labels) - expected).max() < 1


def test_the_digits_are_to_the_byte_what_scikit_learn_loads_and_splits(digits):
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    wanted = train_test_split(
        pixels.astype(np.uint8).reshape(-1, 8, 8, 1),
        labels,
        train_size=1200,
        stratify=labels,
        random_state=0,
    )
    parts = digits.train.pixels, digits.test.pixels, digits.train.labels, digits.test.labels
    for part, whole in zip(parts, wanted, strict=True):
        assert part.shape == whole.shape
        assert part.numpy().tobytes() == whole.tobytes()


@pytest.mark.parametrize("seed", range(30))
def test_a_split_is_that_of_scikit_learn_to_the_index(seed):
    from sklearn.model_selection import train_test_split

    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(7), rng.integers(5, 40, 7)))
    train = int(rng.integers(8, len(labels) - 8))
    wanted = train_test_split(
        np.arange(len(labels)), train_size=train, stratify=labels, random_state=seed
    )
    for part, whole in zip(stratified.split(labels, train, seed), wanted, strict=True):
        assert part.tolist() == whole.tolist()


def test_the_split_of_the_digits_never_changes(digits):
    # Errors that were measured on different test images must not be compared.
    assert digits.test.labels[:12].tolist() == [1, 5, 4, 5, 9, 1, 8, 2, 9, 0, 6, 6]


def test_own_data_is_read_as_it_was_stored(store):
    data = load("mine", store())
    check_fit(data, MINE)
    assert data.train.pixels.shape == (20, 6, 6, 3)
    assert data.train.labels.tolist() == [i % 3 for i in range(20)]


def test_grey_images_may_lack_the_axis_of_channels(store):
    grey = store(x_train=np.ones((20, 6, 6), np.uint8), x_test=np.ones((10, 6, 6), np.uint8))
    check_fit(load("mine", grey), MINE.model_copy(update={"channels": 1}))


def test_channels_are_normalised_by_mean_and_deviation_of_the_train_images(store):
    data = load("mine", store())
    x = data.normalise(data.train.pixels)
    assert x.shape == (20, 3, 6, 6)
    assert x.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3), correction=0), torch.ones(3))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"y_test": None}, "y_test"),
        ({"x_train": np.zeros((20, 6, 6, 3))}, "uint8.*is float64"),
        ({"y_train": np.zeros(19, int)}, r"each of 20 images.*\(19,\)"),
        ({"y_train": np.arange(20) % 3 - 1}, "from 0, y_train has -1"),
    ],
)
def test_arrays_of_another_form_are_refused(store, changed, said):
    folder = store(**changed)
    with pytest.raises(DataError, match=said):
        load("mine", folder)


def test_a_missing_or_broken_file_is_named(tmp_path):
    with pytest.raises(DataError, match="'mine'.*does not exist"):
        load("mine", tmp_path)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mine.npz").write_bytes(b"no zip file")
    with pytest.raises(DataError, match="can't be read"):
        load("mine", tmp_path)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"resolution": 8}, "expects images of 8 x 8 pixels.*train has 6 x 6"),
        ({"channels": 1}, "1 channels, train has 6 x 6 and 3"),
        ({"classes": 10}, "expects 10 classes.*from 0 to 2"),
    ],
)
def test_data_that_does_not_fit_the_regime_is_refused_with_both_numbers(store, expected, said):
    with pytest.raises(DataError, match=said):
        check_fit(load("mine", store()), MINE.model_copy(update=expected))


def test_a_class_that_is_tested_and_never_trained_is_refused(store):
    gap = store(y_train=np.arange(20) % 2 * 2)  # of three classes the middle one
    with pytest.raises(DataError, match=r"test images of classes \[1\], and none to train"):
        check_fit(load("mine", gap), MINE)


def test_a_packed_set_is_mapped_and_its_digest_is_a_condition_of_the_result(tmp_path):
    data_dir = tmp_path / "data"
    arrays = idx.fashion_mnist(write_fashion(tmp_path / "source"))
    manifest = save(data_dir, "fashion-mnist", "IDX files", idx.CLASSES, arrays)
    data = load("fashion-mnist", data_dir)
    assert np.array_equal(data.train.pixels, arrays["train"][0])
    torch.testing.assert_close(data.mean, torch.tensor([arrays["train"][0].mean()]).float())
    regime = SHORT.model_copy(update={"data": "fashion-mnist", "resolution": 28, "epochs": 1})
    result = train(TINY, regime, 0, data, lambda epoch: None)
    assert result.conditions["data"] == manifest.digest


def test_data_that_is_known_but_not_packed_comes_with_the_command(tmp_path):
    with pytest.raises(DataError, match="netspace data pack fashion-mnist PATH"):
        load("fashion-14", tmp_path)


# --- batches -----------------------------------------------------------------------------


def numbered(n, side, shift):
    """n images whose pixels are all different and none is 0, padded."""
    pixels = torch.arange(1, n * side * side + 1).reshape(n, side, side, 1)
    return pad(Images(pixels, torch.arange(n)), shift)


def test_an_epoch_shows_each_image_once_in_whole_batches():
    regime = DIGITS.model_copy(update={"resolution": 2, "shift": 0, "batch_size": 4})
    labels = [y.tolist() for _, y in batches(numbered(10, 2, 0), regime, seed=0, epoch=1)]
    assert [len(batch) for batch in labels] == [4, 4]
    assert len({label for batch in labels for label in batch}) == 8


def test_fewer_images_than_a_batch_are_one_batch():
    regime = DIGITS.model_copy(update={"resolution": 2, "shift": 0, "batch_size": 64})
    assert steps_per_epoch(10, regime) == 1
    ((_, labels),) = batches(numbered(10, 2, 0), regime, seed=0, epoch=1)
    assert sorted(labels.tolist()) == list(range(10))


def test_an_epoch_depends_on_seed_and_number_only():
    regime = DIGITS.model_copy(update={"resolution": 3, "flip": True, "batch_size": 10})
    images = numbered(10, 3, 1)

    def epoch(seed, number):
        torch.rand(1)  # the global generator doesn't matter
        return next(batches(images, regime, seed, number))[0].flatten().tolist()

    assert epoch(3, 5) == epoch(3, 5)
    assert len({tuple(epoch(*which)) for which in [(3, 5), (5, 3), (3, 6), (4, 5)]}) == 4


def test_a_shift_moves_the_image_by_up_to_shift_pixels_over_black():
    regime = DIGITS.model_copy(update={"resolution": 3, "shift": 1, "batch_size": 64})
    images = numbered(64, 3, 1)
    (pixels, labels) = next(batches(images, regime, seed=0, epoch=1))
    offsets = set()
    for shown, label in zip(pixels[..., 0], labels, strict=True):
        padded = images.pixels[label, ..., 0]
        matches = [
            (dy, dx)
            for dy in (0, 1, 2)
            for dx in (0, 1, 2)
            if torch.equal(shown, padded[dy : dy + 3, dx : dx + 3])
        ]
        assert len(matches) == 1
        offsets.update(matches)
    assert len(offsets) == 9  # all of them occur


def test_half_of_the_images_are_mirrored_where_the_regime_flips():
    regime = DIGITS.model_copy(update={"resolution": 4, "shift": 0, "flip": True})
    rows, columns = Moves.drawn(4000, regime, torch.Generator().manual_seed(0)).shown(4)
    straight, mirrored = torch.arange(4), torch.arange(3, -1, -1)
    is_mirrored = (columns == mirrored).all(1)
    assert (rows == straight).all()
    assert ((columns == straight).all(1) ^ is_mirrored).all()
    assert is_mirrored.float().mean().item() == pytest.approx(0.5, abs=0.03)


def test_digits_are_shown_as_they_always_were(digits):
    # Errors of networks that are trained already would not come out again otherwise.
    shown = hashlib.sha256()
    for regime in (DIGITS, DIGITS.model_copy(update={"flip": True, "shift": 2})):
        for epoch in (1, 2):
            for pixels, labels in batches(pad(digits.train, regime.shift), regime, 7, epoch):
                shown.update(pixels.numpy().tobytes() + labels.numpy().tobytes())
    assert shown.hexdigest().startswith("681f821b56dcc9e136f89beb2e95af3e")


# --- training ----------------------------------------------------------------------------


def test_training_reports_each_epoch_and_returns_the_error_of_the_last(digits):
    epochs = []
    result = train(TINY, SHORT, 0, digits, epochs.append)
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    assert epochs[-1].loss < epochs[0].loss < math.log(10) + 0.1
    assert result.quantities["error"] == epochs[-1].error
    assert result.quantities["loss"] == epochs[-1].loss
    assert result.quantities["training_cpu_seconds"] > 0
    assert 0 < epochs[0].seconds < epochs[1].seconds <= result.quantities["training_seconds"]
    assert result.conditions["threads"] == "1"
    # The error is a whole number of 597 test images.
    wrong = result.quantities["error"] / 100 * 597
    assert wrong == pytest.approx(round(wrong), abs=1e-4)
    assert "diverged" not in result.quantities


def test_the_learning_rate_falls_on_a_cosine_once_a_batch(digits, monkeypatch):
    rates = []
    step = torch.optim.SGD.step

    def note(self, *arguments):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *arguments)

    monkeypatch.setattr(torch.optim.SGD, "step", note)
    train(TINY, SHORT, 0, digits, lambda epoch: None)
    t = np.arange(2 * 18)  # 1,200 images are 18 whole batches of 64
    assert rates == pytest.approx(SHORT.lr / 2 * (1 + np.cos(np.pi * t / len(t))))


def test_a_network_whose_loss_is_not_finite_has_diverged_and_no_error(digits):
    # Each step multiplies the weights by 1 - lr * wd = -999: they overflow in the first epoch.
    wild = SHORT.model_copy(update={"lr": 100.0, "weight_decay": 10.0})
    epochs = []
    result = train(TINY, wild, 0, digits, epochs.append)
    assert result.quantities["diverged"] == 1
    assert "error" not in result.quantities
    assert [(epoch.epoch, epoch.loss, epoch.error) for epoch in epochs] == [(1, None, None)]


def test_wrong_are_images_whose_largest_logit_is_not_their_labels():
    logits = torch.tensor([[1.0, 2.0, 0.0], [5.0, 2.0, 3.0], [0.0, 1.0, 2.0]])
    assert count_wrong(logits, torch.tensor([1, 2, 2])) == 1
    logits[0, 0] = math.inf
    assert math.isnan(count_wrong(logits, torch.tensor([1, 2, 2])))


def test_a_network_that_torch_refuses_is_impossible(digits):
    # 8 channels in groups of 16: a validated stage would not let that pass.
    odd = Stage.model_construct(depth=1, width=8, stride=1, bottleneck_ratio=1, group_width=16)
    network = Network.model_construct(stem=TINY.stem, stages=(odd,), se_ratio=0)
    with pytest.raises(Impossible, match="groups must be a positive"):
        train(network, SHORT, 0, digits, lambda epoch: None)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), "out_of_memory"),
        (torch.OutOfMemoryError("CUDA out of memory"), "out_of_memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate"), "out_of_memory"),
        (RuntimeError("CUDA error: out of memory"), "out_of_memory"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "device"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "device"),
        (DataError("no such file"), "data"),
        (Impossible("torch refuses it"), "impossible"),
        (RuntimeError("something else"), "error"),
        (KeyError("x"), "error"),
    ],
)
def test_failures_have_the_class_that_says_who_can_help(error, failure):
    assert failed(error).failure == failure


def test_an_unexpected_error_keeps_the_end_of_its_traceback():
    def fall():
        raise ArithmeticError("what went wrong")

    with pytest.raises(ArithmeticError) as caught:
        fall()
    lines = failed(caught.value).detail.splitlines()
    assert "fall" in "\n".join(lines)
    assert lines[-1] == "ArithmeticError: what went wrong"
