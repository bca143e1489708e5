"""The hand on a constraint: from the pointer's event to the frame that shows its answer.

    python -m benchmarks.drag [--sizes 1000 10000 100000] [--tables 1000000] [--training]
        [--keep DIR] [--url URL] [--view QUERY]

A headless Chromium of 1440x900 opens Explore on a scratch database (parts/synthetic.py),
served by the real application, and drags the lower handle of depth to and fro with real pointer
moves every 33 ms for five seconds. A move counts that changes what passes; its time runs from
the event's own time stamp to the animation frame after the last canvas write of the whole page.
Opening counts from the navigation to the frame of the first curves (Plotly's axes come later).
Beside both stands what the page's main thread has computed meanwhile, which says the same on a
machine that others use, too.

`--view "colour=flops&axes=depth,wa"` is what the link says. `--training` lets one niced
single-thread process a core train meanwhile, as workers do.
"""

from __future__ import annotations

import argparse
import math
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.parts import synthetic
from benchmarks.report import processor, report
from db.migrations import upgrade
from db.session import Database
from netspace import addresses

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS, EVERY = 5.0, 0.033
COLUMN = "depth"

WATCH = """(column) => {
  const root = document.getElementById("explore");
  const control = document.querySelector(`.constraint[data-column="${column}"]`);
  const times = [];
  let move = 0, asked = null;
  addEventListener("pointermove", (event) => { move = event.timeStamp; }, true);
  new MutationObserver(() => { asked ??= move; })
    .observe(control.querySelector(".constraint-value"),
             { subtree: true, childList: true, characterData: true });
  new MutationObserver(() => {
    if (asked === null) return;
    const since = asked;
    asked = null;
    requestAnimationFrame(() => times.push(performance.now() - since));
  }).observe(root, { attributeFilter: ["data-drawn"] });
  window.dragTimes = times;
}"""

OPENED = """addEventListener("DOMContentLoaded", () => new MutationObserver((_, watcher) => {
  if (!document.querySelector("#explore[data-state=ready][data-drawn]")) return;
  watcher.disconnect();
  requestAnimationFrame(() => { window.opened = performance.now(); });
}).observe(document.body, { subtree: true, attributeFilter: ["data-drawn", "data-state"] }));
"""

AXES = """() => ["edf", "scatter", "widths"].every((name) =>
  document.querySelector(`#${name}-frame-canvas`).closest("[hidden]")
  || document.querySelector(`#${name}-frame .js-plotly-plot`)?._fullLayout?.xaxis)"""

TRAIN = """
import torch
torch.set_num_threads(1)
net = torch.nn.Sequential(*[torch.nn.Conv2d(16, 16, 3, padding=1) for _ in range(6)])
x = torch.randn(64, 16, 8, 8)
while True:
    net(x).square().mean().backward()
"""


@contextmanager
def served(file: Path) -> Iterator[str]:
    """The application on a database file, in a process of its own. Its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "NETSPACE_DATABASE_URL": addresses.sqlite(file),
        "NETSPACE_BROKER_URL": "redis://127.0.0.1:1/0",  # none: it polls
    }
    command = ["-m", "uvicorn", "--factory", "netspace.web:create_app", "--port", str(port)]
    command += ["--log-level", "warning", "--timeout-graceful-shutdown", "1"]
    with subprocess.Popen([sys.executable, *command], env=environment) as server:
        try:
            url = f"http://127.0.0.1:{port}/app/"
            wait_for(url)
            yield url
        finally:
            server.terminate()


def wait_for(url: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


@contextmanager
def training() -> Iterator[None]:
    """One niced process a core that trains."""
    processes = [
        subprocess.Popen([sys.executable, "-c", TRAIN], preexec_fn=lambda: os.nice(10))
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        time.sleep(5)  # until torch is imported
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def drag(page: Page) -> list[float]:
    """Milliseconds of each move that changed something."""
    thumb = page.locator(f'.constraint[data-column="{COLUMN}"] [role=slider]').first
    handle = thumb.bounding_box()
    track = page.locator(f'.constraint[data-column="{COLUMN}"] .histogram').bounding_box()
    assert handle is not None
    assert track is not None
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.evaluate(WATCH, COLUMN)
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.monotonic()
    moves = 0
    while (now := time.monotonic() - start) < SECONDS:
        swing = 0.5 - 0.5 * math.cos(2 * math.pi * now / SECONDS * 2)
        page.mouse.move(x + swing * 0.8 * track["width"], y)
        moves += 1
        time.sleep(max(0.0, moves * EVERY - (time.monotonic() - start)))
    page.mouse.up()
    page.wait_for_timeout(300)
    times: list[float] = page.evaluate("window.dragTimes")
    return times


def computed(session: CDPSession) -> float:
    """Seconds that the page's main thread has computed so far."""
    found = session.send("Performance.getMetrics")["metrics"]
    return next(float(one["value"]) for one in found if one["name"] == "TaskDuration")


def measure(url: str, n: int | str, **conditions: object) -> None:
    """Open the page, drag, and report."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(OPENED)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(url)
        page.wait_for_function("() => window.opened", timeout=60_000)
        first = computed(session)
        page.wait_for_function(AXES, timeout=60_000)
        page.wait_for_selector(f'.constraint[data-column="{COLUMN}"][data-active]')
        opened, complete = page.evaluate("[window.opened, performance.now()]")
        page.wait_for_timeout(2_000)
        before = computed(session)
        times = sorted(drag(page))
        dragged = computed(session) - before
        browser.close()
    conditions |= {"networks": n, "moves": len(times), "cpu": processor()}
    report("open to first drawing", opened / 1000, "s", **conditions)
    report("open to first drawing, main thread", first, "s", **conditions)
    report("open to axes and controls", complete / 1000, "s", **conditions)
    report("drag, main thread a move", 1000 * dragged / len(times), "ms", **conditions)
    report("drag p50", statistics.median(times), "ms", **conditions)
    report("drag p95", times[int(0.95 * (len(times) - 1))], "ms", **conditions)


def database(folder: Path, n: int, create: Callable[[Database, int], int]) -> Path:
    """The file of a synthetic population of n, made unless it is there."""
    file = folder / f"synthetic-{create.__name__}-{n}.db"
    if not file.exists():
        unfinished = file.with_suffix(".making")
        unfinished.unlink(missing_ok=True)
        url = addresses.sqlite(unfinished)
        upgrade(url)
        scratch = Database(url)
        create(scratch, n)
        scratch.dispose()
        unfinished.rename(file)
    return file


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--tables", type=int, nargs="*", default=[1_000_000])
    arguments.add_argument("--training", action="store_true")
    arguments.add_argument("--keep", type=Path, help="folder of databases to make or use")
    arguments.add_argument("--url", help="of a page that is served already")
    arguments.add_argument("--view", default="", help="what its link says")
    given = arguments.parse_args()
    load = training() if given.training else nullcontext()
    with load, tempfile.TemporaryDirectory() as scratch:
        if given.url:
            measure(f"{given.url}?{given.view}", "as served", training=given.training)
            return
        folder = given.keep or Path(scratch)
        for kind, create, sizes in (
            ("sampled", synthetic.create, given.sizes),
            ("table", synthetic.create_table, given.tables),
        ):
            for n in sizes:
                with served(database(folder, n, create)) as url:
                    conditions = {"kind": kind, "training": given.training, "view": given.view}
                    measure(f"{url}?{given.view}", n, **conditions)


if __name__ == "__main__":
    main()
