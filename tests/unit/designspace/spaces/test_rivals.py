"""The spaces that RegNet is argued against: sizes, laws, members by their own notation."""

from itertools import product

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import chisquare

from designspace.laws.laws import Choice, LogUniform, Uniform
from designspace.layers.complexity import complexity
from designspace.networks.edge_cells import EDGES, to_string
from designspace.networks.inverted import Inverted
from designspace.networks.vertex_batches import Cells
from designspace.networks.vertex_cells import VERTEX_OPERATIONS, Cell
from designspace.spaces import FAMILIES
from designspace.spaces.cells import nasbench101, nasbench201, nats_size
from designspace.spaces.cells.nasbench101 import DISTINCT, NasBench101
from designspace.spaces.cells.nasbench201 import NasBench201, NotACell, from_string
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.inverted.fbnet import FBNet
from designspace.spaces.inverted.mbconv import MBConv
from designspace.spaces.inverted.mnasnet import MnasNet
from designspace.spaces.inverted.ofa import Setting
from designspace.spaces.ofa_resnet50 import OFAResNet50, resnet50d
from designspace.spaces.presets import PRESETS
from designspace.spaces.resized import Resized
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
    # 1807.11626, section 4.1: S = 432, B = 5, "about 10^13".
    "MnasNet factorized": 432**5,
    # `ofa_resnets.py` of 1908.09791: a stem of 2 * 3 * 3, and of each stage a width, 2 to 4
    # blocks (once 4 to 6), a ratio of each block.
    "OFA ResNet-50": 18 * 3**4 * (9 + 27 + 81) ** 3 * (81 + 243 + 729),
    # 1704.04861: its four multipliers and five depths for each of its table's five stages.
    "MobileNetV1": (4 * 5) ** 5,
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


def test_parts_of_once_for_alls_resnet_50_are_drawn_alike():
    columns = RIVALS["OFA ResNet-50"].draw(np.random.default_rng(13), 30_000).parameters
    assert is_alike(columns["depth_3"], (4, 5, 6))
    # 0.65 and 0.8 of 512 in eights.
    assert is_alike(columns["width_2"], (336, 408, 512))
    assert is_alike(columns["convolutions"], (2, 3))
    there = ~np.isnan(columns["expansion_1_4"])
    assert there.mean() == pytest.approx(1 / 3, abs=0.01)
    assert is_alike(columns["expansion_1_4"][there], (0.2, 0.25, 0.35))


def test_once_for_alls_resnet_50_holds_resnet_50_d():
    space = OFAResNet50(expansion=[0.25], width=[1], blocks=[2, 3], convolutions=[3])
    networks = space.draw(np.random.default_rng(13), 200).networks
    # 3 4 6 3 blocks are 2 2 4 2 and 1 2 2 1 more.
    assert {resnet50d().hash} < {network.hash for network in networks}
    assert resnet50d().stages[3].words == "3x3 512 → 2048 /2, 3x3 512 → 2048, 3x3 512 → 2048"


def test_stages_of_mobilenet_v1_have_a_depth_and_a_multiplier_each():
    columns = RIVALS["MobileNetV1"].draw(np.random.default_rng(14), 20_000).parameters
    assert is_alike(columns["depth_4"], (1, 2, 3, 4, 6))
    assert is_alike(columns["width_1"], (16, 32, 48, 64))


def test_blocks_of_the_space_of_mnasnet_are_drawn_alike_each_by_itself():
    columns = MnasNet().draw(np.random.default_rng(15), 40_000).parameters
    pairs = columns["operation_3"] * 100 + columns["skip_3"] * 10 + columns["squeeze_5"]
    settings = product(range(1, 5), range(1, 4), (1, 2))
    assert is_alike(pairs, [100 * op + 10 * skip + se for op, skip, se in settings])
    assert is_alike(columns["kernel_2"], (3, 5))
    # MobileNetV2 has four layers of 64 in its fourth block.
    assert is_alike(columns["depth_4"], (3, 4, 5))
    assert is_alike(columns["width_4"], (48, 64, 80))


def test_the_space_of_mnasnet_is_around_mobilenet_v2():
    space = MnasNet(operation=[4], kernel=[3], squeeze=[1], skip=[2], layers=[2], width=[1])
    [network] = space.draw(np.random.default_rng(16), 1).networks
    # torchvision's counts of MobileNetV2, whose activation alone is another.
    assert counted(network) == (3_504_872, 300_775_272, 6_679_112)


