"""Numbers as text, one way wherever a person reads them.

Thousands commas, a true minus, fixed decimals, rounded half away from zero as the number is
written: 0.25 is 0.3, and so is 0.35 0.4, though its double lies below. It is what the browser
does (Intl.NumberFormat; dashboard/assets/base/format.mjs): tests/browser/test_numbers.py.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
"""A double has up to 309 digits before the point."""


def fixed(value: float, decimals: int = 0) -> str:
    """`1,234.50`, `−0.3`, `∞`; "–" where there is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    shortest = Decimal(repr(float(value)))
    rounded = shortest.quantize(Decimal(1).scaleb(-decimals), context=_EXACT)
    text = f"{rounded.copy_abs():,f}"
    return f"−{text}" if rounded < 0 else text


def percent(share: float, decimals: int = 1) -> str:
    """A share as percent: `12.3 %`."""
    return f"{fixed(100 * share, decimals)} %"
