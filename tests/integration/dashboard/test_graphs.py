"""The picture of a cell: every node to the right of what it takes, every edge drawn."""

import numpy as np
import pytest

from dashboard.figures.graphs import graph_figure, layout
from designspace.spaces.rivals import RIVALS


@pytest.mark.parametrize(
    "name", ["NAS-Bench-201 small", "NAS-Bench-101 small", "RandWire WS small"]
)
def test_edges_of_a_graph_go_to_the_right_and_no_two_nodes_share_a_place(name):
    for network in list(RIVALS[name].draw(np.random.default_rng(0), 20).networks)[:8]:
        wiring = network.wiring
        places = layout(wiring)
        assert all(places[i][0] < places[j][0] for i, j, _ in wiring.edges)
        assert len(set(places.values())) == len(wiring.nodes)
        figure = graph_figure(wiring)
        assert len(figure.data) == len(wiring.edges) + 1
        low, high = figure.layout.yaxis.range
        assert all(low < y < high for trace in figure.data for y in trace.y)
        assert list(figure.data[-1].text) == list(wiring.nodes)


def test_an_edge_of_nasbench201_says_its_operation_and_none_is_no_edge():
    space = RIVALS["NAS-Bench-201 small"]
    draws = space.draw(np.random.default_rng(1), 40)
    for i, network in enumerate(draws.networks):
        drawn = [draws.parameters[f"operation_{to}_{of}"][i] for to, of in ((1, 0), (3, 2))]
        labels = {(i, j): label for i, j, label in network.wiring.edges}
        names = {2: "skip", 3: "1x1", 4: "3x3", 5: "pool"}
        assert labels.get((0, 1)) == names.get(drawn[0])
        assert labels.get((2, 3)) == names.get(drawn[1])
