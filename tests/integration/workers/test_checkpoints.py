"""Checkpoints: a killed training goes on, and nothing strange is ever gone on with."""

import os
import time

import children
import pytest
from children import claim

from jobs.messages import Finished
from workers.disk import checkpoints, files
from workers.disk.checkpoints import Checkpoint
from workers.supervision import clearing, processes
from workers.supervision.processes import Child, start_fork_server
from workers.training.data import load
from workers.training.train import train

LONG = children.REGIME.model_copy(update={"epochs": 3})
TRAINING = processes.run_job


@pytest.fixture(scope="module", autouse=True)
def fork_server():
    start_fork_server()


@pytest.fixture
def live(monkeypatch):
    """All that the process of a job says, from its start to its end."""

    def live(job, data_dir, life=TRAINING):
        monkeypatch.setattr(processes, "run_job", life)
        child = Child(job, data_dir)
        said = []
        try:
            while not said or hasattr(said[-1], "epoch"):
                said.append(child.receive(60))
        finally:
            child.stop()
            child.close()
        return said

    return live


@pytest.fixture
def half_done(tmp_path):
    """A checkpoint of the first epochs of a job."""
    job = claim(regime=LONG)
    checkpoint = Checkpoint(job, tmp_path)

    def stop(epoch):
        if epoch.epoch == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(job.network, LONG, 0, load("digits", tmp_path), stop, checkpoint)
    return checkpoint


def epochs_of(job, data_dir):
    """The epochs that an attempt trains."""
    epochs = []
    train(
        job.network,
        job.regime,
        job.seed,
        load("digits", data_dir),
        lambda epoch: epochs.append(epoch.epoch),
        Checkpoint(job, data_dir),
    )
    return epochs


def test_a_killed_training_goes_on_after_its_last_epoch_and_ends_with_the_same_bits(
    live, tmp_path
):
    job = claim(regime=LONG)
    *whole, result = live(job, tmp_path / "whole")
    *first, death = live(job, tmp_path, children.killed_in_the_third_epoch)
    *second, resumed = live(job, tmp_path)
    assert "signal 9" in death.detail
    assert [epoch.epoch for epoch in first + second] == [1, 2, 3]
    curve, interrupted = (
        [(epoch.loss, epoch.error) for epoch in said] for said in (whole, first + second)
    )
    assert interrupted == curve
    assert isinstance(resumed, Finished)
    for measured in ("error", "loss"):
        assert resumed.quantities[measured] == result.quantities[measured]
    # Seconds are of all epochs that count, not of the last attempt alone.
    seconds = [epoch.seconds for epoch in first + second]
    assert seconds == sorted(seconds)
    assert resumed.quantities["training_seconds"] == seconds[-1]
    assert resumed.quantities["training_cpu_seconds"] > 0


def test_an_epoch_is_kept_before_it_is_told_of(half_done, tmp_path):
    assert epochs_of(claim(regime=LONG), tmp_path) == [3]


def test_a_checkpoint_with_a_wrong_bit_is_ignored(half_done, tmp_path, caplog):
    whole = bytearray(half_done.file.read_bytes())
    whole[-100] ^= 1
    half_done.file.write_bytes(whole)
    assert epochs_of(claim(regime=LONG), tmp_path) == [1, 2, 3]
    assert "checksum" in caplog.text


@pytest.mark.parametrize("content", [b"", b"no checkpoint\nat all", b"[]\n", b"{}\n1"])
def test_a_file_that_is_no_checkpoint_is_ignored(content, tmp_path, caplog):
    job = claim(regime=LONG)
    files.write(Checkpoint(job, tmp_path).file, content)
    assert epochs_of(job, tmp_path) == [1, 2, 3]
    assert "ignored" in caplog.text


@pytest.mark.parametrize(
    "changed", [{"seed": 1}, {"regime": LONG.model_copy(update={"lr": 0.05})}, {"job_id": 2}]
)
def test_another_run_has_another_file_and_a_stranger_under_its_name_is_ignored(
    half_done, tmp_path, changed, caplog
):
    other = claim(**({"regime": LONG} | changed))
    file = Checkpoint(other, tmp_path).file
    assert file != half_done.file
    if "job_id" not in changed:
        half_done.file.rename(file)
        assert epochs_of(other, tmp_path) == [1, 2, 3]
        assert "of another run" in caplog.text


def test_weights_that_are_cut_short_are_ignored(half_done, tmp_path, caplog):
    half_done.save(half_done.load()[:-4])
    assert epochs_of(claim(regime=LONG), tmp_path) == [1, 2, 3]
    assert "ignored" in caplog.text


def test_a_training_without_momentum_goes_on_too(live, tmp_path):
    plain = claim(regime=LONG.model_copy(update={"momentum": 0.0}))
    result = live(plain, tmp_path / "whole")[-1]
    live(plain, tmp_path, children.killed_in_the_third_epoch)
    third, *_, resumed = live(plain, tmp_path)
    assert third.epoch == 3
    assert resumed.quantities["loss"] == result.quantities["loss"]


def test_epochs_of_another_device_or_torch_are_not_gone_on_with(
    half_done, tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(
        "workers.training.train.conditions", lambda device: {"device": "another"}
    )
    assert epochs_of(claim(regime=LONG), tmp_path) == [1, 2, 3]
    assert "of another run or device" in caplog.text


def test_a_full_disk_costs_the_checkpoint_and_not_the_training(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(files, "write", full)
    assert epochs_of(claim(regime=LONG), tmp_path) == [1, 2, 3]
    assert "no space left" in caplog.text


def test_what_is_older_than_a_week_is_removed(half_done, tmp_path):
    half_stored = half_done.file.with_suffix(".1.new")
    half_stored.touch()
    young = Checkpoint(claim(job_id=7), tmp_path)
    young.save(b"state")
    long_ago = time.time() - checkpoints.WEEK_SECONDS - 60
    for file in (half_done.file, half_stored):
        os.utime(file, (long_ago, long_ago))
    known = clearing.Known(lambda ids: [], lambda ids: set())
    clearing.clear(clearing.of_jobs(tmp_path, known))
    assert [*young.file.parent.iterdir()] == [young.file]
    assert young.load() == b"state"
