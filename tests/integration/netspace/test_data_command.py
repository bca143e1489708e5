"""`python -m netspace data`, as somebody types it."""

import pytest
from PIL import Image
from published import write_fashion
from typer.testing import CliRunner

from netspace.cli import app
from workers.packing import derive, store
from workers.packing.derive import Derivation


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Runs `netspace data ...` in a data folder of the test's own."""
    monkeypatch.setenv("NETSPACE_DATA_DIR", str(tmp_path / "var"))
    small = Derivation("fashion-mnist", pool=2, train=8, seed=0)
    monkeypatch.setattr(derive, "DERIVED", {"fashion-14": small})
    return lambda *words: CliRunner().invoke(app, ["data", *map(str, words)])


def test_fashion_mnist_is_packed_once_with_what_is_made_of_it(data, tmp_path):
    source = write_fashion(tmp_path / "source")
    first, again = (data("pack", "fashion-mnist", source) for _ in range(2))
    assert first.exit_code == again.exit_code == 0
    assert first.stdout.splitlines()[0].startswith("packed fashion-mnist: 40 train, 20 test")
    assert first.stdout.splitlines()[1].startswith("packed fashion-14: 8 train, 20 test")
    assert again.stdout.count("already packed") == 2
    assert [line.split(":")[0] for line in data("list").stdout.splitlines()] == [
        "fashion-14",
        "fashion-mnist",
    ]


def test_a_folder_without_the_files_ends_with_a_line(data, tmp_path):
    result = data("pack", "fashion-mnist", tmp_path)
    assert result.exit_code == 1
    assert "train-images-idx3-ubyte" in result.stderr
    assert "Traceback" not in result.stderr


def test_verify_finds_what_changed(data, tmp_path):
    data("pack", "fashion-mnist", write_fashion(tmp_path / "source"))
    assert data("verify").exit_code == 0
    folder = store.place(tmp_path / "var", "fashion-14")
    store.labels_file(folder, "train").unlink()
    result = data("verify")
    assert result.exit_code == 1
    assert "fashion-14: wrong: train-labels.npy" in result.stdout
    assert "fashion-mnist: as packed" in result.stdout
    assert data("verify", "fashion-mnist").exit_code == 0
    assert "packed are: fashion-14, fashion-mnist" in data("verify", "other").stderr


def test_folders_of_images_are_packed_under_a_name(data, tmp_path):
    for part in ("train", "val"):
        for name in ("cat", "dog"):
            (tmp_path / part / name).mkdir(parents=True)
            Image.new("RGB", (9, 9)).save(tmp_path / part / name / "1.png")
    (tmp_path / "train/dog/2.jpg").write_bytes(b"broken")
    result = data("pack", "folder", tmp_path, "--name=pets", "--side=8")
    assert result.exit_code == 0
    assert "packed pets: 2 train, 2 test images of 8 x 8 x 3, 2 classes" in result.stdout
    assert "skipped train/dog/2.jpg: UnidentifiedImageError" in result.stdout
    refused = data("pack", "folder", tmp_path, "--name=My pets")
    assert refused.exit_code == 1
    assert "'My pets' should be a-z" in refused.stderr
