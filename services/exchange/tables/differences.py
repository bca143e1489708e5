"""Differences: a file's flops, parameters and activations against ours, by their factor.

A factor of 2 is a file that counts multiplications and additions each; one of a thousand is a
unit that was mistaken. Figures that a file rounds agree with all that they may stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from columns.arrays import Bools, Floats
from services.exchange.tables.table import Difference

NEAR = 0.01
"""Relative difference of figures that agree."""
FACTORS: Final[dict[float, str]] = {
    1: "agrees",
    2: "twice ours",
    0.5: "half of ours",
    4: "four times ours",
    1e3: "its unit is taken 1,000 times too large",
    1e-3: "its unit is taken 1,000 times too small",
    1e6: "its unit is taken a million times too large",
    1e-6: "its unit is taken a million times too small",
    1e9: "its unit is taken 10^9 times too large",
    1e-9: "its unit is taken 10^9 times too small",
}
OF_ONE: Final[dict[tuple[str, float], str]] = {
    ("flops", 2): "multiplications and additions are counted each: flops, not multiply-adds",
    ("params", 2): "twice ours, as the bytes of 16-bit numbers are",
    ("params", 4): "four times ours, as the bytes of 32-bit numbers are",
}
"""What is usually behind a factor of one quantity."""
OTHER = "no common factor"
ALONE = "one network alone says no factor"


def differences(
    quantity: str, theirs: Floats, ours: Floats, name: Callable[[int], str]
) -> Iterator[Difference]:
    """How the file's figures differ from ours, each factor once, the most usual first.

    Args:
        theirs: of the file, shape (n,), nan where it has none.
        ours: shape (n,), nan where none is counted.
        name: of a network by its place.
    """
    there = np.flatnonzero(np.isfinite(theirs) & np.isfinite(ours) & (theirs > 0) & (ours > 0))
    if not len(there):
        return
    factor = theirs[there] / ours[there]
    with np.errstate(over="ignore"):
        near = np.maximum(NEAR, half_a_digit(theirs[there]) / theirs[there])
    groups = [
        Difference(
            quantity,
            one,
            int(mask.sum()),
            name(int(there[mask.argmax()])),
            OF_ONE.get((quantity, one), why),
        )
        for one, why, mask in _parted(factor, near)
    ]
    yield from sorted(groups, key=lambda group: -group.networks)


def _parted(factor: Floats, near: Floats) -> Iterator[tuple[float, str, Bools]]:
    """Factors that are known, then all others together."""
    left = np.ones(len(factor), dtype=bool)
    for one, why in FACTORS.items():
        mask = left & (np.abs(factor / one - 1) <= near)
        left &= ~mask
        if mask.any():
            yield one, why, mask
    if left.any():
        others = factor[left]
        least, most = float(others.min()), float(others.max())
        why = (
            f"{OTHER}: from {least:.3g} to {most:.3g} times ours" if len(others) > 1 else ALONE
        )
        yield float(f"{np.median(others):.3g}"), why, left


def half_a_digit(values: Floats) -> Floats | float:
    """Half of the last digit that figures are written with: 0.005 where they have two decimals.

    Asked of numbers that were scaled: 0.2 GMACs are 2e8, and stand for 1.95e8 to 2.05e8.
    """
    for exponent in range(12, -1, -1):
        digits = values / 10.0**exponent
        if np.allclose(digits, np.rint(digits), rtol=0, atol=1e-6):
            return 0.5 * 10.0**exponent
    return 0.0


def unit(theirs: Floats, ours: Floats, factors: Sequence[float]) -> float | None:
    """The factor by which most of the numbers are ours, or twice ours; None if by none."""
    there = np.isfinite(theirs) & np.isfinite(ours) & (theirs > 0) & (ours > 0)
    if not there.any():
        return None
    ratio = np.median(theirs[there] / ours[there])
    for factor in factors:
        for times in (1.0, 2.0):
            if abs(ratio * factor / times - 1) < 0.25:
                return factor
    return None
