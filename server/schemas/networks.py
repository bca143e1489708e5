"""Networks, as REST says them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from designspace.naming.written import Form
from designspace.networks.network import Network
from server.schemas.base import Read

FORMS = "endings of the addresses of its files: the notations that can say it"


class QuantityRead(Read):
    """A column of a population, and what its numbers are."""

    name: str
    symbol: str = Field(description="as equations write it")
    label: str
    unit: str = Field(description="base unit, in which values are stored; empty: a pure number")
    role: str = Field(description="parameter (drawn), complexity (counted), fit, result")
    log: bool = Field(description="its axis is")
    spread: bool = Field(description="a quartile of another column")


class NetworkRow(BaseModel):
    """A network in a list: its columns by name, null where it has none."""

    id: int
    ordinal: int
    status: str
    failure: str | None
    multiplicity: int
    columns: dict[str, float | None]
    texts: dict[str, str | None] = Field({}, description="names of a table's row, by column")
    network: int | None = Field(None, description="the network that a table's row is, if any")


class NetworkPage(BaseModel):
    items: list[NetworkRow]
    passing: int
    next: str | None = Field(description="cursor of the next page; null after the last")


class LineRead(Read):
    w0: float
    wa: float
    wm: float


class EpochRead(Read):
    epoch: int
    loss: float | None
    error: float | None
    seconds: float


class EventRead(Read):
    at: int
    attempt: int
    what: str
    worker: str | None


class JobRead(Read):
    id: int
    state: str
    attempt: int
    worker: str | None
    failure: str | None
    detail: str | None
    quantities: dict[str, float]
    conditions: dict[str, str]
    epochs: list[EpochRead]
    events: list[EventRead]


class NetworkRead(Read):
    id: int
    hash: str
    ordinal: int
    multiplicity: int
    network: Network
    parameters: dict[str, float]
    flops: int
    params: int
    activations: int
    line: LineRead | None = Field(description="none of a network that is no line of blocks")
    e_fit: float | None = Field(
        description="least over the grid of lines, whatever line was drawn"
    )
    line_widths: list[float] = Field(description="u_j = w0 + wa * j, channels of block j")
    quantised_widths: list[int] = Field(description="w_j of the line")
    compatible_widths: list[int] = Field(description="as built: multiples of the group width")
    forms: list[Form] = Field(description=FORMS)
    name: str | None = Field(description="of a published network")
    job: JobRead
