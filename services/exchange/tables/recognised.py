"""Rows that are networks: RegNet parameters, configurations of pycls, cells, published names.

Each kind reads what it needs of a row and makes the network, or says in a few words why there
is none. Equal descriptions are read once.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from columns.arrays import Floats
from designspace.lines.line import Line
from designspace.naming import members, parameters, pycls
from designspace.naming.pycls_config import NotPycls
from designspace.networks.network import Network
from designspace.spaces.base import Member
from designspace.spaces.cells import nasbench201
from services.exchange.tables.limits import LONGEST_CELL, MOST_NETWORKS
from services.exchange.tables.looked import texts as texts_of
from services.exchange.tables.plan import Kind
from services.exchange.tables.spellings import MULTIPLIER

REASONS = 20
"""Different reasons that are counted each."""
TOO_MANY = f"beyond {MOST_NETWORKS:,} different networks"
CELL = re.compile(r"\s*(nb201:)?\|\w+~0\|\+\|", re.ASCII)
CONFIGURATION = re.compile(r"[\"']?MODEL[\"']?\s*:", re.ASCII)
PARAMETERS = ("depth", "w0", "wa", "wm", "group_width")
BOUNDS = {
    "depth": (1, 512),
    "w0": (1, 4096),
    "wa": (0, 4096),
    "wm": (1.001, 4),
    "group_width": (1, 8192),
    "bottleneck_ratio": (0.01, 100),
    MULTIPLIER: (0.01, 100),
    "se_ratio": (0, 1),
    "stem_width": (1, 8192),
}
"""Asked before a line is made; as of a configuration of pycls."""
WHOLE = ("depth", "group_width", "stem_width")


class NoNetwork(ValueError):
    """A row that is no network: why, without the row's values."""


class Networks:
    """The networks of a table's rows, as they come."""

    def __init__(self) -> None:
        self.by_row: dict[int, Network] = {}
        self.reasons: Counter[str] = Counter()
        self._known: dict[object, Network | str] = {}

    def add(self, row: int, key: object, make: Callable[[], Network]) -> None:
        """Make the network of a row, or remember why it is none."""
        found = self._known.get(key)
        if found is None:
            found = self._made(make) if len(self._known) < MOST_NETWORKS else TOO_MANY
            if found is not TOO_MANY:
                self._known[key] = found
        if isinstance(found, Network):
            self.by_row[row] = found
            return
        if found not in self.reasons and len(self.reasons) >= REASONS:
            found = "other reasons"
        self.reasons[found] += 1

    @staticmethod
    def _made(make: Callable[[], Network]) -> Network | str:
        try:
            return make()
        except NoNetwork as error:
            return str(error)[:200]
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return f"{'.'.join(map(str, first['loc']))}: {first['type']}"[:200]
        except (ValueError, OverflowError, ArithmeticError):
            return "no network has these parameters"


class Recogniser(ABC):
    """How rows of one kind become networks."""

    @abstractmethod
    def read(
        self, found: Networks, start: int, texts: pa.Array | None, numbers: Mapping[str, Floats]
    ) -> None:
        """Add the networks of some rows.

        Args:
            start: the first row's place in the table.
            texts: of the column that has their descriptions, if they have one.
            numbers: columns by quantity.
        """


class OfText(Recogniser):
    """Rows that describe their network in one text."""

    def __init__(self, make: Callable[[str], Network]) -> None:
        self.make = make

    def read(
        self, found: Networks, start: int, texts: pa.Array | None, numbers: Mapping[str, Floats]
    ) -> None:
        if texts is None:
            found.reasons["no column has descriptions of networks"] += 1
            return
        for row, text in enumerate(texts_of(texts), start):
            found.add(row, text, partial(self.one, text))

    def one(self, text: str) -> Network:
        """The network of a text; raises ValueError."""
        if not text.strip():
            raise NoNetwork("no description")
        if len(text) > LONGEST_CELL:
            raise NoNetwork("a description that is too long")
        return self.make(text)


class OfParameters(Recogniser):
    """Rows that have the parameters of a RegNet."""

    def read(
        self, found: Networks, start: int, texts: pa.Array | None, numbers: Mapping[str, Floats]
    ) -> None:
        if lacking := [name for name in PARAMETERS if name not in numbers]:
            found.reasons[f"columns that a RegNet needs are missing: {', '.join(lacking)}"] += 1
            return
        names = [name for name in BOUNDS if name in numbers]
        for row, values in enumerate(
            zip(*(numbers[name].tolist() for name in names), strict=True), start
        ):
            given = dict(zip(names, values, strict=True))
            found.add(row, values, partial(regnet, given))


