"""What docs/notebook.md shows of a server runs against one."""

import io
from urllib.parse import urlsplit

import numpy as np
import pytest
from fastapi.testclient import TestClient
from notebook_page import blocks

from jobs.messages import Finished
from netspace.settings import Settings
from netspace.web import create_app
from population.population import Population
from services.work import leases, results


@pytest.fixture
def database(sqlite):
    return sqlite


@pytest.fixture
def opened(database, monkeypatch):
    """`urlopen` answers from the application, without a socket."""
    settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:

        def urlopen(url):
            parts = urlsplit(url)
            answer = client.get(f"{parts.path}?{parts.query}")
            answer.raise_for_status()
            return io.BytesIO(answer.content)

        monkeypatch.setattr("urllib.request.urlopen", urlopen)
        yield


@pytest.fixture
def recorded(database, create):
    """Two populations of 24; errors of the first one, whose fourth network diverged."""
    create(24, name="A")
    errors = np.random.default_rng(0).normal(10, 2, 48)
    for i in range(48):
        if i == 24:
            create(24, name="B", seed=1, training_seed=1)
        with database.durable() as session:
            claim = leases.claim(session, "train", "a worker", 30)
            quantities = {"error": float(errors[i]), "loss": 0.5}
            if i == 3:
                quantities = {"diverged": 1.0}
            results.record(session, claim, Finished(quantities=quantities, conditions={}))
    return errors[:24]


def test_the_page_reads_a_server_with_the_standard_library(opened, recorded):
    names = {"np": np, "Population": Population}
    printed = [block.run(names) for block in blocks() if block.server]
    first = names["population"](1)
    counts = first.counts
    assert (counts.n, counts.measured, counts.diverged) == (24, 23, 1)
    assert first.error == pytest.approx(np.where(np.arange(24) == 3, np.inf, recorded))
    assert "1 A Counts(n=24" in printed[0]
    of = names["columns"](2)
    assert np.sort(of["error"]) == pytest.approx(
        np.sort(names["population"](2).error), rel=1e-6
    )
    assert names["answer"]["pairs"]
