"""The spaces that RegNet is argued against: sizes, laws, members by their own notation."""

from itertools import product

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import chisquare

from designspace.layers.complexity import complexity
from designspace.networks.cells import EDGES, VERTEX_OPERATIONS, Cell, to_string
from designspace.spaces import FAMILIES
from designspace.spaces.cells import nasbench101, nasbench201
from designspace.spaces.cells.nasbench101 import DISTINCT, NasBench101
from designspace.spaces.cells.nasbench201 import NasBench201, NatsSize, NotACell, from_string
from designspace.spaces.inverted.fbnet import FBNet
from designspace.spaces.inverted.mbconv import MBConv
from designspace.spaces.inverted.ofa import Setting
from designspace.spaces.presets import PRESETS
from designspace.spaces.resnext import ResNeXt
from designspace.spaces.rivals import RIVALS
from designspace.spaces.wired.randwire import (
    RandWire,
    barabasi_albert,
    erdos_renyi,
    watts_strogatz,
)


def counted(network, side=224, classes=1000):
    count = complexity(network, side, 3, classes)
    return count.params, count.flops, count.activations


# ---------------------------------------------------------------- sizes

SIZES = {
    # arXiv 1905.13214, table 1.
    "Vanilla": 1_259_712,
    "ResNet": 1_259_712,
    "ResNeXt-A": 11_390_625,
    "ResNeXt-B": 52_734_375,
    # 1908.09791: (9^2 + 9^3 + 9^4)^5; of the other space a last stage of one block more.
    "OFA MobileNetV3": 7371**5,
    "OFA ProxylessNAS w1.3": 7371**5 * 9,
    # 1812.00332: six operations where a block changes its width, seven elsewhere.
    "ProxylessNAS": 6**6 * 7**15,
    # 1812.03443: nine, and eight where a block changes its width.
    "FBNet": 9**16 * 8**6,
    "NAS-Bench-101": 423_624,
    "NAS-Bench-201": 15_625,
    "NATS size": 32_768,
}


@pytest.mark.parametrize("name", SIZES)
def test_a_space_has_the_published_number_of_settings(name):
    assert PRESETS[name].count() == SIZES[name]


@pytest.mark.parametrize("name", [name for name in RIVALS if name.endswith("small")])
def test_one_in_fifty_candidates_of_a_small_space_fits_small_images(name):
    draws = RIVALS[name].draw(np.random.default_rng(0), 1_000)
    flops = complexity(draws.networks, 14, 1, 10).flops
    assert ((flops >= 3e5) & (flops < 6e5)).sum() >= 0.02 * draws.tried


# ---------------------------------------------------------------- laws


def is_alike(seen, values):
    """Whether each of the values is drawn as often."""
    counts = [(seen == value).sum() for value in values]
    assert sum(counts) == len(seen)
    return chisquare(counts).pvalue > 1e-3


def test_stages_of_a_resnext_are_drawn_alike_and_groups_divide():
    space = ResNeXt()
    columns = space.draw(np.random.default_rng(0), 40_000).parameters
    for name, values in (("depth_2", (1, 2, 4, 8, 16)), ("groups_3", (1, 2, 4))):
        assert is_alike(columns[name], values)
    narrow = ResNeXt(width=[4, 8], bottleneck_ratio=[4], groups=[2, 4])
    draws = narrow.draw(np.random.default_rng(1), 8_000)
    # One channel inside has no two groups, two channels no four: (1/4)^3 candidates are left.
    assert len(draws.candidates) / draws.tried == pytest.approx(1 / 64, rel=0.3)


def test_each_block_of_once_for_all_has_a_kernel_and_an_expansion_of_its_own():
    columns = MBConv().draw(np.random.default_rng(2), 30_000).parameters
    assert is_alike(columns["depth_3"], (2, 3, 4))
    there = ~np.isnan(columns["kernel_4_3"])
    assert there.mean() == pytest.approx(2 / 3, abs=0.02)
    pairs = columns["kernel_4_3"][there] * 10 + columns["expansion_5_1"][there]
    assert is_alike(pairs, [10 * k + e for k, e in product((3, 5, 7), (3, 4, 6))])


