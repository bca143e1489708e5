"""What tests wait for: a condition, or the end of processes."""

import time
from pathlib import Path


def lives(pid):
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # it ended before, or while it was read
        return False
    return state not in "ZX"


def processes_of(folder):
    """Living processes that were started with `folder` as their data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"NETSPACE_DATA_DIR={folder}\0" in (entry / "environ").read_text():
                found.append(int(entry.name))
        except OSError:  # it ended, or is not ours
            pass
    return [pid for pid in found if lives(pid)]


def until(condition, seconds=30.0):
    """Wait for a condition; whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
