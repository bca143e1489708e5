"""The picture of a cell: every node to the right of what it takes, every edge drawn."""

import numpy as np
import pytest

from dashboard.figures.graphs import graph_figure, graphs_figure, layout
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


def test_graphs_side_by_side_have_all_nodes_and_edges_and_do_not_overlap():
    networks = RIVALS["NAS-Bench-101 small"].draw(np.random.default_rng(2), 40).networks
    wirings = [network.wiring for network in networks][:12]
    edges, nodes = graphs_figure(wirings).data
    assert len(nodes.x) == sum(len(wiring.nodes) for wiring in wirings)
    assert edges.x.count(None) == sum(len(wiring.edges) for wiring in wirings)
    xs = [x for x in (*edges.x, *nodes.x) if x is not None]
    ys = [y for y in (*edges.y, *nodes.y) if y is not None]
    assert all((x + 1e-9) % 1.2 <= 1 + 2e-9 for x in xs)
    assert all((y + 0.5 + 1e-9) % 1.2 <= 1 + 2e-9 for y in ys)


def test_an_edge_of_nasbench201_says_its_operation_and_none_is_no_edge():
    space = RIVALS["NAS-Bench-201 small"]
    draws = space.draw(np.random.default_rng(1), 40)
    for i, network in enumerate(draws.networks):
        drawn = [draws.parameters[f"operation_{to}_{of}"][i] for to, of in ((1, 0), (3, 2))]
        labels = {(i, j): label for i, j, label in network.wiring.edges}
        names = {2: "skip", 3: "1x1", 4: "3x3", 5: "pool"}
        assert labels.get((0, 1)) == names.get(drawn[0])
        assert labels.get((2, 3)) == names.get(drawn[1])