def test_a_block_that_may_be_left_out_is_as_likely_so_as_any_operation():
    space = RIVALS["ProxylessNAS"]
    columns = space.draw(np.random.default_rng(3), 30_000).parameters
    left_out = np.isnan(columns["kernel_3_2"])
    assert left_out.mean() == pytest.approx(1 / 7, abs=0.007)
    assert not np.isnan(columns["kernel_3_1"]).any()


def test_operations_of_fbnet_are_alike_and_none_is_skipped_that_changes_widths():
    columns = FBNet().draw(np.random.default_rng(4), 30_000).parameters
    assert is_alike(columns["operation_3_2"], range(1, 10))
    assert is_alike(columns["operation_3_1"], range(1, 9))
    assert (columns["depth_1"] == (columns["operation_1_1"] < 9)).all()


def test_edges_of_nasbench201_and_widths_of_the_size_space_are_alike():
    cells = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(5), 30_000).parameters
    assert is_alike(cells["operation_3_1"], range(1, 6))
    sizes = NatsSize().draw(np.random.default_rng(5), 30_000).parameters
    assert is_alike(sizes["width_4"], range(8, 72, 8))


# ---------------------------------------------------------------- cells

AVG = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|"
INDEX_0 = f"{AVG}+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
CONVS = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|"
INDEX_11 = f"{CONVS}+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|"


@pytest.mark.parametrize(
    ("cell", "side", "classes", "published"),
    [
        # NATS-Bench's own counts of its architectures 0 and 11.
        (INDEX_0, 32, 10, (129_306, 15_647_370, 339_978)),
        (INDEX_0, 32, 100, (135_156, 15_653_220, 340_068)),
        (INDEX_0, 16, 120, (136_456, 3_919_480, 85_112)),
        (INDEX_11, 32, 10, (802_426, 113_951_370, 483_338)),
    ],
)
def test_counts_of_nasbench201_are_its_own(cell, side, classes, published):
    assert counted(nasbench201.network(from_string(cell)), side, classes) == published


@pytest.mark.parametrize(
    ("widths", "published"),
    [
        ((8, 8, 8, 8, 8), (11_714, 4_481_114, 69_642)),
        ((8, 8, 8, 16, 40), (67_378, 7_991_706, 83_978)),
    ],
)
def test_counts_of_the_size_space_are_its_own(widths, published):
    assert counted(nasbench201.sized(widths), 32, 10) == published


@pytest.mark.parametrize("name", ["NAS-Bench-201", "NATS size"])
def test_a_small_space_is_enumerated_whole_each_network_once(name):
    space = PRESETS[name]
    everything = space.enumerated()
    assert len(set(everything.networks.keys)) == space.count()
    assert space.contains(everything.parameters).all()


def test_numbers_of_operations_stand_for_the_names_of_their_authors():
    draws = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(0), 20)
    names = NasBench201.names_of("operation_3_1")
    for i, network in enumerate(draws.networks):
        drawn = [draws.parameters[f"operation_{to}_{start}"][i] for to, start in EDGES]
        said = [names[int(number) - 1].full for number in drawn]
        assert list(network.stages[0].operations) == said
    for family in FAMILIES:
        for names in family.names.values():
            law = family.model_fields["operation"].default
            assert len(names) == len(law.values)
            assert len({one.full for one in names}) == len({one.short for one in names})
    assert not NasBench201.names_of("depth")


def test_a_cell_is_the_string_that_it_was():
    for cell in (INDEX_0, INDEX_11):
        assert to_string(from_string(cell)) == cell
    for wrong in ("", "|a~0|", INDEX_0.replace("~2", "~1"), INDEX_0.replace("1x1", "9x9")):
        with pytest.raises(NotACell):
            from_string(wrong)


def matrix(n, *edges):
    return tuple(tuple(int((i, j) in edges) for j in range(n)) for i in range(n))


INCEPTION = Cell(
    matrix(7, (0, 1), (0, 2), (0, 3), (0, 5), (1, 6), (2, 6), (3, 4), (4, 6), (5, 6)),
    ("conv1x1", "conv3x3", "conv3x3", "conv3x3", "maxpool3x3"),
)


