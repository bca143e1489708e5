"""Tables of others: what is sent, and what the server says of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

Plan: TypeAlias = Mapping[str, Any]
"""How a file is read, as `look_at_table` gives it: `{"format": .., "columns": [..], ..}`."""
Source: TypeAlias = str | Path | Any
"""A file's path, or a frame of pandas or polars."""


@contextmanager
def opened(source: Source, name: str | None = None) -> Iterator[tuple[str, IO[bytes]]]:
    """The name and the bytes of a table.

    Raises:
        OSError: there is no such file.
        TypeError: it is neither a path nor a frame.
    """
    if isinstance(source, str | Path):
        path = Path(source)
        with path.open("rb") as file:
            yield name or path.name, file
    elif hasattr(source, "write_csv"):  # polars
        yield name or "frame.csv", io.BytesIO(source.write_csv().encode())
    elif hasattr(source, "to_csv"):  # pandas
        yield name or "frame.csv", io.BytesIO(source.to_csv(index=False).encode())
    else:
        kind = type(source).__name__
        raise TypeError(f"source: a path, or a frame of pandas or polars, got {kind}")


def fields(plan: Plan | None, **others: Any) -> dict[str, str]:
    """What stands beside the file."""
    said = {name: value for name, value in others.items() if value is not None}
    return said if plan is None else said | {"plan": json.dumps(plan)}
