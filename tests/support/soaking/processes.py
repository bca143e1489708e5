"""Processes of a lab's parts: the memory that they hold, the processor that they have used."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def fields(pid):
    """What the kernel says of a process, its state and parent first; None: it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def families():
    """The children of every process, by its id."""
    children = {}
    for entry in Path("/proc").glob("[0-9]*"):
        told = fields(entry.name)
        if told is not None:
            children.setdefault(int(told[1]), []).append(int(entry.name))
    return children


def descendants(pid, children, depth=99):
    """It and those below it, so many generations."""
    below = children.get(pid, []) if depth else []
    return [pid, *(one for child in below for one in descendants(child, children, depth - 1))]


def cpu_seconds(pids):
    """Seconds of processors that these have used, and their children that have ended."""
    told = [said for pid in pids if (said := fields(pid)) is not None]
    return sum(sum(map(int, said[11:15])) for said in told) / TICKS


def held(pids, shared=False):
    """MiB in memory: resident, or where they share much, each one's share of it."""
    file, name = ("smaps_rollup", "Pss:") if shared else ("status", "VmRSS:")
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith(name))
    return total / 1024
