"""Attack 17: markup and scripts in what people name and archives say (Dash CVE-2024-21485)."""

import gzip
import json

import pytest
from served import Served, problems_of
from wire import say

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Failed, Finished
from services.defining import regimes, spaces
from services.exchange import archives, exports
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

pytestmark = pytest.mark.browser

HOSTILE = [
    "<img src=x onerror=window.owned=1>",
    "</script><script>window.owned=1</script>",
    "javascript:window.owned=1",
    "\"'><svg onload=window.owned=1>",
    "{%scripts%}<b>bold</b>",
    "<a href='javascript:window.owned=1'>a</a>",
]


def fill(database, n=8):
    """Populations, spaces, regimes, workers and failures of hostile names; two are measured."""
    ids = []
    for seed, name in enumerate(HOSTILE, 1):
        with database.durable() as session:
            space = spaces.define(session, name, PRESETS["RegNetX small"])
            regime = regimes.define(session, name, DIGITS)
        spec = Spec(
            name, space, regime, n, {"flops": "100k..300k"}, seed=seed, training_seed=seed
        )
        ids.append(populations.create(database, spec))
    for i in range(2 * n):
        with database.durable() as session:
            claim = leases.claim(session, "train", HOSTILE[0], 60)
            if i % n == 0:
                failed = Failed(failure="error", detail="\n".join(HOSTILE))
                results.record_failure(session, claim, failed, False, 1)
            else:
                results.record(session, claim, finished(10.0 + i))
    return ids


def finished(error):
    quantities = {"error": error, "loss": 0.5}
    return Finished(quantities=quantities, conditions={"device": HOSTILE[0]})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("hostile") / "netspace.db")
    fill(served.database)
    served.start()
    yield served
    served.close()


VIEWS = {
    "?population=1&against=2": "#explore[data-state=ready][data-drawn] #networks .ag-row",
    "?population=1&network=1": "#network[data-state=shown]",
    "new": "#new-acceptance .headline",
    "new?refine=1&depth=3..8": "#new-lineage li",
    "compare?side=1&side=2": ".verdict",
    "queue": "#queue-populations tbody tr",
    "queue?group=failed": "#queue-jobs tbody tr",
}


@pytest.mark.parametrize("view", VIEWS)
def test_names_are_text_wherever_they_are_shown(hostile, page, view):
    is_text(page, f"{hostile.url}/app/{view}", VIEWS[view])


def is_text(page, address, there):
    problems = problems_of(page)
    page.goto(address)
    page.locator(there).first.wait_for(timeout=60_000)
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.owned ?? null") is None
    text = page.evaluate("() => document.body.innerText + document.title")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("input, option, [title]")]
          .map((e) => `${e.value ?? ""} ${e.title}`).join(" ")"""
    )
    assert any(name in text + shown for name in HOSTILE)
    assert page.locator("img[src=x], svg[onload], a[href^=javascript]").count() == 0
    assert problems == []


@pytest.mark.parametrize(
    "query",
    [
        "population=%3Cimg%20src=x%20onerror=window.owned=1%3E",
        "population=1&depth=%3Cscript%3Ewindow.owned=1%3C/script%3E",
        "population=1&%3Cimg%20src=x%20onerror=window.owned=1%3E=1",
        "population=1&pin=%3Cimg%20src=x%20onerror=window.owned=1%3E",
    ],
)
@pytest.mark.parametrize("path", ["", "compare", "nowhere"])
def test_an_address_is_text(hostile, page, path, query):
    page.goto(f"{hostile.url}/app/{path}?{query}&side={query.split('=', 1)[1]}")
    page.locator("main:visible, h1:visible").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1_000)
    assert page.evaluate("() => window.owned ?? null") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    "path", ["edf.html?population=1&against=2", "widths.html?population=2"]
)
def test_a_figure_says_names_as_text(hostile, page, path):
    page.goto(f"{hostile.url}/app/figures/{path}")
    page.locator(".main-svg").first.wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("() => window.owned ?? null") is None
    assert page.locator("img, svg[onload], a[*|href^=javascript]").count() == 0


def test_an_archive_says_names_as_text(hostile, tmp_path, page):
    with hostile.database.read() as session:
        packed = archives.pack(exports.archive(session, [1, 2]))
    told = json.loads(gzip.decompress(packed))
    assert HOSTILE[1] in json.dumps(told, ensure_ascii=False).replace('\\"', '"')
    served = Served(tmp_path / "netspace.db")
    served.start()
    try:
        length = f"Content-Type: application/gzip\nContent-Length: {len(packed)}"
        head = f"/api/v1/archive\n{length}"
        status, _, report = say(served.port, head, packed, method="POST")
        assert status in (200, 201), report
        for view in ("?population=1&against=2", "?population=1&network=1", "queue"):
            is_text(page, f"{served.url}/app/{view}", VIEWS[view])
    finally:
        served.close()
