"""Tables of others, as REST hears and says them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from designspace.naming.written import Form
from designspace.networks.network import Network
from server.schemas.base import VISIBLE, Body, Read, Visible
from server.schemas.networks import FORMS
from server.schemas.populations import PopulationRead
from services.defining.names import Name
from services.exchange.tables.plan import Plan
from services.exchange.tables.preview import Again


class TableLook(Body):
    """What is sent beside a file whose first rows are to be seen."""

    plan: Plan | None = Field(None, description="JSON; as it is sniffed by default")
    partial: bool = Field(
        False, description="only the beginning of a text file is sent: a megabyte is enough"
    )
    again: Again | None = Field(
        None,
        description="what is sniffed again, and not taken from the plan: its columns, where it "
        "says how the file is written; or how numbers are written, too",
    )


class TableImport(Body):
    """What is sent beside a file that is to become a population."""

    name: Name = Field(description="of the population")
    plan: Plan | None = Field(None, description="JSON; as it is sniffed by default")
    visibility: Visible = Field("lab", description=VISIBLE)


class ColumnLookRead(Read):
    source: str
    texts: list[str] = Field(description="as the file has them, a shown row each")
    read: list[float | str | None] = Field(description="as they would be stored")
    wrong: list[int] = Field(description="places, in these, of what would be refused")
    empty: int
    taken: int
    refused: int
    why: str = Field(description="why it was taken so")
    problems: list[str]


class TableLookRead(Read):
    """The first rows of a file, as a plan reads them; nothing is stored."""

    plan: Plan
    columns: list[ColumnLookRead]
    lines: list[int] = Field(description="of the shown rows, in the file")
    rows: int
    rows_known: bool = Field(description="else they are estimated by the bytes")
    looked_at: int
    tried: int = Field(description="rows whose networks were made, if they are any")
    networks: int = Field(description="of those that were tried")
    not_networks: dict[str, int] = Field(description="why the others are none")
    problems: list[str] = Field(description="what would be refused")
    notes: list[str]


class RefusedRowRead(Read):
    line: int
    column: str
    value: str
    reason: str


class DifferenceRead(Read):
    quantity: str
    factor: float = Field(description="the file's figure / ours; 1: within 1 %")
    networks: int
    example: str
    reason: str


class ReportRead(Read):
    """What became of the rows of a file: rows = taken + merged + refused."""

    rows: int
    taken: int
    merged: int = Field(0, description="rows that went into the row of another")
    refused: list[RefusedRowRead] = Field([], description="the first 100")
    refused_by_reason: dict[str, int] = {}
    networks: int = Field(0, description="rows of the table that are networks")
    not_networks: dict[str, int] = Field({}, description="why the others are none")
    differences: list[DifferenceRead] = []
    notes: list[str] = []


class TableRead(BaseModel):
    population: PopulationRead
    report: ReportRead


SideOfSet = Annotated[str, Field(max_length=20_000)]
"""Long enough for two thousand networks that are named one by one."""


class SetCreate(Body):
    """The networks of some sides as a population of their own."""

    name: Name
    sides: list[SideOfSet] = Field(
        min_length=1,
        max_length=6,
        description="`ID` or `ID;column=constraint;..`; some rows as `ID;ordinal=3,17,..`",
    )
    visibility: Visible = Field("lab", description=VISIBLE)


class TableRowRead(Read):
    """A row of a table, and the network that it is, if it is one."""

    id: int
    ordinal: int
    line: int = Field(description="of the file; of a set: of the population it comes from")
    status: str
    columns: dict[str, float | None]
    texts: dict[str, str | None]
    network_id: int | None
    network: Network | None
    hash: str | None
    name: str | None = Field(description="of a published network")
    forms: list[Form] = Field(description=FORMS)
    counted: dict[str, int] = Field(
        description="flops, params and activations as counted here, for the plan's images"
    )
