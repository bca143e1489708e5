"""Parameters of a query: those that a route takes, each once; others are refused by name.

A typed name or an option of another route would else be left out without a word, and the answer
be taken for one to another question. A route that takes constraints reads every other name as
a constraint on the column of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_origin

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError

from columns.constraints import ONE_A_COLUMN
from server import retired
from server.routes import once_a_route

ONCE = "once"


async def only_known(request: Request) -> None:
    """Refuse names that the route does not take, and a second value of what has but one."""
    asked = request.query_params.multi_items()
    if not asked:
        return
    route = request.scope["route"]
    options, constrained = _options(route), takes_constraints(route)
    problems, seen = [], set[str]()
    for name, value in asked:
        if name not in options and not constrained:
            allowed = f"this address takes {', '.join(options) or 'no parameters'}"
        elif name in seen and not options.get(name, False):
            allowed = ONCE if name in options else ONE_A_COLUMN
        else:
            if name in options and name in retired.PARAMETERS and name not in seen:
                retired.tell(request, name)
            seen.add(name)
            continue
        problems.append({"loc": ("query", name), "input": value, "msg": allowed})
    if problems:
        raise RequestValidationError(problems)


async def constraint_texts(request: Request) -> dict[str, str]:
    """Every parameter that is no option of the route, as a constraint on its column."""
    options = _options(request.scope["route"])
    return {name: text for name, text in request.query_params.items() if name not in options}


ConstraintsDep = Annotated[dict[str, str], Depends(constraint_texts)]

CONSTRAINTS: dict[str, Any] = {
    "parameters": [
        {
            "name": "constraints",
            "in": "query",
            "style": "form",
            "explode": True,
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "every other parameter is a constraint on the column of its name: "
            "`a..b` (closed, either end may be empty), `a,b,c` or `a`, as in `depth=5..8`",
        }
    ]
}
"""What a route with `ConstraintsDep` says of it in the document."""


def parted(text: str) -> list[str]:
    """Names that stand between commas, each once."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


@once_a_route
def takes_constraints(route: Any) -> bool:
    return any(one.call is constraint_texts for one in needed(route.dependant))


@once_a_route
def _options(route: Any) -> dict[str, bool]:
    """Whether each parameter of the route takes several values, by name."""
    return {
        field.alias: get_origin(field.field_info.annotation) is list
        for one in needed(route.dependant)
        for field in one.query_params
    }


def needed(dependant: Dependant) -> Iterator[Dependant]:
    """A route and all that it depends on."""
    yield dependant
    for one in dependant.dependencies:
        yield from needed(one)
