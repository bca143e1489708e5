"""Text that may come in: what no text has, wherever it is from."""

from __future__ import annotations

import re

NONE = "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
"""The last two code points of each plane, which Unicode will never make characters of."""
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]|[\ufdd0-\ufdef" + NONE + "]"
)
"""What no text has: control characters but for tab and line ends, halves of characters, and
what is no character (so it can't come back from a browser, or be written as XML)."""
