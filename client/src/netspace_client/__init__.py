"""A client of netspace's REST: populations as arrays, EDFs, comparisons, and what happens.

    lab = netspace_client.connect("http://127.0.0.1:8050")
    lab.population("RegNetX small").edf({"depth": "5..8"}).median

The words are those of REST (`/api/docs`). It needs httpx and numpy, and imports nothing of
netspace, of which only the command line imports it.
"""

from netspace_client.columns import Columns
from netspace_client.errors import (
    Conflict,
    Error,
    Fault,
    Forbidden,
    NotFound,
    Problem,
    Refused,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from netspace_client.lab import Lab, connect
from netspace_client.populations import Population
from netspace_client.retries import Retries
from netspace_client.sides import Side
from netspace_client.version import VERSION as __version__

__all__ = [
    "Columns",
    "Conflict",
    "Error",
    "Fault",
    "Forbidden",
    "Lab",
    "NotFound",
    "Population",
    "Problem",
    "Refused",
    "Retries",
    "Side",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "__version__",
    "connect",
]
