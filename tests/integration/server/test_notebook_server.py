"""What docs/notebook.md shows of a server runs against one, by the client."""

import numpy as np
import pytest
from notebook_page import SERVER, blocks
from served import Served

from population.population import Population

ERRORS = np.random.default_rng(0).normal(10, 2, 48)


@pytest.fixture
def served(tmp_path):
    """Two populations of 24; the fourth network of the first one diverged."""
    served = Served(tmp_path / "netspace.db")
    first = [float("inf") if i == 3 else error for i, error in enumerate(ERRORS[:24])]
    served.measured("A", *first)
    served.measured("B", *ERRORS[24:])
    served.start()
    yield served
    served.close()


def test_the_page_reads_a_server_by_its_client(served):
    of_server = [block for block in blocks() if block.server]
    assert sum(SERVER in block.code for block in of_server) == 1
    names = {"np": np, "Population": Population}
    printed = [block.run(names, served.url) for block in of_server]
    with names["lab"]:
        counts = names["population"](1).counts
        error = names["population"](1).error
    assert (counts.n, counts.measured, counts.diverged) == (24, 23, 1)
    assert error == pytest.approx(np.where(np.arange(24) == 3, np.inf, ERRORS[:24]))
    assert printed[0] == "1 A 24 of 24 networks\n2 B 24 of 24 networks\n"
    assert printed[2].startswith("Counts(n=24")
    assert names["answer"].pairs
    assert printed[-3:-1] == ["4 False\n", "4 wait, 0 run\n"]
    assert printed[-1].startswith("depht")
