"""How far a training is, shown while one waits: a bar of tqdm, or lines of text without it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Protocol, TextIO

from netspace_client.answers import Progress


class Bar(Protocol):
    """Shows how far it is until it is left."""

    def show(self, progress: Progress) -> None: ...
    def __enter__(self) -> Bar: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def bar(name: str, shown: bool = True) -> Bar:
    """The best that is installed, in a terminal or a notebook; nothing where not `shown`."""
    if not shown:
        return Lines(name, None)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return Lines(name, sys.stderr)
    return Tqdm(tqdm(desc=name, unit="network"))


def ended(progress: Progress) -> int:
    """Jobs that are over."""
    return progress.done + progress.failed + progress.cancelled


def held_up(progress: Progress) -> list[str]:
    """Jobs that have no result, or wait for somebody, where there are some."""
    numbers = {
        "failed": progress.failed,
        "cancelled": progress.cancelled,
        "paused": progress.paused,
    }
    return [f"{number} {what}" for what, number in numbers.items() if number]


def words(progress: Progress) -> str:
    """`12 of 150, 1 failed, 3.2 a minute, 40 s left`."""
    said = [f"{ended(progress)} of {progress.total}", *held_up(progress)]
    if progress.networks_per_minute:
        said.append(f"{progress.networks_per_minute:.1f} a minute")
    if progress.seconds_left:
        said.append(f"{progress.seconds_left:.0f} s left")
    return ", ".join(said)


class Tqdm:
    """A bar of tqdm."""

    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def show(self, progress: Progress) -> None:
        self._shown.total = progress.total
        self._shown.n = ended(progress)
        self._shown.set_postfix_str(", ".join(held_up(progress)), refresh=False)
        self._shown.refresh()

    def __enter__(self) -> Tqdm:
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.close()


class Lines:
    """Text: one line that is written over in a terminal, else a line for each tenth."""

    def __init__(self, name: str, file: TextIO | None) -> None:
        self._name, self._file = name, file
        self._tenth = -1
        self._written = 0

    def show(self, progress: Progress) -> None:
        if self._file is None:
            return
        line = f"{self._name}: {words(progress)}"
        if self._file.isatty():
            self._file.write(f"\r{line.ljust(self._written)}")
            self._written = len(line)
        elif (tenth := 10 * ended(progress) // max(progress.total, 1)) != self._tenth:
            self._tenth = tenth
            self._file.write(f"{line}\n")
        self._file.flush()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        if self._written and self._file is not None:
            self._file.write("\n")
