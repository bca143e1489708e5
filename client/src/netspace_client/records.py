"""Records and JSON: an answer as a record (answers.py), and a record as JSON has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from netspace_client.errors import Fault, Problem

T = TypeVar("T")


def read(kind: type[T], answer: Any) -> T:
    """An answer of JSON as a record.

    Raises:
        Fault: a field is missing: the server is of another version.
    """
    found: T = _read(kind, answer)
    return found


def _read(kind: Any, answer: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (kind,) = (one for one in inner if one is not NoneType)
        return None if answer is None else _read(kind, answer)
    if origin is list:
        return [_read(inner[0], one) for one in answer]
    if origin is dict:
        return {name: _read(inner[1], one) for name, one in answer.items()}
    if origin is np.ndarray:
        return np.asarray(answer, dtype=float)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = hints_of(kind)
        if missing := sorted(hints.keys() - answer.keys()):
            other = f"the answer has no {', '.join(missing)}: is the server of another version?"
            raise Fault([Problem(other)])
        return kind(**{name: _read(hint, answer[name]) for name, hint in hints.items()})
    return answer


def said(record: Any) -> Any:
    """A record as JSON has it; what its text leaves out (a connection) is left out here."""
    if is_dataclass(record):
        shown = (field.name for field in fields(record) if field.repr)
        return {name: said(getattr(record, name)) for name in shown}
    if isinstance(record, Mapping):
        return {name: said(one) for name, one in record.items()}
    if isinstance(record, list):
        return [said(one) for one in record]
    return record.tolist() if isinstance(record, np.ndarray) else record


@cache
def hints_of(record: type) -> dict[str, Any]:
    """The types of a record's fields, by name."""
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in fields(record)}
