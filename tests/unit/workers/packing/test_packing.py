"""Packing published files: what is read, what is refused, and what is found again."""

import json

import numpy as np
import pytest
from published import fashion_arrays, shared, write_fashion, write_idx

from workers.packing import idx, store
from workers.packing.arrays import PackingError, statistics
from workers.packing.derive import DERIVED, Derivation, derive, pooled, shuffled

SMALL = Derivation("fashion-mnist", pool=2, train=8, seed=0)


def pack_fashion(data_dir, source):
    arrays = idx.fashion_mnist(source)
    return store.save(data_dir, idx.NAME, "IDX files", idx.CLASSES, arrays)


@pytest.fixture
def packed(tmp_path):
    """A small Fashion-MNIST in the data folder tmp_path / data."""
    return pack_fashion(tmp_path / "data", write_fashion(tmp_path / "source"))


# --- IDX files ---------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".gz", ""])
def test_idx_files_are_packed_as_they_are_compressed_or_not(tmp_path, ending):
    manifest = pack_fashion(tmp_path, write_fashion(tmp_path / "source", ending))
    published = fashion_arrays()
    for part, (images, labels) in idx.FILES.items():
        pixels, numbers = store.arrays_of(tmp_path, manifest, part)
        assert np.array_equal(pixels[..., 0], published[images])
        assert np.array_equal(numbers, published[labels])
    assert manifest.parts["train"].images == 40
    assert len(manifest.classes) == 10


def test_missing_files_are_named_with_both_names_they_may_have(tmp_path):
    folder = write_fashion(tmp_path / "source")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(PackingError, match=r"t10k-labels-idx1-ubyte\.gz nor t10k-labels"):
        idx.fashion_mnist(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0\0\x0d\x01\0\0\0\x01a", "begins with 000008, not 00000d"),
        (b"\0\0\x08\x01\0\0", "cut off in its header"),
        (b"\0\0\x08\x01\0\0\0\x05abc", r"should hold \(5,\) bytes, holds 3"),
        (b"", "begins with 000008"),
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path, content, said):
    file = tmp_path / "labels"
    file.write_bytes(content)
    with pytest.raises(PackingError, match=said):
        idx.read(file)


def test_a_broken_gzip_file_is_refused(tmp_path):
    file = tmp_path / "labels.gz"
    write_idx(file, np.arange(100, dtype=np.uint8))
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(PackingError, match="can't be read"):
        idx.read(file)


def test_labels_beyond_the_classes_are_refused(tmp_path):
    folder = write_fashion(tmp_path / "source")
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.full(20, 10, np.uint8))
    with pytest.raises(PackingError, match="test labels should be 0 to 9, go to 10"):
        idx.fashion_mnist(folder)


def test_images_without_as_many_labels_are_refused(tmp_path):
    folder = write_fashion(tmp_path / "source")
    write_idx(folder / "t10k-labels-idx1-ubyte.gz", np.zeros(19, np.uint8))
    with pytest.raises(PackingError, match="test has 20 images and 19 labels"):
        idx.fashion_mnist(folder)


# --- the packed form ---------------------------------------------------------------------


def test_a_packed_set_is_found_by_its_name(tmp_path, packed):
    assert store.read(tmp_path / "data", "fashion-mnist") == packed
    assert store.every(tmp_path / "data") == [packed]
    assert store.read(tmp_path / "data", "other") is None


def test_statistics_are_those_of_the_train_pixels(tmp_path, packed):
    pixels = fashion_arrays()["train-images-idx3-ubyte"]
    assert packed.mean == pytest.approx([pixels.mean()])
    assert packed.std == pytest.approx([pixels.std()])


def test_a_channel_that_never_changes_has_deviation_one():
    assert statistics(np.full((3, 2, 2, 1), 7, np.uint8)) == ((7.0,), (1.0,))


def test_a_changed_byte_is_found(tmp_path, packed):
    assert store.wrong(tmp_path / "data", packed) == []
    file = store.pixels_file(store.place(tmp_path / "data", packed.name), "test")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert store.wrong(tmp_path / "data", packed) == ["test-pixels.npy"]


