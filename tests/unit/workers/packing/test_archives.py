"""CIFAR's archives and folders of images: packed as they are, whatever happens meanwhile."""

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import tarfile
import time

import numpy as np
import pytest
from PIL import Image

from workers.disk import files
from workers.packing import cifar, folders, store
from workers.packing.arrays import PackingError
from workers.packing.cifar import CIFAR10, CIFAR100

RNG = np.random.default_rng(0)


def planes(n):
    """n images as CIFAR has them: (n, 3072), red, green, blue planes."""
    return RNG.integers(0, 256, (n, 3072), dtype=np.uint8)


def archive(file, contents):
    """A compressed tar archive of files by name."""
    with tarfile.open(file, "w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file


def cifar10_python(file, images, **changed):
    """Five train batches of four images, and a test batch of four."""
    names = [*CIFAR10.train, *CIFAR10.test]
    batches = {
        f"cifar-10-batches-py/{name}": pickle.dumps(
            {b"data": part, b"labels": [int(i) for i in range(4)]}, protocol=2
        )
        for name, part in zip(names, np.split(images, 6), strict=True)
    }
    return archive(file, {n: c for n, c in (batches | changed).items() if c is not None})


# --- CIFAR -------------------------------------------------------------------------------


def test_the_python_archive_gives_images_in_the_order_of_its_batches(tmp_path):
    images = planes(24)
    arrays = cifar.read(cifar10_python(tmp_path / "c.tar.gz", images), CIFAR10)
    pixels, labels = arrays["train"]
    assert pixels.shape == (20, 32, 32, 3)
    assert labels.tolist() == [0, 1, 2, 3] * 5
    # red is the first third, row by row
    assert np.array_equal(pixels[7, :, :, 0].ravel(), images[7, :1024])
    assert np.array_equal(pixels[7, :, :, 2].ravel(), images[7, 2048:])
    assert np.array_equal(arrays["test"][0][3, :, :, 1].ravel(), images[23, 1024:2048])


def test_the_binary_archive_gives_the_fine_labels_of_cifar_100(tmp_path):
    images = planes(6)
    rows = [bytes([9, 90 + i]) + row.tobytes() for i, row in enumerate(images)]
    file = archive(
        tmp_path / "c.tar.gz",
        {
            "cifar-100-binary/train.bin": b"".join(rows[:4]),
            "cifar-100-binary/test.bin": b"".join(rows[4:]),
            "cifar-100-binary/fine_label_names.txt": b"apple",
        },
    )
    arrays = cifar.read(file, CIFAR100)
    assert arrays["train"][1].tolist() == [90, 91, 92, 93]
    assert np.array_equal(arrays["test"][0][1, :, :, 0].ravel(), images[5, :1024])


def test_a_pickle_that_calls_a_function_is_refused(tmp_path):
    class Call:
        def __reduce__(self):
            return os.system, ("exit 1",)

    bad = {"cifar-10-batches-py/test_batch": pickle.dumps(Call())}
    file = cifar10_python(tmp_path / "c.tar.gz", planes(24), **bad)
    with pytest.raises(PackingError, match="system is not part of a data set"):
        cifar.read(file, CIFAR10)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cifar-10-batches-py/data_batch_3": None}, "holds no data_batch_3 of cifar10"),
        ({"cifar-10-batches-py/data_batch_3": b"no pickle"}, "data_batch_3"),
        (
            {
                "cifar-10-batches-py/test_batch": pickle.dumps(
                    {b"data": planes(2), b"labels": [0, 10]}
                )
            },
            "test labels should be 0 to 9, are 0 to 10",
        ),
    ],
)
def test_an_archive_of_another_form_is_refused(tmp_path, changed, said):
    file = cifar10_python(tmp_path / "c.tar.gz", planes(24), **changed)
    with pytest.raises(PackingError, match=said):
        cifar.read(file, CIFAR10)


def test_what_is_no_archive_is_refused(tmp_path):
    (tmp_path / "c.tar.gz").write_bytes(b"nothing")
    with pytest.raises(PackingError, match="can't be read"):
        cifar.read(tmp_path / "c.tar.gz", CIFAR10)


# --- folders of images -------------------------------------------------------------------


@pytest.fixture
def pictures(tmp_path):
    """Two classes, of 6 and 5 images to train on and 2 each to test on; one is broken."""
    for part, counts in {"train": (6, 5), "val": (2, 2)}.items():
        for name, n in zip(("cat", "dog"), counts, strict=True):
            folder = tmp_path / "pictures" / part / name
            folder.mkdir(parents=True)
            for i in range(n):
                colour = (20 * i, 100 if name == "cat" else 200, 7)
                Image.new("RGB", (24, 16 + i), colour).save(folder / f"{i}.png")
    (tmp_path / "pictures/train/cat/3.png").write_bytes(b"\x89PNG broken")
    (tmp_path / "pictures/train/cat/notes.txt").write_text("no image")
    return tmp_path / "pictures"


