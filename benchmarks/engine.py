"""A move of one of eight sliders, in the live page's engine alone: no pictures, no server.

Tables of 10,000 to a million rows are made of really sampled networks, each repeated with an
error a little off (the law of parts/synthetic.py), and sent as the server sends them. A
move asks for all that Explore shows of it: counts, EDF, best ranges, histograms, lines, rows.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.drag import FLAGS
from benchmarks.parts import synthetic
from benchmarks.report import processor, report
from columns import constraints
from designspace.regimes import DIGITS
from designspace.sampling import WINDOWS, Draw, fitted, sample
from designspace.spaces.presets import PRESETS
from population.population import Population
from services.reading.columns import encode
from services.reading.snapshots import Snapshot

ASSETS = Path(__file__).parents[1] / "dashboard" / "assets"
SIZES = {10_000: 300, 100_000: 150, 1_000_000: 25}
"""Rows of a table, and moves."""

SAMPLED = 5_000
SHOWN = ["depth", "w0", "wa", "wm", "bottleneck_ratio", "group_width", "params", "activations"]
OTHERS = ["flops", "fit_w0", "fit_wa", "e_fit"]
STAGES = [f"{name}_{i}" for name in ("depth", "effective_width") for i in (1, 2, 3)]

MOVES = """async ({ shown, others, moves }) => {
  const { parse } = await import("/engine/engine.mjs");
  const started = performance.now();
  const bytes = await (await fetch("table")).arrayBuffer();
  const table = parse(bytes);
  const parsed = performance.now();
  const bins = shown.map((column) => table.bins(column, { count: 32 }));
  const [best, worst] = table.all.span();
  const cuts = Float64Array.from({ length: 512 }, (_, i) => best + (i / 511) * (worst - best));
  const view = table.view();
  for (const column of shown) {
    const [lo, hi] = table.extent(column);
    view.setConstraint(column, { lo, hi: hi - 0.001 * (hi - lo) * (column === "w0") });
  }
  const range = { lo: 0, hi: 0 };
  const [lo, hi] = table.extent("wm");
  const move = (i) => {
    range.lo = lo + 0.5 * (hi - lo) * (0.5 + 0.5 * Math.sin(i / 7));
    range.hi = range.lo + 0.6 * (hi - lo);
    view.setConstraint("wm", range);
    view.counts(); view.edf(cuts); view.median(); view.min(); view.share(8);
    for (const column of shown) view.bestRange(column);
    for (const column of others) view.bestRange(column);
    for (const bin of bins) view.histogram(bin);
    for (const row of view.best(12)) { table.steps(row); table.line(row); }
    for (const row of view.worst(12)) { table.steps(row); table.line(row); }
    view.rows(50); view.cloud(40000);
  };
  for (let i = 0; i < 10; i++) move(i);
  const times = [];
  let passing = 0;
  for (let i = 0; i < moves; i++) {
    const from = performance.now();
    move(i);
    times.push(performance.now() - from);
    passing += view.counts().passing / moves;
  }
  times.sort((a, b) => a - b);
  return { passing: Math.round(passing), load: parsed - started,
    p50: times[moves >> 1], p95: times[Math.floor(0.95 * moves)] };
}"""


class Isolated(SimpleHTTPRequestHandler):
    """Files of a folder, for a page whose clock tells 5 microseconds instead of 100."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """The address of a folder's files."""
    handler = partial(Isolated, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def networks() -> list[Draw]:
    """Networks as a population of Explore has them."""
    found = sample(
        PRESETS[synthetic.SPACE],
        SAMPLED,
        np.random.default_rng(7),
        constraints.parse_all(synthetic.WINDOW, WINDOWS),
        resolution=DIGITS.resolution,
        channels=DIGITS.channels,
        classes=DIGITS.classes,
    )
    return list(fitted(found.draws))


def table(draws: list[Draw], n: int) -> bytes:
    """n rows, each one of the draws with an error of its own."""
    rng = np.random.default_rng(n)
    rows = rng.integers(0, len(draws), n)

    def column(name: str) -> Any:
        return np.array([value_of(draw, name) for draw in draws])[rows]

    error = synthetic.errors([draws[row].parameters for row in rows], rng)
    population = Population.from_columns(
        {name: column(name) for name in [*SHOWN, *STAGES, *OTHERS]} | {"error": error},
        multiplicity=np.array([draw.multiplicity for draw in draws])[rows],
        ids=np.arange(n),
        chance=DIGITS.chance,
    )
    return encode(Snapshot(1, f"SYNTHETIC {n:,}", 1, population, "digits", DIGITS.chance))


def value_of(draw: Draw, name: str) -> float:
    """A column's value of one draw."""
    if name in ("flops", "params", "activations"):
        return float(getattr(draw.complexity, name))
    if name == "e_fit":
        return draw.fit.e_fit
    if name.startswith("fit_"):
        return float(getattr(draw.fit.line, name.removeprefix("fit_")))
    return draw.parameters[name]


def main() -> None:
    draws = networks()
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        (folder / "index.html").write_text("<!doctype html>")
        shutil.copytree(ASSETS / "engine", folder / "engine")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        with site(folder) as address:
            for n, moves in SIZES.items():
                (folder / "table").write_bytes(table(draws, n))
                page = browser.new_page()
                page.goto(address)
                given = {"shown": SHOWN, "others": OTHERS, "moves": moves}
                timed = page.evaluate(MOVES, given)
                page.close()
                about = {"networks": n, "passing": timed["passing"], "cpu": processor()}
                report("engine's move p50", timed["p50"], "ms", **about)
                report("engine's move p95", timed["p95"], "ms", **about)
                report("table fetched and parsed", timed["load"], "ms", **about)
        browser.close()


if __name__ == "__main__":
    main()
