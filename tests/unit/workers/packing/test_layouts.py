"""Folders as people have them: what is a class or an image, and what is said of the rest."""

import os

import numpy as np
import pytest
from PIL import Image

from workers.packing import folders, store
from workers.packing.arrays import PackingError


@pytest.fixture
def made(tmp_path):
    """A folder of two classes, two train and two test images each."""
    for part in ("train", "val"):
        for i, name in enumerate(("cat", "dog")):
            (tmp_path / "made" / part / name).mkdir(parents=True)
            for k in range(2):
                picture(100 * i + k, tmp_path / "made" / part / name / f"{k}.png")
    return tmp_path / "made"


def picture(grey, file):
    Image.new("RGB", (9, 9), (grey, grey, grey)).save(file)


@pytest.fixture
def pack(tmp_path, made):
    """Packs the folder; the manifest, and both parts' labels."""

    def pack():
        manifest = folders.pack(tmp_path / "var", "made", made, side=8)
        parts = [store.arrays_of(tmp_path / "var", manifest, part) for part in store.PARTS]
        return manifest, [labels.tolist() for _, labels in parts]

    return pack


@pytest.mark.parametrize(
    "name",
    [
        ".ipynb_checkpoints",
        ".git",
        "@eaDir",
        "__MACOSX",
        "$RECYCLE.BIN",
        "lost+found",
        "@Recycle",
    ],
)
@pytest.mark.parametrize("part", ["train", "val"])
def test_what_other_programs_leave_beside_classes_is_none(made, pack, part, name):
    (made / part / name).mkdir()
    picture(1, made / part / name / "0.png")
    manifest, labels = pack()
    assert manifest.classes == ("cat", "dog")
    assert labels == [[0, 0, 1, 1]] * 2
    [note] = manifest.notes
    assert note == f"left out 1 (hidden, or left by other programs): {part}/{name}"


def test_what_is_left_out_is_counted_and_named(made, pack):
    for name in ("Thumbs.db", "._0.png", "a.txt", "b.txt"):
        (made / "train/cat" / name).write_bytes(b"\0\5\x16\7")
    picture(1, made / "val/loose.png")
    (made / "train/dog/gone.png").symlink_to("/nowhere")
    assert pack()[0].notes == (
        "left out 1 (broken links, or no files): train/dog/gone.png",
        "left out 2 (hidden, or left by other programs): "
        "train/cat/._0.png, train/cat/Thumbs.db",
        "left out 1 (in no folder of a class): val/loose.png",
        "left out 2 (no images: .txt): train/cat/a.txt, train/cat/b.txt",
    )


@pytest.mark.parametrize("ending", ["tif", "TIFF", "gif", "jfif", "pgm", "jp2", "ppm", "webp"])
def test_what_pillow_reads_is_read(made, pack, ending):
    kind = "JPEG" if ending == "jfif" else None
    Image.new("L", (9, 9), 7).save(made / "train" / "cat" / f"x.{ending}", format=kind)
    assert pack()[1][0] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("name", ["without an ending", "x.jpg_large", "0.1"])
def test_an_image_is_one_by_its_first_bytes_where_its_ending_says_nothing(made, pack, name):
    Image.new("L", (9, 9), 7).save(made / "train" / "cat" / name, format="PNG")
    assert pack()[1][0] == [0, 0, 0, 1, 1]


def test_images_in_folders_below_a_class_are_its(made, pack):
    (made / "train/cat/second session/deeper").mkdir(parents=True)
    picture(3, made / "train/cat/second session/deeper/a.png")
    (made / "train/cat/second session/again").symlink_to(made / "train/cat")  # no way out
    manifest, labels = pack()
    assert labels[0] == [0, 0, 0, 1, 1]
    assert manifest.notes == ("1 of train lie in folders below their class",)


LISTS = {
    "val/val_annotations.txt": "{0}.png\t{1}\t0\t0\t62\t62\n",
    "val/labels.csv": "{0}.png,{1}\n",
    "val/stems.csv": "{0},{1} 1 2 3 4\n",
    "val/list.txt": "images/{0}.png {1}\n",
    "val.txt": "val/images/{0}.png {1}\n",
}