def test_a_regular_convolution_and_a_pool_are_counted_by_hand():
    space = MnasNet(operation=[1], kernel=[5], squeeze=[2], skip=[1], layers=[1], width=[1])
    [network] = space.draw(np.random.default_rng(17), 1).networks
    fourth = network.stages[3].blocks
    assert [block.words for block in fourth] == [
        "5x5 regular → 64 /2 SE 8",
        "5x5 regular → 64 SE 16 + pool",
        "5x5 regular → 64 SE 16 + pool",
    ]
    without = network.model_copy(update={"stages": network.stages[:3]})
    upto = network.model_copy(update={"stages": network.stages[:4]})
    more = complexity(upto).params - complexity(without).params
    convolutions = 25 * 32 * 64 + 2 * 25 * 64 * 64 + 3 * 2 * 64
    gates = (64 * 8 + 8 + 8 * 64 + 64) + 2 * (64 * 16 + 16 + 16 * 64 + 64)
    assert more == convolutions + gates + (64 - 32) * 1280  # what the tail takes


def test_what_adds_nothing_makes_no_other_network():
    # Of a block of stride 2 and one layer, the identity and nothing are one.
    space = MnasNet(operation=[3], kernel=[3], squeeze=[1], skip=[2, 3], layers=[1], width=[1])
    networks = space.draw(np.random.default_rng(18), 200).networks
    assert len({network.stages[1] for network in networks}) == 1
    assert len({network.stages[2] for network in networks}) == 2
    assert len({network.hash for network in networks}) == len(set(networks.keys)) == 16


def test_operations_of_fbnet_are_alike_and_none_is_skipped_that_changes_widths():
    columns = FBNet().draw(np.random.default_rng(4), 30_000).parameters
    assert is_alike(columns["operation_3_2"], range(1, 10))
    assert is_alike(columns["operation_3_1"], range(1, 9))
    assert (columns["depth_1"] == (columns["operation_1_1"] < 9)).all()


def test_a_shallower_fbnet_has_fewer_blocks_in_all_stages_but_two():
    space = FBNet(blocks=2)
    # Six blocks could be left out: the first, and the second of five stages.
    assert space.count() == 9**6 * 8**6
    columns = space.draw(np.random.default_rng(4), 200).parameters
    assert {name for name in columns if name.startswith("operation_3")} == {
        "operation_3_1",
        "operation_3_2",
    }
    assert "blocks" not in FBNet().model_dump()  # as it was stored before


def test_edges_of_nasbench201_and_widths_of_the_size_space_are_alike():
    cells = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(5), 30_000).parameters
    assert is_alike(cells["operation_3_1"], range(1, 6))
    sizes = NatsSize().draw(np.random.default_rng(5), 30_000).parameters
    assert is_alike(sizes["width_4"], range(8, 72, 8))


def test_a_graph_that_is_hardly_ever_connected_is_given_up():
    space = RandWire(generator="er", probability=[0.01])
    draws = space.draw(np.random.default_rng(6), 3)
    assert (draws.tried, len(draws.networks), draws.candidates.size) == (3, 0, 0)


def test_a_space_contains_no_network_of_more_blocks_than_it_draws():
    deep, shallow = (
        MBConv(leaves_out=True, depth=list(depths)) for depths in ((2, 3, 4), (2, 3))
    )
    columns = deep.draw(np.random.default_rng(7), 2_000).parameters
    depths = np.stack([columns[f"depth_{i}"] for i in range(2, 7)])
    blocks = [np.isnan(columns[f"kernel_{i}_4"]) for i in range(2, 7)]
    assert deep.contains(columns).all()
    assert 0 < np.all(blocks, axis=0).mean() < 1
    np.testing.assert_array_equal(
        shallow.contains(columns), np.all(blocks, axis=0) & (depths <= 3).all(axis=0)
    )


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
    assert counted(nats_size.sized(widths), 32, 10) == published


@pytest.mark.parametrize("name", ["NAS-Bench-201", "NATS size"])
def test_a_small_space_is_enumerated_whole_each_network_once(name):
    space = PRESETS[name]
    everything = space.enumerated()
    assert len(set(everything.networks.keys)) == space.count()
    assert space.contains(everything.parameters).all()


