"""The page that documents REST: Swagger UI, from here instead of a CDN."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from server.gate.headers import POLICY, policy

INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def include(app: FastAPI, path: str, files: str) -> None:
    """Add it at `path`; the files of Swagger UI lie below another, `files`."""
    below = app.root_path + files
    page = get_swagger_ui_html(
        openapi_url=f"{app.root_path}{app.openapi_url}",
        title=f"{app.title}: REST",
        swagger_js_url=f"{below}/swagger-ui-bundle.js",
        swagger_css_url=f"{below}/swagger-ui.css",
        swagger_favicon_url=f"{below}/favicon.png",
    )
    own = policy(scripts=map(source, INLINE.findall(bytes(page.body))), markup=True)

    @app.get(path, include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return HTMLResponse(page.body, headers={POLICY: own})


def source(script: bytes) -> str:
    """A script that stands in a page, as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