def test_arrays_of_another_shape_than_packed_are_refused(tmp_path, packed):
    folder = store.place(tmp_path / "data", packed.name)
    np.save(store.labels_file(folder, "test"), np.zeros(3, np.int64))
    with pytest.raises(PackingError, match="test should be"):
        store.arrays_of(tmp_path / "data", packed, "test")


def test_an_unreadable_manifest_is_named(tmp_path, packed):
    file = store.place(tmp_path / "data", packed.name) / "manifest.json"
    file.write_text(json.dumps({"format": 1}))
    with pytest.raises(PackingError, match=r"manifest\.json can't be read"):
        store.read(tmp_path / "data", packed.name)


def test_only_one_process_packs_a_set(tmp_path):
    with (
        store.staging(tmp_path, "mine"),
        pytest.raises(PackingError, match="packed by another process"),
        store.staging(tmp_path, "mine"),
    ):
        pass


# --- derived sets ------------------------------------------------------------------------


def test_a_derived_set_has_the_first_of_the_shuffle_and_all_test_images(tmp_path, packed):
    manifest = derive(tmp_path / "data", "small", SMALL)
    pixels, labels = store.arrays_of(tmp_path / "data", manifest, "train")
    every = fashion_arrays()["train-images-idx3-ubyte"]
    for image, label, taken in zip(pixels, labels, shuffled(40, 0)[:8], strict=True):
        means = every[taken].reshape(14, 2, 14, 2).mean((1, 3))
        assert np.array_equal(image[..., 0], np.floor(means + 0.5))
        assert label == taken % 10
    assert manifest.parts["test"].images == 20
    assert "2x2 mean-pooled" in manifest.source


def test_held_out_images_are_train_images_that_are_not_trained_on(tmp_path, packed):
    choosing = Derivation("fashion-mnist", pool=1, train=30, seed=0, held_out=10)
    manifest = derive(tmp_path / "data", "choosing", choosing)
    parts = [store.arrays_of(tmp_path / "data", manifest, part)[0] for part in store.PARTS]
    shown = np.concatenate(parts)[..., 0]
    assert [len(part) for part in parts] == [30, 10]
    every = fashion_arrays()["train-images-idx3-ubyte"]
    assert np.array_equal(np.unique(shown, axis=0), np.unique(every, axis=0))
    assert "the next 10 of the train images" in manifest.source


def test_a_shuffle_depends_on_its_seed_alone_and_never_changes():
    assert sorted(shuffled(1000, 3)) == list(range(1000))
    assert not np.array_equal(shuffled(1000, 3), shuffled(1000, 4))
    # Errors on other images must not be compared: these are the first of fashion-14.
    assert shuffled(60_000, 0)[:5].tolist() == [53924, 25556, 57691, 20554, 16026]


def test_means_are_rounded_half_up():
    tile = np.array([[[[0], [1]], [[1], [0]]], [[[0], [0]], [[1], [0]]]], np.uint8)
    assert pooled(tile, 2).ravel().tolist() == [1, 0]


def test_pixels_that_do_not_divide_are_not_pooled():
    with pytest.raises(PackingError, match="3x3 pixels.*28 x 28"):
        pooled(np.zeros((1, 28, 28, 1), np.uint8), 3)


def test_a_derivation_without_its_source_or_with_too_many_images_is_refused(tmp_path, packed):
    with pytest.raises(PackingError, match="fashion-mnist, which is not packed"):
        derive(tmp_path / "elsewhere", "small", SMALL)
    with pytest.raises(PackingError, match="4000 train images wanted.* has 1 to 40"):
        derive(tmp_path / "data", "fashion-14", DERIVED["fashion-14"])


def test_fashion_14_is_what_it_always_was(tmp_path):
    pack_fashion(tmp_path, shared("fashion-mnist"))
    manifest = derive(tmp_path, "fashion-14", DERIVED["fashion-14"])
    assert [part.images for part in manifest.parts.values()] == [4000, 10_000]
    assert manifest.digest == "3c6fba0f229d0b10"
