"""Augmentation: what it may change, what it must keep, and that it is drawn from the epoch."""

import numpy as np
import pytest
import torch
from children import claim
from PIL import Image, ImageEnhance, ImageOps

from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.regimes import DIGITS, Regime
from workers.disk.checkpoints import Checkpoint
from workers.training import data as data_sets
from workers.training import train
from workers.training.augmenting import augment, randaugment
from workers.training.augmenting.batches import Moves, batches, pad
from workers.training.data import DataError, Images, check_fit, data_set
from workers.training.optimiser import rate

TINY = Network(stem=Stem(width=8, stride=1), stages=(Stage(depth=1, width=8, group_width=4),))
ALL = Regime(
    data="random",
    resolution=8,
    channels=3,
    classes=5,
    epochs=2,
    batch_size=8,
    lr=0.1,
    flip=True,
    crop_area=0.2,
    lighting=0.1,
    randaugment=2,
    label_smoothing=0.1,
    mixup=0.2,
    warmup_epochs=1,
)


def rng():
    return augment.generator(seed=0, epoch=1)


def random_images(n, side, channels=3):
    return 255 * torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def colours():
    """24 colour images of 10 x 10 in 5 classes."""
    r = np.random.default_rng(0)
    pixels = torch.from_numpy(r.integers(0, 256, (24, 10, 10, 3), dtype=np.uint8))
    images = Images(pixels, torch.arange(24) % 5)
    return data_set("random", images, images)


def epoch_of(data, regime, seed, epoch):
    """The first batch of an epoch, as a network sees it."""
    pixels, labels = next(batches(data.train, regime, seed, epoch))
    generator = augment.generator(seed, epoch)
    return augment.augmented(data, pixels, labels, regime, generator)


# --- targets -----------------------------------------------------------------------------


def test_smoothed_targets_sum_to_one_and_leave_the_label_its_share():
    targets = augment.smoothed(torch.tensor([0, 3]), classes=5, smoothing=0.1)
    torch.testing.assert_close(targets.sum(1), torch.ones(2))
    # arXiv 1512.00567, section 7: (1 - e) [k = y] + e / K
    assert targets[1].tolist() == pytest.approx([0.02, 0.02, 0.02, 0.92, 0.02])


def test_mixup_mixes_images_and_targets_by_one_share():
    images, targets = random_images(16, 4), augment.smoothed(torch.arange(16) % 5, 5, 0)
    shown, mixed = augment.mixed(images, targets, alpha=1.0, rng=rng())
    torch.testing.assert_close(mixed.sum(1), torch.ones(16))
    # The mean over the batch stays: each image is once the one and once the other.
    torch.testing.assert_close(shown.mean(0), images.mean(0))
    torch.testing.assert_close(mixed.mean(0), targets.mean(0))
    share = rng().beta(1.0, 1.0)
    assert mixed.max(1).values.min() >= max(share, 1 - share) - 1e-6


def test_a_loss_with_shares_of_classes_is_that_with_labels_where_nothing_is_smoothed():
    logits, labels = torch.randn(6, 5), torch.arange(6) % 5
    shares = augment.smoothed(labels, 5, 0)
    loss = torch.nn.functional.cross_entropy
    torch.testing.assert_close(loss(logits, shares), loss(logits, labels))


# --- images ------------------------------------------------------------------------------


def test_a_crop_has_the_resolution_and_no_colours_of_its_own():
    images = random_images(32, 10)
    shown = augment.resized_crop(images, 8, 0.1, rng())
    assert shown.shape == (32, 3, 8, 8)
    low, high = images.amin((2, 3)), images.amax((2, 3))
    assert (shown.amin((2, 3)) >= low - 1e-3).all()
    assert (shown.amax((2, 3)) <= high + 1e-3).all()


def test_a_crop_of_the_whole_image_is_the_image():
    images = random_images(4, 8)
    whole = np.tile([[1.0, 0, 0], [0, 1, 0]], (4, 1, 1))
    torch.testing.assert_close(augment.warped(images, whole, 8), images)