def test_the_cell_of_nasbench101s_readme_has_its_hash_and_its_counts():
    assert INCEPTION.md5 == "28cfc7874f6d200472e1a9dcd8650aa0"
    published = (2_694_282, 402_002_954, 1_728_522)
    assert counted(nasbench101.network(INCEPTION), 32, 10) == published


def test_channels_that_do_not_divide_go_to_the_first_vertices():
    cell = Cell(
        matrix(5, (0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)),
        ("conv3x3", "conv1x1", "maxpool3x3"),
    )
    assert cell.md5 == "ce9bc2765d63f261e5ad257382c09e92"
    assert cell.widths(128, 128)[1:4] == [43, 43, 42]
    published = (2_040_231, 307_375_754, 1_556_490)
    assert counted(nasbench101.network(cell), 32, 10) == published


def test_vertices_off_every_path_and_the_order_of_vertices_make_no_other_cell():
    beside = Cell(
        matrix(5, (0, 1), (1, 4), (0, 2), (3, 4)), ("conv3x3", "conv1x1", "maxpool3x3")
    )
    assert beside.normal() == Cell(matrix(3, (0, 1), (1, 2)), ("conv3x3",))
    assert Cell(matrix(3, (0, 1)), ("conv3x3",)).normal() is None
    order = [0, 3, 1, 2, 4, 5, 6]
    swapped = Cell(
        tuple(tuple(INCEPTION.matrix[i][j] for j in order) for i in order),
        tuple(INCEPTION.operations[i - 1] for i in order[1:-1]),
    )
    if all(not any(row[: i + 1]) for i, row in enumerate(swapped.matrix)):
        assert swapped.normal() == INCEPTION.normal()
    assert INCEPTION.normal().md5 == INCEPTION.md5


@pytest.mark.parametrize("vertices", [2, 3, 4, 5])
def test_as_many_cells_differ_as_nasbench101_says(vertices):
    found = set()
    for n in range(2, vertices + 1):
        pairs = [(i, j) for j in range(n) for i in range(j)]
        for edges in product((0, 1), repeat=len(pairs)):
            there = [pair for pair, edge in zip(pairs, edges, strict=True) if edge]
            for operations in product(VERTEX_OPERATIONS, repeat=n - 2):
                cell = Cell(matrix(n, *there), operations)
                if (pruned := cell.pruned()) is not None and pruned.edges <= 9:
                    found.add(pruned.normal())
    assert len(found) == DISTINCT[vertices]
    assert len({cell.md5 for cell in found}) == len(found)


def test_candidates_of_nasbench101_are_refused_for_too_many_edges_or_no_path():
    draws = NasBench101().draw(np.random.default_rng(6), 400)
    assert 0 < len(draws.candidates) < draws.tried
    assert draws.parameters["edges"].max() <= 9
    assert draws.parameters["vertices"].max() <= 7


# ---------------------------------------------------------------- once for all

OFA = [
    # Its authors' configurations, "ke" of each block; counts without biases are theirs.
    ("33 33|53 56 33|54 54 33|56 54 34 34|36 36 76 33", 1.2, 224, (8_386_544, 389_496_904)),
    (
        "33 54 33|54 54 36 53|76 56 33 54|36 56 76 34|36 36 56 33",
        1.2,
        236,
        (9_135_928, 595_199_048),
    ),
    ("33 33|54 53|53 33 33|36 74|36 74", 1.0, 144, (4_112_176, 73_475_104)),
    ("54 33|33 33|73 33 73|53 54|53 34|34", 1.3, 144, (4_158_272, 143_193_752)),
]


def setting(text, width, side):
    """A configuration as Once-for-All's code writes it, with room for four blocks a stage."""
    stages = [stage.split() for stage in text.split("|")]
    padded = [stage + ["33"] * (4 - len(stage)) for stage in stages[:5]] + stages[5:]
    blocks = [block for stage in padded for block in stage]
    return {
        "ks": [int(block[0]) for block in blocks],
        "e": [int(block[1]) for block in blocks],
        "d": [len(stage) for stage in stages[:5]],
        "w": width,
        "r": [side],
    }


