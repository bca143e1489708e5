"""A plan: how a file is read, and what each of its columns is.

It is sniffed, shown, changed, and then kept beside what was read by it.
A number of the file becomes `factor * number`, and where `complement` is set
`100 - factor * number`: an accuracy of 0.931 is an error of 6.9 % by a factor of 100.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from columns.quantities import Quantity, declared
from designspace.values import Frozen
from services.exchange.tables.limits import MOST_COLUMNS
from services.exchange.tables.names import LONGEST_TEXT, RESERVED, cleared

Role: TypeAlias = Literal[
    "error", "parameter", "complexity", "time", "result", "name", "seed", "ignored"
]
"""What a column says of a row. result: any other measured number; name: text that is shown and
searched; seed: tells repeats of one network apart."""

Format: TypeAlias = Literal["csv", "json", "jsonl", "parquet", "arrow", "sweep"]
"""csv: any text with a separator; arrow: a file, a stream, Feather; sweep: that of pycls."""

Encoding: TypeAlias = Literal["utf-8", "utf-16-le", "utf-16-be", "windows-1252"]
Separator: TypeAlias = Literal[",", ";", "\t", "|", " "]
Quote: TypeAlias = Literal['"', "'", ""]
Decimal: TypeAlias = Literal[".", ","]
Thousands: TypeAlias = Literal["", ",", ".", " ", "'"]
Kind: TypeAlias = Literal["none", "regnet", "pycls", "nas_bench_201", "published"]
"""What rows are: none are networks; RegNet parameters; configurations of pycls; cells of
NAS-Bench-201 as strings; names of published networks."""
Repeats: TypeAlias = Literal["mean", "apart"]

Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(cleared)]


class ColumnPlan(Frozen):
    """What one column of a file becomes."""

    source: Text = Field(description="the column's name in the file")
    role: Role
    quantity: str = Field(
        description="the column's name in the population: one of ours, or a name of its own; "
        "empty where the column is ignored",
        pattern=r"^([a-z][a-z0-9_]{0,62})?$",
    )
    label: Text = Field("", description="how people read it; of one of ours: its own is used")
    unit: Text = Field("", description="base unit; of one of ours: must be its own")
    log: bool = Field(False, description="axis; of one of ours: its own is used")
    factor: float = Field(
        1.0, allow_inf_nan=False, description="stored = factor * number of the file"
    )
    complement: bool = Field(False, description="stored = 100 - factor * number: an accuracy")

    @property
    def ours(self) -> Quantity | None:
        """The quantity that is declared for every population; None of a name of its own."""
        return declared(self.quantity)

    @model_validator(mode="after")
    def _says_what_its_role_needs(self) -> Self:
        if (self.role == "ignored") != (not self.quantity):
            raise ValueError("quantity: a name, and none only where the column is ignored")
        if (self.role == "error") != (self.quantity == "error"):
            raise ValueError("quantity: error, of the column of errors and of no other")
        if self.role != "ignored" and not self.factor:
            raise ValueError("factor: not 0")
        if self.role == "name" and (self.ours or self.factor != 1 or self.complement):
            raise ValueError("quantity: a name of its own, without factor, of texts")
        return self

    @model_validator(mode="after")
    def _names_do_not_collide(self) -> Self:
        if self.quantity in RESERVED:
            raise ValueError(
                f"quantity: {self.quantity!r} has another meaning in addresses; any name that "
                f"is none of {', '.join(sorted(RESERVED))}"
            )
        if self.ours and self.unit != self.ours.unit:
            raise ValueError(f"unit: {self.ours.unit!r} of {self.quantity}, not {self.unit!r}")
        return self


class Plan(Frozen):
    """How a file is read. What is said of text says nothing of the other formats."""

    format: Format
    encoding: Encoding = "utf-8"
    separator: Separator = ","
    quote: Quote = '"'
    decimal: Decimal = "."
    thousands: Thousands = ""
    header: bool = Field(True, description="the first line has the columns' names")
    skip: int = Field(0, ge=0, le=1000, description="lines before the header")
    columns: tuple[ColumnPlan, ...] = Field(
        min_length=1,
        max_length=MOST_COLUMNS,
        description="columns of the file that are not among them are ignored",
    )
    networks: Kind = "none"
    resolution: int = Field(224, ge=4, le=1024, description="side of the images, pixels")
    channels: int = Field(3, ge=1, le=1024, description="of the images")
    classes: int = Field(1000, ge=1, le=1_000_000, description="of the classifier")
    repeats: Repeats = Field(
        "mean",
        description="of several rows of one network, or of equal names and parameters: one row "
        "with the means of their results, or each its own",
    )

    @model_validator(mode="after")
    def _text_can_be_read(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("thousands: another character than decimal")
        if self.separator == self.thousands and not self.quote:
            raise ValueError("thousands: another character than separator, without quotes")
        return self

    @model_validator(mode="after")
    def _each_column_once(self) -> Self:
        for field in ("source", "quantity"):
            values = Counter(getattr(column, field) for column in self.columns)
            if twice := [value for value, times in values.items() if value and times > 1]:
                raise ValueError(f"columns: {field} {twice[0]!r} is there more than once")
        if sum(column.role == "seed" for column in self.columns) > 1:
            raise ValueError("columns: at most one column of seeds")
        return self

    @model_validator(mode="after")
    def _something_is_read(self) -> Self:
        if all(column.role == "ignored" for column in self.columns):
            raise ValueError("columns: at least one that is not ignored")
        return self

    def of_role(self, *roles: Role) -> Iterator[ColumnPlan]:
        """Columns of these roles, in the plan's order."""
        return (column for column in self.columns if column.role in roles)