def test_folders_are_classes_and_the_broken_image_is_named_and_skipped(tmp_path, pictures):
    manifest = folders.pack(tmp_path, "pets", pictures, side=8)
    assert manifest.classes == ("cat", "dog")
    assert manifest.parts["train"].images == 10
    assert [one.image for one in manifest.skipped] == ["train/cat/3.png"]
    assert "UnidentifiedImageError" in manifest.skipped[0].why
    pixels, labels = store.arrays_of(tmp_path, manifest, "train")
    assert labels.tolist() == [0] * 5 + [1] * 5
    assert pixels[4, 0, 0].tolist() == [100, 100, 7]  # cat 5, after the skipped 3
    assert pixels[9, 7, 7].tolist() == [80, 200, 7]
    assert store.wrong(tmp_path, manifest) == []


def test_the_middle_square_of_an_image_is_kept(tmp_path):
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 8:16] = 255
    for part in ("train", "test"):
        (tmp_path / part / "a").mkdir(parents=True)
        Image.fromarray(wide).save(tmp_path / part / "a" / "1.png")
    manifest = folders.pack(tmp_path / "var", "wide", tmp_path, side=8)
    assert store.arrays_of(tmp_path / "var", manifest, "test")[0].min() == 255


def test_packing_goes_on_after_the_last_entry_of_the_journal(tmp_path, pictures, monkeypatch):
    monkeypatch.setattr(folders, "BATCH", 2)
    whole = folders.pack(tmp_path / "whole", "pets", pictures, side=8)

    def fall(part, done, of):
        if (part, done) == ("train", 6):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folders.pack(tmp_path, "pets", pictures, 8, fall)
    staged = tmp_path / "datasets" / ".pets.packing"
    with store.pixels_file(staged, "train").open("ab") as stream:
        stream.write(b"half an image, written after the journal")
    assert store.read(tmp_path, "pets") is None
    told = []
    manifest = folders.pack(tmp_path, "pets", pictures, 8, lambda *one: told.append(one))
    assert told[0] == ("train", 8, 11)  # six were done
    assert manifest == whole


def test_another_list_of_images_begins_anew(tmp_path, pictures, monkeypatch):
    monkeypatch.setattr(folders, "BATCH", 2)

    def fall(part, done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folders.pack(tmp_path, "pets", pictures, 8, fall)
    (pictures / "train/cat/0.png").unlink()
    assert folders.pack(tmp_path, "pets", pictures, 8).parts["train"].images == 9


def test_a_broken_journal_begins_anew(tmp_path, pictures):
    journal = tmp_path / "datasets" / ".pets.packing" / "train.journal"
    journal.parent.mkdir(parents=True)
    files.write(journal, json.dumps({"source": "?", "done": 4}).encode())
    journal.write_bytes(journal.read_bytes()[:-1])
    assert folders.pack(tmp_path, "pets", pictures, 8).parts["train"].images == 10


PACKS = """
import sys, time
from pathlib import Path
from workers.packing import folders
folders.BATCH = 2
folders.pack(Path(sys.argv[1]), "pets", Path(sys.argv[2]), 8, lambda *_: time.sleep(0.5))
"""


def test_a_packing_that_is_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path, pictures):
    whole = folders.pack(tmp_path / "whole", "pets", pictures, side=8)
    journal = tmp_path / "datasets" / ".pets.packing" / "train.journal"
    for wait in (0.0, 0.6):
        packing = subprocess.Popen([sys.executable, "-c", PACKS, tmp_path, pictures])
        while not journal.exists() and packing.poll() is None:
            time.sleep(0.005)
        time.sleep(wait)
        packing.send_signal(signal.SIGKILL)
        packing.wait()
    assert store.read(tmp_path, "pets") is None
    assert folders.pack(tmp_path, "pets", pictures, side=8) == whole


def test_a_layout_without_its_folders_or_images_is_refused(tmp_path, pictures):
    with pytest.raises(PackingError, match="no folder train"):
        folders.pack(tmp_path, "pets", tmp_path, 8)
    (pictures / "val/fish").mkdir()
    with pytest.raises(PackingError, match=r"classes that train lacks: \['fish'\]"):
        folders.pack(tmp_path, "pets", pictures, 8)
    with pytest.raises(PackingError, match="side 2 should be 4 to 1024"):
        folders.pack(tmp_path, "pets", pictures, 2)