def test_a_crop_shows_at_least_the_least_area():
    # On a ramp from left to right the range that is seen is the width that is shown.
    ramp = torch.linspace(0, 1, 64).expand(200, 1, 64, 64)
    shown = augment.resized_crop(ramp, 64, 0.25, rng())
    width = shown[:, 0, 0, -1] - shown[:, 0, 0, 0]
    assert width.min() >= np.sqrt(0.25 * 3 / 4) - 0.02
    assert width.max() <= 1


def test_lighting_adds_one_colour_to_all_of_an_image():
    images = random_images(8, 4)
    light = augment.lit(images, 0.1, rng()) - images
    torch.testing.assert_close(light, light[:, :, :1, :1].expand_as(light), atol=1e-3, rtol=0)
    assert light[:, 0, 0, 0].unique().numel() == 8


def test_flipping_twice_is_nothing():
    moves = Moves(*(torch.zeros(1, 1, dtype=torch.int64),) * 2, torch.tensor([[True]]))
    _, columns = moves.shown(5)
    assert columns[0][columns[0]].tolist() == list(range(5))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", randaugment.OPERATIONS)
def test_operations_keep_form_and_range_and_do_nothing_at_magnitude_zero(name, channels):
    images = random_images(6, 8, channels)
    operation = randaugment.OPERATIONS[name]
    for by in (-1.0, -0.3, 0.3, 1.0):
        shown = operation(images, torch.full((6, 1, 1, 1), by))
        assert shown.shape == images.shape
        assert shown.min() >= -1e-3
        assert shown.max() <= 255 + 1e-3
    still = operation(images, torch.zeros(6, 1, 1, 1))
    if name == "posterise":
        torch.testing.assert_close(still, images.floor())
    elif name not in ("auto_contrast", "equalise"):
        torch.testing.assert_close(still, images, atol=1e-2, rtol=1e-4)


def test_there_are_the_fourteen_operations_of_the_paper():
    assert len(randaugment.OPERATIONS) == 14  # arXiv 1909.13719, section 3


@pytest.mark.parametrize(
    ("name", "by", "pillow"),
    [
        ("auto_contrast", 0.3, ImageOps.autocontrast),
        ("equalise", 0.3, ImageOps.equalize),
        ("colour", -0.5, lambda image: ImageEnhance.Color(image).enhance(0.55)),
        ("brightness", -0.5, lambda image: ImageEnhance.Brightness(image).enhance(0.55)),
        ("sharpness", -1.0, lambda image: ImageEnhance.Sharpness(image).enhance(0.1)),
        ("sharpness", 1.0, lambda image: ImageEnhance.Sharpness(image).enhance(1.9)),
    ],
)
def test_operations_do_what_pillow_does(name, by, pillow):
    # Dark images, of few values, so that there is something to stretch and to spread.
    drawn = np.random.default_rng(0).beta(2, 5, (4, 32, 32, 3))
    pixels = (200 * drawn).astype(np.uint8)
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    shown = randaugment.OPERATIONS[name](images, torch.full((4, 1, 1, 1), by))
    expected = np.stack([np.asarray(pillow(Image.fromarray(image))) for image in pixels])
    found = shown.permute(0, 2, 3, 1).numpy()
    exact = name == "equalise"  # the others are whole numbers there, and not here
    np.testing.assert_allclose(found, expected, atol=0 if exact else 1.5)


def test_a_channel_of_one_value_can_not_be_equalised():
    images = torch.full((2, 3, 32, 32), 77.0)
    assert torch.equal(randaugment.equalise(images, torch.zeros(2, 1, 1, 1)), images)


def test_a_translation_by_magnitude_one_is_by_45_percent_of_the_side():
    images = random_images(1, 20, 1)
    shown = randaugment.OPERATIONS["translate_x"](images, torch.ones(1, 1, 1, 1))
    torch.testing.assert_close(shown[..., :11], images[..., 9:], atol=1e-2, rtol=1e-4)
    assert shown[..., 11:].abs().max() < 1e-2


# --- an epoch ----------------------------------------------------------------------------


