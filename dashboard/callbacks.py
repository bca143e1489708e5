"""What asks for a callback: its body is checked before Dash believes it.

Dash takes a body's fields as they come; one that is no call of a callback of ours would fail
somewhere inside, as a fault of the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Property(BaseModel):
    """A property of a component, perhaps with its value."""

    model_config = ConfigDict(strict=True)

    id: str | dict[str, str | int] = Field(max_length=200)  # a pattern's is an object
    property: str = Field(max_length=200)


Argument = Property | list[Property]
"""Of a callback; several where its id is a pattern."""


class Call(BaseModel):
    """The body that the browser's renderer sends."""

    model_config = ConfigDict(strict=True)

    output: str = Field(max_length=10_000)
    outputs: Property | list[Property]
    inputs: list[Argument] = Field(max_length=100)
    state: list[Argument] = Field([], max_length=100)
    changedPropIds: list[str] = Field([], max_length=100)


def require(body: Any, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a body that calls no callback of ours.

    Args:
        known: Dash's callbacks, by their output.

    Raises:
        HTTPException: 422.
    """
    try:
        call = Call.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise HTTPException(422, f"{place or 'body'}: {first['msg']}") from None
    callback = known.get(call.output)
    if callback is None or "callback" not in callback:
        raise HTTPException(422, "output: no callback of this page")
    outputs = call.outputs if isinstance(call.outputs, list) else [call.outputs]
    for name, parts, wanted in (
        ("outputs", outputs, call.output.strip(".").split("...")),
        ("inputs", call.inputs, callback["inputs"]),
        ("state", call.state, callback["state"]),
    ):
        if len(parts) != len(wanted):
            raise HTTPException(422, f"{name}: {len(wanted)}, not {len(parts)}")
