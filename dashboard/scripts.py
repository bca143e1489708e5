"""The page's scripts (assets/main.mjs and what it imports), read once and then kept.

Modules import each other by where they lie, without a stamp such as Dash gives its scripts. So
all of them lie below a path that names their content: whatever is there never changes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

ASSETS = Path(__file__).parent / "assets"

OURS = r"js$"
"""Assets that the index lists instead of Dash."""

WORKER = "live/worker.mjs"
"""The one that no page imports."""


class _Kept(StaticFiles):
    def file_response(self, *given: Any, **more: Any) -> Response:
        response = super().file_response(*given, **more)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount(server: FastAPI, prefix: str) -> tuple[str, str]:
    """Serve them below `prefix`. The tags before Dash's scripts and behind them."""
    below = f"{prefix}/{_version()}"
    server.mount(below, _Kept(directory=ASSETS))
    at = server.root_path + below
    paths = sorted(path.relative_to(ASSETS).as_posix() for path in ASSETS.rglob("*.mjs"))
    preloads = (
        f'<link rel="modulepreload" href="{at}/{path}">' for path in paths if path != WORKER
    )
    # Dash looks for an element of that id, which is where it starts its own renderer.
    tags = (*preloads, f'<script id="_dash-renderer" src="{at}/callbacks.js"></script>')
    return f'<script src="{at}/trusted.js"></script>', "\n        ".join(tags)


def _version() -> str:
    content = hashlib.sha256()
    for path in sorted(ASSETS.rglob("*.*js")):
        content.update(path.relative_to(ASSETS).as_posix().encode())
        content.update(path.read_bytes())
    return content.hexdigest()[:12]