def regnet(given: Mapping[str, float]) -> Network:
    """The RegNet of its parameters; `bot_mul` is 1 / b.

    Raises:
        NoNetwork: one is missing or beyond its bounds, or the line skips a level.
    """
    for name, (least, most) in BOUNDS.items():
        value = given.get(name)
        if value is None or (value != value and name not in PARAMETERS):
            continue
        if value != value:
            raise NoNetwork(f"{name} is missing")
        if not least <= value <= most:
            raise NoNetwork(f"{name} is not from {least:g} to {most:g}")
        if name in WHOLE and value != int(value):
            raise NoNetwork(f"{name} is no whole number")
    depth, line = int(given["depth"]), Line(given["w0"], given["wa"], given["wm"])
    try:
        return parameters.regnet(
            line,
            depth,
            int(given["group_width"]),
            _ratio(given),
            _or(given, "se_ratio", 0),
            int(_or(given, "stem_width", 32)),
        )
    except ValidationError:
        raise  # told field by field
    except ValueError as error:
        raise NoNetwork(str(error)) from None


def _or(given: Mapping[str, float], name: str, default: float) -> float:
    value = given.get(name, np.nan)
    return default if value != value else value


def _ratio(given: Mapping[str, float]) -> float:
    ratio = _or(given, "bottleneck_ratio", 0)
    return ratio or 1 / _or(given, MULTIPLIER, 1)


def configuration(text: str) -> Network:
    """The network of a configuration of pycls; raises NoNetwork."""
    try:
        return pycls.read(text).member.network
    except NotPycls as error:
        said = str(error).split(", not ")[0].split(", got ")[0]
        raise NoNetwork(f"configuration: {said}") from None


def cell(text: str) -> Network:
    """The network of a string of NAS-Bench-201; raises NoNetwork."""
    try:
        operations = nasbench201.from_string(text.strip().removeprefix("nb201:"))
    except nasbench201.NotACell:
        raise NoNetwork("no cell of NAS-Bench-201") from None
    return nasbench201.network(operations)


def published(text: str) -> Network:
    """The network of a published name; raises NoNetwork."""
    found = member(text)
    if found is None:
        raise NoNetwork("no published network that is known has this name")
    return found.network


SUFFIX = re.compile(r"(?<=\d)[^a-z0-9]+(?=\d)")
BEFORE = re.compile(r".*[/:]|torchvision\.models\.|timm\.")
SHORT = {"resnext50": "resnext50_32x4d", "resnext101": "resnext101_32x4d"}
"""As pycls names its own, which has only these."""


@lru_cache(maxsize=8_192)
def member(name: str) -> Member | None:
    """A published network by a name in any spelling: `resnet50.a1_in1k`, `RegNetX-1.6GF`."""
    for text in (name, name.strip().lower().partition(".")[0]):
        if found := _spelled().get(_spelling(text)):
            return members.member(found)
    return None


@cache
def _spelled() -> dict[str, str]:
    """Names by what their spellings have in common."""
    found = {_spelling(name): name for name in reversed(members.names())}
    return found | SHORT


def _spelling(name: str) -> str:
    """Lower case, nothing but `_` between digits: regnetx1_6gf of RegNetX-1.6GF."""
    lower = BEFORE.sub("", name.strip().lower()[:200])
    parted = re.sub(r"[^a-z0-9_]", "", SUFFIX.sub("_", lower))
    found = re.sub(r"(?<!\d)_|_(?!\d)", "", parted)
    whole = re.fullmatch(r"(regnet[xyz]\d+)_0(gf)", found)  # 8.0GF is 8GF, and 4GF is 4.0GF
    return f"{whole[1]}{whole[2]}" if whole else found


RECOGNISERS: dict[Kind, Callable[[], Recogniser]] = {
    "regnet": OfParameters,
    "pycls": lambda: OfText(configuration),
    "nas_bench_201": lambda: OfText(cell),
    "published": lambda: OfText(published),
}


def describes(kind: Kind, texts: Sequence[str]) -> int:
    """How many of some texts could be networks of a kind; quick, without making any."""
    tests: dict[Kind, Callable[[str], object]] = {
        "pycls": CONFIGURATION.search,
        "nas_bench_201": CELL.match,
        "published": member,
    }
    test = tests.get(kind)
    return sum(bool(test(text)) for text in texts) if test else 0


def column_of(kind: Kind, columns: Mapping[str, Iterable[str]]) -> str | None:
    """The column of texts that describes networks of a kind best; None where none does."""
    scores: Iterator[tuple[int, str]] = (
        (describes(kind, list(texts)), name) for name, texts in columns.items()
    )
    best = max(scores, key=lambda one: one[0], default=(0, ""))
    return best[1] if best[0] else None
