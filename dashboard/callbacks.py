"""What asks for a callback: its body is checked before Dash believes it, and it may go.

Dash takes a body's fields as they come; one that is no call of a callback of ours, or has a
value that no page sends, would fail somewhere inside, as a fault of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from dash.backends._fastapi import get_current_request
from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from services.acting import permission
from services.acting.actor import asking
from services.acting.permission import Verb
from services.defining.names import Id

Function = TypeVar("Function", bound=Callable[..., Any])


class Property(BaseModel):
    """A property of a component, perhaps with its value."""

    model_config = ConfigDict(strict=True)

    id: str | dict[str, str | int] = Field(max_length=200)  # a pattern's is an object
    property: str = Field(max_length=200)
    value: Any = None


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


class Asked(TypedDict):
    """What Compare is asked."""

    search: str


class Picked(TypedDict):
    """The network in the drawer."""

    population: Id
    network: Id


class Outgrown(TypedDict, total=False):
    """Why Explore asks for its controls once more."""

    version: int
    judged: bool  # by something else


class Scaled(TypedDict):
    """What a ray fills in, as the page got it from `create.scale.proposal`."""

    space: Id
    regime: Id
    json: str
    name: str
    training_seed: int


class Refined(Scaled):
    """What a refinement fills in, as the page got it from `create.refine.proposal`."""

    population: Id
    windows: dict[str, str]
    left_out: list[str]


KINDS: dict[str, Any] = {
    "location.pathname": str,
    "location.search": str,
    "figure-theme.data": str,
    "population.value": Id,
    "judged-by.value": str,
    "outgrown.data": Outgrown,
    "picked.data": Picked,
    "compare-asked.data": Asked,
    "lookup-what.value": str,
    "lookup-images.value": str,
    "new-ask.data": dict[str, Any],
    "new-regime.value": Id,
    "new-refinement.data": Refined,
    "new-ray.data": Scaled,
}
TAKES = {name: TypeAdapter[Any](kind | None) for name, kind in KINDS.items()}
"""The values that callbacks take as they come; fields of the form are read by `create.plan`."""


HANDLES = {"cacheKey", "job", "oldJob", "cancelJob"}
"""Of callbacks in the background, which Dash ends and reads by them; none of ours is one."""


def require(
    body: Any, known: Mapping[str, Mapping[str, Any]], query: Collection[str] = ()
) -> None:
    """Refuse a body that calls no callback of ours.

    Args:
        known: Dash's callbacks, by their output.
        query: names of the address's parameters.

    Raises:
        HTTPException: 422, or 403 where it declares no permission.
        Forbidden: whoever asks may not do it.
    """
    if named := HANDLES & {*query}:
        raise HTTPException(422, f"{min(named)}: no callback runs in the background")
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
    verb = verb_of(callback["callback"])
    if verb is None:
        raise HTTPException(403, "nobody may: this callback declares no permission")
    permission.require(asking.get(), verb)
    for argument in (*call.inputs, *call.state):
        for part in argument if isinstance(argument, list) else [argument]:
            _require_value(part)


def _require_value(part: Property) -> None:
    name = f"{part.id}.{part.property}"
    try:
        if name in TAKES:
            TAKES[name].validate_python(part.value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join([name, *(str(step) for step in first["loc"])])
        raise HTTPException(422, f"{place}: {first['msg']}") from None


def may(verb: Verb) -> Callable[[Function], Function]:
    """Say what a callback does, below `app.callback`; who may not do it is refused."""

    def declare(function: Function) -> Function:
        function.verb = verb  # type: ignore[attr-defined]  # which `verb_of` reads
        return function

    return declare


def verb_of(callback: Any) -> Verb | None:
    """What a callback does, as it declares."""
    return getattr(callback, "verb", None)


async def has_gone() -> bool:
    """Whether the page that asks has been left."""
    return await get_current_request().is_disconnected()
