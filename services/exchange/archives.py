"""An archive: populations with all that was measured of them, as one file for elsewhere.

The file is gzip around one JSON object, the model `Archive`; equal content is equal bytes.
Things name each other by name (spaces, regimes, populations) and by hash (networks), never by
the ids of a database. What is read may come from anybody: nothing of it is believed before
`services.exchange.checks` has counted it again.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic_core import ErrorDetails, from_json, to_json

from designspace.networks.network import Network
from designspace.regimes import Regime
from designspace.spaces import DesignSpace
from designspace.values import Frozen
from jobs.messages import Failure, Kind
from jobs.states import Ending
from services.defining import names
from services.errors import Refused, TooLarge, WrongArchive

MEDIA_TYPE = "application/gzip"
SUFFIX = ".json.gz"

LARGEST_FILE = 16 * 2**20
"""Bytes of a file."""
LARGEST_TEXT = 32 * 2**20
"""Bytes of its JSON, some 15,000 networks: a small file can hold any number of zeros."""
PROBLEMS = 20
"""At most so many are told of one file."""
TOO_MANY = 5_000
"""Of so many none is told."""
LEVEL = 6
"""Of gzip: 9 takes four times as long for a tenth less."""
KEYS, ITEMS = 500, 500_000
"""In an object and in a list, at most: a complaint about each of millions would fill memory."""

LONGEST_NAME = 200
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(names.given)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
Column = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Large = Annotated[int, Field(ge=0, lt=2**63)]
Small = Annotated[int, Field(ge=0, lt=2**31)]
Words = Annotated[str, Field(max_length=500)]
Percent = Annotated[float, Field(ge=0, le=100)]


FORMAT: Final = "netspace-archive"
VERSION: Final = 1
PENDING: Final = "pending"
"""The state of a job that had not ended when the archive was written."""


class Entry(Frozen):
    """A part of an archive: all fields are there, and no others; numbers are numbers."""

    model_config = ConfigDict(strict=True)


class Provenance(Entry):
    """Where and with what a population's results came about; None where it is not known."""

    netspace: Words | None  # version
    commit: Words | None
    python: Words | None
    torch: Words | None
    cpu: Words | None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]  # of training, all jobs


class ArchivedSpace(Entry):
    """A design space; the one it refines stands before it."""

    name: Name
    space: DesignSpace
    refined_from: Name | None


class ArchivedRegime(Entry):
    """A training regime."""

    name: Name
    regime: Regime


class ArchivedNetwork(Entry):
    """An architecture by its hash."""

    hash: Hash
    network: Network


class ArchivedDraw(Entry):
    """A network of a population, as it was drawn; its place in the list is its ordinal."""

    network: Hash
    parameters: dict[Column, Number] = Field(max_length=200)
    multiplicity: Annotated[int, Field(ge=1, lt=2**31)]
    flops: Large  # multiply-adds under the regime
    params: Large
    activations: Large
    # The line of its block widths; none of a network that is no line of blocks.
    fit_w0: Number | None
    fit_wa: Number | None
    fit_wm: Number | None
    e_fit: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None

    @model_validator(mode="after")
    def _a_line_has_all_of_its_numbers(self) -> Self:
        numbers = (self.fit_w0, self.fit_wa, self.fit_wm, self.e_fit)
        if len({number is None for number in numbers}) > 1:
            raise ValueError("fit_w0, fit_wa, fit_wm and e_fit are there, or none of them is")
        return self


