"""Windows: constraints on complexity, as people write them and populations keep them."""

from __future__ import annotations

from collections.abc import Mapping

from columns import constraints
from columns.constraints import Constraint, ConstraintError
from designspace import sampling
from services.errors import Refused


def parse(texts: Mapping[str, str]) -> dict[str, Constraint]:
    """Windows from text by column.

    Raises:
        Refused: the first that is no constraint on complexity, as `windows.NAME`.
    """
    try:
        return constraints.parse_all(texts, sampling.WINDOWS)
    except ConstraintError as error:
        allowed = f"{error.reason}; {error.allowed}"
        raise Refused(f"windows.{error.column}", error.text, allowed) from error
