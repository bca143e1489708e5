"""People, spaces and workers of hostile names, and what shows that they stay text."""

import pytest
from served import Served, problems_of

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Failed, Finished
from services.defining import regimes, spaces
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

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
    "trends?side=1&bins=3": "#trends-verdicts-text tbody tr",
    "speed?population=1&time=loss": "#speed-fits-text .statement",
    "queue": "#queue-populations tbody tr",
    "queue?group=failed": "#queue-jobs tbody tr",
}


ADDRESSES = [
    "population=%3Cimg%20src=x%20onerror=window.owned=1%3E",
    "population=1&depth=%3Cscript%3Ewindow.owned=1%3C/script%3E",
    "population=1&%3Cimg%20src=x%20onerror=window.owned=1%3E=1",
    "population=1&pin=%3Cimg%20src=x%20onerror=window.owned=1%3E",
]


def is_text(page, address, there):
    """A view is shown, and names in it are text that does nothing."""
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


def is_text_in_an_address(page, url, path, query):
    """A view of the server at `url` whose address says what is hostile."""
    page.goto(f"{url}/app/{path}?{query}&side={query.split('=', 1)[1]}")
    page.locator("main:visible, h1:visible").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1_000)
    assert page.evaluate("() => window.owned ?? null") is None
    assert page.locator("img[src=x]").count() == 0
