"""The code of docs/notebook.md, block by block."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from typing import Any

from places import ROOT

PAGE = ROOT / "docs" / "notebook.md"
SERVER = "http://127.0.0.1:8050"
BLOCK = re.compile(r"^```python( server)?\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A block of code, and what the page says that it prints."""

    line: int
    code: str
    printed: str | None
    server: bool  # needs one

    def run(self, names: dict[str, Any], server: str = SERVER) -> str:
        """What it prints; defines its names in `names`, as a cell of a notebook does.

        `server` answers in the place of the page's own.
        """
        code = self.code.replace(SERVER, server)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile("\n" * self.line + code, str(PAGE), "exec"), names)
        return out.getvalue()


def blocks() -> list[Block]:
    text = PAGE.read_text()
    return [
        Block(text[: found.start()].count("\n") + 1, found[2], found[3], bool(found[1]))
        for found in BLOCK.finditer(text)
    ]