@pytest.mark.parametrize(("text", "width", "side", "published"), OFA)
def test_counts_of_once_for_alls_networks_are_the_published_ones(text, width, side, published):
    one = Setting.model_validate(setting(text, width, side)).member()
    assert counted(one.network, one.resolution)[:2] == published


def test_a_configuration_that_is_none_is_refused_with_its_field():
    good = setting(*OFA[2][:3])
    for wrong, said in (
        ({"ks": good["ks"][:-1]}, "one number for each block"),
        ({"d": [9, 2, 2, 2, 2]}, "less than or equal to 4"),
        ({"ks": [2] * 20}, "kernels are odd"),
        ({"r": 4}, "greater than or equal to 8"),
    ):
        with pytest.raises(ValidationError, match=said):
            Setting.model_validate(good | wrong)


# ---------------------------------------------------------------- random wiring


def test_counts_of_randomly_wired_networks_are_about_the_published_ones():
    # 1904.01569, table 2: WS(4, 0.75) 5.6 +- 0.1 M, 583 +- 6 M; C = 109 31.9 M, 4.0 G.
    for space, params, flops in (
        (RandWire(), 5.6e6, 583e6),
        (RandWire(regular=True, width=109), 31.9e6, 4.0e9),
    ):
        count = complexity(space.draw(np.random.default_rng(7), 60).networks)
        assert count.params.mean() == pytest.approx(params, rel=0.02)
        assert count.flops.mean() == pytest.approx(flops, rel=0.02)


def test_a_graph_by_preference_always_has_the_same_counts():
    count = complexity(RandWire(generator="ba").draw(np.random.default_rng(8), 5).networks)
    assert set(count.params) == {5_677_495 + 405}  # a weight for each edge into a sum
    assert set(count.flops) == {583_761_444}


def test_generators_make_the_graphs_of_their_definitions():
    rng = np.random.default_rng(9)
    ring = watts_strogatz(rng, 32, 4, 0.0)
    assert set(ring) == {tuple(sorted((v, (v + i) % 32))) for v in range(32) for i in (1, 2)}
    for graph, edges in (
        (watts_strogatz(rng, 32, 4, 0.75), 64),
        (barabasi_albert(rng, 32, 5), 5 * 27),
    ):
        assert len(set(graph)) == edges
        assert all(0 <= v < w < 32 for v, w in graph)
    pairs = np.mean([len(erdos_renyi(rng, 32, 0.2)) for _ in range(400)])
    assert pairs == pytest.approx(0.2 * 32 * 31 / 2, rel=0.03)


def test_the_older_nodes_of_a_graph_by_preference_have_more_edges():
    rng = np.random.default_rng(10)
    degrees = np.zeros(32)
    for _ in range(200):
        for v, w in barabasi_albert(rng, 32, 3):
            degrees[[v, w]] += 1
    assert degrees[:6].mean() > 2 * degrees[-6:].mean()


def test_the_indices_of_a_graph_by_chance_are_in_random_order():
    # In order of rows, a random graph's first node would have no edge into it more often.
    rng = np.random.default_rng(11)
    ends = np.zeros(16)
    for _ in range(500):
        for v, w in erdos_renyi(rng, 16, 0.3):
            ends[[v, w]] += 1
    assert chisquare(ends).pvalue > 1e-3


def test_what_cannot_be_a_space_is_refused():
    for make, said in (
        (lambda: RandWire(neighbours=[3]), "K of WS is even"),
        (lambda: RandWire(generator="ba", ties=[40]), "M of BA is below 32"),
        (lambda: MBConv(strides=(1, 2)), "strides must be 7 numbers"),
        (lambda: MBConv(kernel=[4]), "kernels must be odd"),
        (lambda: FBNet(operation=[9]), "no value passes"),
        (lambda: ResNeXt(block="B", se_ratio=0.25), "se_ratio must be 0 for B blocks"),
    ):
        with pytest.raises(ValidationError, match=said):
            make()


def test_edges_are_named_as_their_strings_name_them():
    columns = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(12), 3).parameters
    assert {name for name in columns if name != "depth"} == {
        f"operation_{to}_{start}" for to, start in EDGES
    }
