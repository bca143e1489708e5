"""What is on its way out: parameters that still do what they did, and until when.

An answer to whoever uses one says so. How long anything stays is in docs/rest.md.

Sources: RFC 9745 (Deprecation), RFC 8594 (Sunset).
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import Request

from server.beside import say

PARAMETERS = {
    # The cursors of lists, which all are `after` now.
    "cursor": (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)),
    "before": (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)),
}
"""Since when each is deprecated, and when it may go; by name, as the document has them."""


def tell(request: Request, name: str) -> None:
    """Say of a parameter that was used that it goes, and when."""
    since, until = PARAMETERS[name]
    say(request, "Deprecation", f"@{int(since.timestamp())}")
    say(request, "Sunset", format_datetime(until, usegmt=True))