class ArchivedPopulation(Entry):
    """A population; n is the number of its draws."""

    name: Name
    space: Name
    regime: Name
    windows: dict[Column, Words] = Field(max_length=3)
    seed: Large
    training_seed: Large
    inherits: Name | None  # a population of this archive, before this one
    inherited: Small
    tried: Large
    refused: dict[Column, Large] = Field(max_length=100)
    provenance: Provenance
    draws: list[ArchivedDraw] = Field(fail_fast=True, min_length=1, max_length=100_000)
    whole: bool = False  # all networks of the space inside the windows; absent where not

    @model_serializer(mode="wrap")
    def _written(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As files have it that were written before a population could be whole."""
        written: dict[str, Any] = fields(self)
        return written if self.whole else {k: v for k, v in written.items() if k != "whole"}


class ArchivedResult(Entry):
    """What a job measured, in base units, and under what conditions."""

    attempt: Small
    quantities: dict[Column, Number] = Field(max_length=100)
    conditions: dict[Column, Words] = Field(max_length=100)


class ArchivedEpoch(Entry):
    """One epoch of a learning curve."""

    epoch: Annotated[int, Field(ge=1, lt=2**31)]
    loss: Number | None
    error: Percent | None
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ArchivedJob(Entry):
    """A measurement of a network, ended or pending."""

    network: Hash
    regime: Name
    seed: Large
    kind: Kind
    state: Literal["pending"] | Ending
    attempt: Small
    failure: Failure | None
    detail: Annotated[str, Field(max_length=20_000)] | None
    ended_at: Large | None  # ms since 1970
    result: ArchivedResult | None
    epochs: list[ArchivedEpoch] = Field(fail_fast=True, max_length=10_000)


class Archive(Entry):
    """Populations, and all that they hang together with."""

    format: Literal["netspace-archive"] = FORMAT
    version: Literal[1] = VERSION
    spaces: list[ArchivedSpace] = Field(fail_fast=True, max_length=1_000)
    regimes: list[ArchivedRegime] = Field(fail_fast=True, max_length=1_000)
    networks: list[ArchivedNetwork] = Field(fail_fast=True, max_length=100_000)
    populations: list[ArchivedPopulation] = Field(
        fail_fast=True, min_length=1, max_length=1_000
    )
    jobs: list[ArchivedJob] = Field(fail_fast=True, max_length=500_000)


def pack(content: Mapping[str, Any]) -> bytes:
    """What `exports.archive` tells as a file; the same bytes for the same content.

    Raises:
        TooLarge: nobody could import it.
    """
    text = to_json(content)
    if len(text) > LARGEST_TEXT:
        raise TooLarge("population", f"{len(text):,} bytes", f"at most {LARGEST_TEXT:,} bytes")
    return gzip.compress(text, compresslevel=LEVEL, mtime=0)


def unpack(file: bytes) -> Archive:
    """The archive that a file holds, its form checked and nothing else.

    Raises:
        TooLarge: the file, or what it unpacks to.
        WrongArchive: no gzip, no JSON, or not of the model: what and where.
    """
    text = _bounded(_decompress(file))
    try:
        return Archive.model_validate_json(text)
    except ValidationError as error:
        raise WrongArchive(_problems(error)) from None


def _bounded(text: bytes) -> bytes:
    """The JSON with each field of an object once, and no more of them than can be refused."""
    try:
        whole = from_json(text)
    except ValueError as error:
        raise WrongArchive([Refused("file", f"{len(text)} bytes", f"JSON: {error}")]) from None
    waiting = [whole]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            if len(value) > (KEYS if isinstance(value, dict) else ITEMS):
                allowed = f"at most {KEYS:,} fields and {ITEMS:,} items"
                raise WrongArchive([Refused("file", f"{len(value)} in one", allowed)])
            waiting += value.values() if isinstance(value, dict) else value
    return to_json(whole, inf_nan_mode="constants")


def _decompress(file: bytes) -> bytes:
    """What a gzip file of one member holds, and never more than LARGEST_TEXT of it."""
    if len(file) > LARGEST_FILE:
        raise TooLarge("file", len(file), f"at most {LARGEST_FILE:,} bytes")
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(file, LARGEST_TEXT + 1)
    except zlib.error:
        raise WrongArchive([_not_whole(file)]) from None
    if len(text) > LARGEST_TEXT:
        raise TooLarge("file", len(file), f"at most {LARGEST_TEXT:,} bytes when unpacked")
    if not reader.eof or reader.unused_data:
        raise WrongArchive([_not_whole(file)])
    return text


def _not_whole(file: bytes) -> Refused:
    allowed = "should be one whole gzip file, as `netspace export` writes it"
    return Refused("file", f"{len(file)} bytes", allowed)


def _problems(error: ValidationError) -> list[Refused]:
    if (count := error.error_count()) > TOO_MANY:
        return [
            Refused("file", f"{count:,} wrong or unknown fields", "the model of an archive")
        ]
    return [_problem(one) for one in error.errors(include_url=False)[:PROBLEMS]]


def _problem(error: ErrorDetails) -> Refused:
    """Where in the archive, what was given, what is allowed."""
    where = ".".join(str(part) for part in error["loc"]) or "file"
    return Refused(where, shown(error["input"]), error["msg"])


def shown(value: Any) -> Any:
    """A value in a word: a text that is long is cut."""
    return value if isinstance(value, int | float | bool | None) else str(value)[:80]
