"""Provenance: with what the results of this machine came about."""

from __future__ import annotations

import platform
import subprocess
from functools import lru_cache
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parents[2]


@lru_cache(maxsize=1)
def here() -> dict[str, str | None]:
    """This program's and this machine's, as far as they can be told without torch."""
    return {
        "netspace": _version("netspace"),
        "commit": _commit(),
        "python": platform.python_version(),
        "torch": _version("torch"),
        "cpu": processor() or platform.processor() or None,
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit of the checkout that runs; `+` where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty=+", "--abbrev=40", "--exclude=*"]
    if not (HERE / ".git").exists():  # else git would look for one in the folders above
        return None
    try:
        said = subprocess.run(asked, cwd=HERE, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout.strip() or None


def processor() -> str | None:
    """The processor's name, as Linux tells it; None elsewhere and where it has none."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, None)