@pytest.mark.parametrize("heading", ["", "file,class\n"])
@pytest.mark.parametrize(("name", "row"), LISTS.items())
def test_test_images_may_lie_together_beside_a_list(made, pack, name, row, heading):
    for one in ("cat", "dog"):
        for k in (0, 1):
            (made / "train" / one / "images").mkdir(exist_ok=True)
            (made / "train" / one / f"{k}.png").rename(made / "train" / one / f"images/{k}.png")
            (made / "val" / one / f"{k}.png").unlink()
        (made / "val" / one).rmdir()
    (made / "val/images").mkdir()
    for k in range(4):
        picture(k, made / f"val/images/v{k}.png")
    heading = heading.replace(",", "\t" if "\t" in row else "," if "," in row else " ")
    listed = "".join(row.format(f"v{k}", ("dog", "cat")[k % 2]) for k in range(4))
    (made / name).write_text(heading + listed)
    assert pack()[1] == [[0, 0, 1, 1], [1, 0, 1, 0]]


def test_images_that_lie_together_without_a_list_are_refused_with_the_layouts(made, pack):
    (made / "val/cat").rename(made / "val/images")
    with pytest.raises(PackingError, match=r"lacks: \['images'\]; wanted are train/CLASS/\*"):
        pack()


def test_a_list_with_a_class_that_train_lacks_is_refused_with_its_row(made, pack):
    for one in ("cat", "dog"):
        (made / "val" / one).rename(made / "val" / f"images of {one}s")
    (made / "val/labels.csv").write_text("0.png,cat\n1.png,fish\n")
    with pytest.raises(
        PackingError, match=r"labels.csv, row 2: a class that train lacks: .*fish"
    ):
        pack()


def test_names_that_are_not_utf_8_are_packed_and_shown_escaped(made, pack):
    for part in ("train", "val"):
        os.rename(made / part / "cat", os.fsencode(made / part) + b"/caf\xe9")
    with open(os.fsencode(made) + b"/train/dog/\xff.png", "wb") as broken:
        broken.write(b"no image")
    manifest, labels = pack()
    assert manifest.classes == (r"caf\xe9", "dog")
    assert labels == [[0, 0, 1, 1]] * 2
    assert [one.image for one in manifest.skipped] == [r"train/dog/\xff.png"]


def test_an_accent_may_be_written_apart_in_one_part(made, pack):
    (made / "train/cat").rename(made / "train/caf\u00e9")
    (made / "val/cat").rename(made / "val/cafe\u0301")
    assert pack()[1][1] == [0, 0, 1, 1] or pack()[1][1] == [1, 1, 0, 0]


@pytest.mark.parametrize("lost", ["cat", "dog"])
@pytest.mark.parametrize("content", [None, b"no image"])
def test_a_class_that_would_be_tested_and_never_trained_is_refused(made, pack, lost, content):
    for file in (made / "train" / lost).iterdir():
        file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(PackingError, match=f"no .*{lost}.* never trained"):
        pack()


@pytest.mark.parametrize("content", [None, b"no image"])
def test_a_class_without_test_images_is_told(made, pack, content):
    for file in (made / "val/dog").iterdir():
        file.unlink() if content is None else file.write_bytes(content)
    assert pack()[0].notes == ("no test images of dog",)


# --- pixels --------------------------------------------------------------------------------

RAMP = np.linspace(0, 60_000, 64 * 64).reshape(64, 64)


@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.pgm", "x.jp2"])
def test_grey_of_sixteen_bits_is_scaled_to_eight(tmp_path, name):
    Image.fromarray(RAMP.astype(np.uint16)).save(tmp_path / name)
    pixels = folders.decoder(64)(tmp_path / name)
    found = np.frombuffer(pixels, np.uint8).reshape(64, 64, 3)
    assert np.abs(found - (RAMP / 257)[..., None]).max() <= 1


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_grey_of_no_known_range_is_not_read(tmp_path, dtype):
    Image.fromarray(RAMP.astype(dtype)).save(tmp_path / "x.tif")
    assert "no known range" in folders.decoder(8)(tmp_path / "x.tif").why


@pytest.mark.parametrize("name", ["x.jpg", "x.png", "x.tif"])
def test_an_image_stands_as_its_exif_data_say(tmp_path, name):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise: what was on top is on the right
    top = np.zeros((32, 32, 3), np.uint8)
    top[:16] = 255
    Image.fromarray(top).save(tmp_path / name, exif=exif)
    found = np.frombuffer(folders.decoder(8)(tmp_path / name), np.uint8).reshape(8, 8, 3)
    assert found[:, 6:].min() > 250
    assert found[:, :2].max() < 5


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_white_is_white_in_every_mode(tmp_path, mode):
    if mode == "I;16":
        white = Image.fromarray(np.full((9, 9), 65_535, np.uint16))
    else:
        white = Image.new("RGB", (9, 9), "white").convert(mode)
    white.save(tmp_path / "x.tif")
    assert set(folders.decoder(8)(tmp_path / "x.tif")) == {255}
