"""The page's scripts (assets/main.mjs and what it imports), read once and then kept.

Modules import each other by where they lie, without a stamp such as Dash gives its scripts. So
all of them lie below a path that names their content: whatever is there never changes. A page
says beforehand which it will import: to hear of them one by one would take as many ways to and
fro as their imports are deep.
"""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

ASSETS = Path(__file__).parent / "assets"

OURS = r"js$"
"""Assets that the index lists instead of Dash."""

ENTRY, OF_PAGES = "main.mjs", "scripts.mjs"
IMPORT = re.compile(r'^(?:import|export)\b[^"(=]*"(\.{1,2}/[^"]+\.mjs)"', re.MULTILINE)
LATER = re.compile(r'(\w+): \(\) => import\("(\./[^"]+)"\)')
"""A page's path, and the entry of its own scripts."""

LIBRARY = re.compile(r'<script src="([^"]+)"></script>')
UNUSED = ("/dash_table/",)
BEHIND = ("/deps/polyfill@", "/dash_ag_grid/")
"""Parts of addresses: of Dash's libraries that no page uses, and of those that the first
curves don't need, the table and what Dash's components that load late begin with."""


class _Kept(StaticFiles):
    def file_response(self, *given: Any, **more: Any) -> Response:
        response = super().file_response(*given, **more)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@dataclass(frozen=True)
class Scripts:
    """Tags of an index.

    Attributes:
        at: where the scripts lie.
        first: the tags before Dash's scripts,
        last: and behind them.
    """

    at: str

    @property
    def first(self) -> str:
        return f'<script src="{self.at}/trusted.js"></script>'

    @property
    def last(self) -> str:
        # Dash looks for an element of that id, which is where it starts its own renderer.
        entry = f'<script id="_dash-renderer" src="{self.at}/callbacks.js"></script>'
        return self._preloads(imported(ENTRY)) + entry

    def of(self, page: str) -> str:
        """Those of the scripts that a page has of its own."""
        own = later().get(page)
        return self._preloads(imported(own) - imported(ENTRY)) if own else ""

    def _preloads(self, paths: set[str]) -> str:
        return "".join(
            f'<link rel="modulepreload" href="{self.at}/{path}">\n        '
            for path in sorted(paths)
        )


def needed(index: str) -> str:
    """An index with the libraries that a page begins with; those BEHIND are fetched in time,
    and run by assets/base/libraries.mjs."""

    def arranged(tag: re.Match[str]) -> str:
        address = tag[1]
        if any(part in address for part in UNUSED):
            return ""
        if any(part in address for part in BEHIND):
            return f'<link rel="prefetch" as="script" href="{address}">'
        return tag[0]

    return LIBRARY.sub(arranged, index)


def mount(server: FastAPI, prefix: str) -> Scripts:
    """Serve them below `prefix`."""
    below = f"{prefix}/{_version()}"
    server.mount(below, _Kept(directory=ASSETS))
    return Scripts(server.root_path + below)


def imported(entry: str) -> set[str]:
    """A module and all that it imports at once, by their paths below ASSETS."""
    found, waiting = set[str](), [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _imports(path)
    return found


@functools.cache
def _imports(path: str) -> list[str]:
    """What a module itself imports; those that pages share are read once for all of them."""
    return [_beside(path, other) for other in IMPORT.findall((ASSETS / path).read_text())]


def later() -> dict[str, str]:
    """The entry of each page's own scripts, by the page's path."""
    named = LATER.findall((ASSETS / OF_PAGES).read_text())
    return {page: _beside(OF_PAGES, entry) for page, entry in named}


def _beside(path: str, other: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


def _version() -> str:
    content = hashlib.sha256()
    for path in sorted(ASSETS.rglob("*.*js")):
        content.update(path.relative_to(ASSETS).as_posix().encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:12]