def test_all_of_it_depends_on_seed_and_epoch_only(colours):
    def seen(seed, epoch):
        torch.rand(1)  # the global generators don't matter
        images, targets = epoch_of(colours, ALL, seed, epoch)
        return [*images.flatten().tolist(), *targets.flatten().tolist()]

    assert seen(3, 5) == seen(3, 5)
    assert len({tuple(seen(*which)) for which in [(3, 5), (5, 3), (3, 6), (4, 5)]}) == 4


def test_images_are_channels_last_whatever_happened_to_them(colours):
    images, _ = epoch_of(colours, ALL, 0, 1)
    assert images.shape == (8, 3, 8, 8)
    assert images.is_contiguous(memory_format=torch.channels_last)


def test_without_augmentation_a_batch_is_normalised_and_keeps_its_labels(colours):
    pixels, labels = colours.train.pixels, colours.train.labels
    images, targets = augment.augmented(colours, pixels, labels, DIGITS, rng())
    assert torch.equal(images, colours.normalise(pixels))
    assert targets is labels


def test_a_run_with_all_of_it_goes_on_to_the_same_bits(colours, tmp_path):
    whole = train.train(TINY, ALL, 0, colours, lambda epoch: None)

    def fall(epoch):
        raise KeyboardInterrupt

    checkpoint = Checkpoint(claim(network=TINY, regime=ALL), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        train.train(TINY, ALL, 0, colours, fall, checkpoint)
    rest = train.train(TINY, ALL, 0, colours, lambda epoch: None, checkpoint)
    assert rest.quantities["error"] == whole.quantities["error"]
    assert rest.quantities["loss"] == whole.quantities["loss"]


def test_images_that_stay_on_the_host_are_shown_alike(colours, monkeypatch):
    regime = ALL.model_copy(update={"crop_area": 1, "resolution": 10, "shift": 2})
    there = list(batches(pad(colours.train, 2), regime, 0, 1))
    monkeypatch.setattr(data_sets, "RESIDENT_BYTES", 0)
    for (pixels, labels), (read, same) in zip(
        there, batches(colours.train, regime, 0, 1), strict=True
    ):
        assert torch.equal(pixels, read)
        assert torch.equal(labels, same)


def test_larger_images_are_tested_at_their_centre():
    pixels = torch.arange(36).view(1, 6, 6, 1)
    assert augment.centre(pixels, 2).flatten().tolist() == [14, 15, 20, 21]
    assert augment.centre(pixels, 6) is pixels
    # An odd pixel that is spare lies below and to the right, as torchvision cuts.
    assert augment.centre(pixels, 3).flatten().tolist() == [7, 8, 9, 13, 14, 15, 19, 20, 21]
    assert augment.centre(pixels, 5).shape == (1, 5, 5, 1)


def test_what_release_0_1_tested_of_images_larger_by_one_pixel_is_tested_still():
    pixels = torch.arange(36).view(1, 6, 6, 1)
    assert augment.centre(pixels, 5, exact=False) is pixels
    assert torch.equal(augment.centre(pixels, 4, exact=False), augment.centre(pixels, 4))


def test_stored_images_may_be_larger_only_where_they_are_cropped(colours):
    check_fit(colours, ALL)
    with pytest.raises(DataError, match="8 x 8 pixels and"):
        check_fit(colours, ALL.model_copy(update={"crop_area": 1}))
    with pytest.raises(DataError, match="11 x 11 pixels or more"):
        check_fit(colours, ALL.model_copy(update={"resolution": 11}))


def test_the_rate_warms_up_on_a_line_from_a_tenth_of_the_cosine():
    regime = ALL.model_copy(update={"epochs": 10, "warmup_epochs": 5, "lr": 1.0})
    cosine = regime.model_copy(update={"warmup_epochs": 0})
    assert rate(regime, 0) == pytest.approx(0.1)
    assert rate(regime, 2.5) == pytest.approx(0.55 * rate(cosine, 2.5))
    assert rate(regime, 5) == rate(cosine, 5) == pytest.approx(0.5)