def test_numbers_of_operations_stand_for_the_names_of_their_authors():
    draws = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(0), 20)
    names = NasBench201().names_of("operation_3_1")
    for i, network in enumerate(draws.networks):
        drawn = [draws.parameters[f"operation_{to}_{start}"][i] for to, start in EDGES]
        said = [names[int(number) - 1].full for number in drawn]
        assert list(network.stages[0].operations) == said
    for family in FAMILIES:
        for names in family.names.values():
            law = family.model_fields["operation"].default
            assert len(names) == len(law.values)
            assert len({one.full for one in names}) == len({one.short for one in names})
    assert not NasBench201().names_of("depth")


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


@pytest.mark.parametrize("places", [2, 3, 5, 7])
def test_cells_as_arrays_are_what_each_of_them_is(places):
    rng = np.random.default_rng(7)
    upper = rng.random((400, places * (places - 1) // 2)) < 0.45
    cells = Cells.of(upper, rng.integers(3, size=(400, places - 2)))
    pruned = cells.pruned()
    kept = np.flatnonzero((pruned.sizes > 0) & (pruned.sizes <= 9))
    normal = pruned.take(kept).normal()
    alone = [cells[i].pruned() for i in range(400)]
    assert [i for i, cell in enumerate(alone) if cell and cell.edges <= 9] == kept.tolist()
    assert [pruned[i] for i in kept] == [alone[i] for i in kept]
    assert [normal[i] for i in range(len(kept))] == [alone[i].normal() for i in kept]
    assert len(set(normal.keys)) == len({alone[i].normal() for i in kept})
    widths = np.stack(normal.widths(16, 40), axis=1)
    for i in range(len(kept)):
        assert widths[i][normal.there[i]].tolist() == normal[i].widths(16, 40)


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


def edges(graph):
    """Pairs of nodes, the lower first; the graph is the same both ways, without loops."""
    assert (graph == graph.T).all()
    assert not graph.diagonal().any()
    return [(v, w) for v, w in np.argwhere(graph).tolist() if v < w]


def tied_one_by_one(rng, n, m):
    """BA(M) as 1904.01569 says it, each number asked of the generator by itself."""
    found, ends, targets = [], [], list(range(m))
    for new in range(m, n):
        found += [(old, new) for old in targets]
        ends += targets + [new] * m
        chosen = set()
        while len(chosen) < m:
            chosen.add(ends[rng.integers(len(ends))])
        targets = sorted(chosen)
    return found


def rewired_one_by_one(rng, n, k, p):
    """WS(K, P) as 1904.01569 says it, each number asked of the generator by itself."""
    near = [{(v + i) % n for i in range(-k // 2, k // 2 + 1)} - {v} for v in range(n)]
    chances = rng.random((k // 2, n))
    for i in range(1, k // 2 + 1):
        for v in range(n):
            if chances[i - 1, v] >= p or len(near[v]) == n - 1:
                continue
            while (w := int(rng.integers(n))) == v or w in near[v]:
                pass
            old = (v + i) % n
            near[v] ^= {old, w}
            near[old].remove(v)
            near[w].add(v)
    return [(v, w) for v in range(n) for w in near[v] if v < w]


@pytest.mark.parametrize(("n", "m"), [(32, 5), (12, 1), (9, 8)])
def test_numbers_of_a_graph_by_preference_are_as_if_drawn_one_by_one(n, m):
    one, other = np.random.default_rng(21), np.random.default_rng(21)
    for _ in range(40):
        assert edges(barabasi_albert(one, n, m)) == sorted(tied_one_by_one(other, n, m))
    assert one.random() == other.random()


@pytest.mark.parametrize(
    ("n", "k", "p"), [(32, 4, 0.75), (12, 2, 1.0), (4, 2, 1.0), (7, 6, 0.5), (8, 6, 0.9)]
)
def test_numbers_of_a_rewired_ring_are_as_if_drawn_one_by_one(n, k, p):
    one, other = np.random.default_rng(22), np.random.default_rng(22)
    for _ in range(40):
        assert edges(watts_strogatz(one, n, k, p)) == sorted(rewired_one_by_one(other, n, k, p))
    assert one.random() == other.random()


def test_a_graph_of_more_edges_than_a_stage_may_have_is_drawn_again():
    # 8,128 pairs of 128 nodes, 4,096 edges at most.
    space = RandWire(generator="er", probability=[0.4, 0.9], nodes=128, stages=1)
    draws = space.draw(np.random.default_rng(23), 6)
    assert 0 < len(draws.networks) < 6
    assert set(draws.parameters["probability"]) == {0.4}


def test_generators_make_the_graphs_of_their_definitions():
    rng = np.random.default_rng(9)
    ring = edges(watts_strogatz(rng, 32, 4, 0.0))
    assert set(ring) == {tuple(sorted((v, (v + i) % 32))) for v in range(32) for i in (1, 2)}
    assert len(edges(watts_strogatz(rng, 32, 4, 0.75))) == 64
    assert len(edges(barabasi_albert(rng, 32, 5))) == 5 * 27
    pairs = np.mean([len(edges(erdos_renyi(rng, 32, 0.2))) for _ in range(400)])
    assert pairs == pytest.approx(0.2 * 32 * 31 / 2, rel=0.03)


def test_the_older_nodes_of_a_graph_by_preference_have_more_edges():
    rng = np.random.default_rng(10)
    degrees = np.zeros(32)
    for _ in range(200):
        for v, w in edges(barabasi_albert(rng, 32, 3)):
            degrees[[v, w]] += 1
    assert degrees[:6].mean() > 2 * degrees[-6:].mean()


def test_the_indices_of_a_graph_by_chance_are_in_random_order():
    # In order of rows, a random graph's first node would have no edge into it more often.
    rng = np.random.default_rng(11)
    ends = np.zeros(16)
    for _ in range(500):
        for v, w in edges(erdos_renyi(rng, 16, 0.3)):
            ends[[v, w]] += 1
    assert chisquare(ends).pvalue > 1e-3


def test_what_cannot_be_a_space_is_refused():
    for make, said in (
        (lambda: RandWire(neighbours=[3]), "K of WS is even"),
        (lambda: RandWire(generator="ba", ties=[40]), "M of BA is below 32"),
        (lambda: MBConv(strides=(1, 2)), "strides must be 7 numbers"),
        (lambda: MBConv(kernel=[4]), "kernels must be odd"),
        (lambda: FBNet(operation=[9]), "no value passes"),
        (lambda: NasBench101(width=4), "width must be at least 5, .*, got 4"),
        (lambda: Inverted(kernel=4, inner=8, width=8), "kernels are odd, not 4"),
        (lambda: Inverted(inner=8, width=16, op="regular"), "has inner 16, its width"),
        (
            lambda: Inverted(inner=8, width=8, residual=False, skip="pool"),
            "skip must be identity where nothing is added",
        ),
        (lambda: MnasNet(strides=(2,)), "strides must be 8 numbers"),
        (lambda: MnasNet(kernel=[2]), "kernels must be odd, got 2"),
        (lambda: ResNeXt(block="B", se_ratio=0.25), "se_ratio must be 0 for B blocks"),
    ):
        with pytest.raises(ValidationError, match=said):
            make()


def test_edges_are_named_as_their_strings_name_them():
    columns = PRESETS["NAS-Bench-201"].draw(np.random.default_rng(12), 3).parameters
    assert {name for name in columns if name != "depth"} == {
        f"operation_{to}_{start}" for to, start in EDGES
    }


@pytest.mark.parametrize(
    ("space", "even"),
    [
        (NatsSize(width=Uniform(lo=4, hi=12, step=4)), True),
        (NatsSize(width=LogUniform(lo=4, hi=12, step=4)), False),
        (NatsSize(width=LogUniform(lo=8, hi=16, step=8)), True),  # ln 2 either
        (NasBench201(operation=Choice(choices=(2, 4))), True),
        (PRESETS["AnyNetX_C small"], False),  # lists no networks
        (PRESETS["RegNetX small, scaled"], False),  # two scales may make one network
    ],
)
def test_a_space_is_even_where_it_surely_draws_all_of_its_networks_equally_often(space, even):
    assert space.draws_evenly == even
    sides = [(Uniform(lo=32, hi=64, step=32), even), (LogUniform(lo=32, hi=96, step=32), False)]
    if space.lists and space.family != "ray":
        for side, both in sides:
            assert Resized(space=space, resolution=side).draws_evenly == both
    if even and space.count() < 300:
        rows = space.draw(np.random.default_rng(1), 100_000).networks
        counts = np.unique([str(key) for key in rows.keys], return_counts=True)[1]
        assert len(counts) == space.count()  # each is another network
        assert chisquare(counts).pvalue > 1e-3
