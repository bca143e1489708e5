"""Checkpoints: where a training stands after an epoch, for the attempt after a killed one.

A file is named by its job and by the run, that is network, regime and seed: two databases that
share a data folder number their jobs alike. Nothing here knows torch, so that a worker, which
never imports it, can remove what it no longer needs.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from pathlib import Path

from jobs.messages import Claim
from workers.disk import files

log = logging.getLogger(__name__)

FOLDER = "checkpoints"

WEEK_SECONDS = 7 * 24 * 3600.0
"""Nobody comes back for a checkpoint that is older."""


def run_of(claim: Claim) -> str:
    """What the state of a training depends on, in 16 hex digits."""
    parts = (claim.network.hash, claim.regime.model_dump_json(), claim.seed)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Checkpoint:
    """The checkpoint of one job, there or not."""

    def __init__(self, claim: Claim, data_dir: Path) -> None:
        self.run = run_of(claim)
        self.file = data_dir / FOLDER / f"{claim.job_id}-{self.run}.checkpoint"

    def save(self, state: bytes) -> None:
        """Put `state` in the place of the last one; a full disk is no reason to stop."""
        try:
            files.write(self.file, state)
        except OSError as error:
            log.warning("no checkpoint: %s", error)

    def load(self) -> bytes | None:
        """The state that was saved last; None where there is none that can be read."""
        try:
            return files.read(self.file)
        except FileNotFoundError:
            return None
        except (OSError, files.Corrupt) as error:
            log.warning("checkpoint ignored: %s", error)
            return None

    def remove(self) -> None:
        """The job has ended for ever."""
        with contextlib.suppress(OSError):  # it is removed when it is a week old
            self.file.unlink(missing_ok=True)
