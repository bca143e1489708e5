"""How much is taken of a file; asked before anything large is made of it."""

from __future__ import annotations

LARGEST_FILE = 256 * 2**20
"""Bytes. A million rows of thirty numbers are 240 MB as CSV."""

MOST_ROWS = 2_000_000

MOST_COLUMNS = 500
"""Of a file. timm's tables have up to 20, exports of W&B and MLflow up to some hundreds."""

MOST_NUMBERS = 64_000_000
"""Rows times columns that are read, 8 bytes each: 512 MB."""

LARGEST_RECORD = 4 * 2**20
"""Bytes of one row of text or of one object of JSON: a network of a sweep, with its epochs."""

LARGEST_WHOLE = 32 * 2**20
"""Bytes of JSON that can't be read row by row: columns as lists, objects by name."""

LARGEST_UNPACKED = 2**30
"""Bytes of a Parquet or Arrow file, unpacked."""

LARGEST_GROUP = 256 * 2**20
"""Bytes of one of its row groups or record batches, unpacked."""

LONGEST_CELL = 20_000
"""Bytes of a text that is read: a configuration of a network."""

LONGEST_NAME = 500
"""Characters of a text that is kept; what is longer is cut, and noted."""

MOST_NETWORKS = 50_000
"""Different networks that are built of one file; further rows stay rows."""

ROWS_AT_ONCE = 50_000
"""Of a piece that is read at a time, at most."""

LOOKED_AT = 5_000
"""Rows that a plan is sniffed from."""

HEAD = 4 * 2**20
"""Bytes of a file of text that it is sniffed from."""
