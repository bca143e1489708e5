"""A network leaves as JSON and comes back the same; pycls's configuration says what it can."""

import json

import pytest
import yaml  # comes with uvicorn[standard]

from designspace.naming import exchange
from designspace.naming.exchange import (
    Inexpressible,
    NotANetwork,
    from_json,
    to_json,
    to_pycls,
)
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.spaces.regnet import RegNet

REGNETX_400MF = RegNet.network(depth=22, w0=24, wa=24.48, wm=2.54, group_width=16)


def stage(depth=2, width=24, **fields):
    return Stage(**{"depth": depth, "width": width, "group_width": 8} | fields)


def plain(depth, width):
    return stage(depth, width, group_width=width)


NETWORKS = {
    "X": REGNETX_400MF,
    "Y": REGNETX_400MF.model_copy(update={"se_ratio": 0.25}),
    "R": Network(stages=(stage(bottleneck_ratio=1.5, group_width=16),), block="R"),
    "V": Network(stages=(plain(2, 20), plain(4, 36)), block="V"),
    "VR": Network(stages=(plain(2, 20), plain(1, 36)), block="VR"),
    "stem": Network(stem=Stem(kind="resnet", width=64), stages=(stage(stride=1),)),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_network_comes_back_from_json(network):
    assert from_json(to_json(network)) == network


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{", "network: Invalid JSON"),
        ("[]", "network: Input should be an object"),
        ("{}", "stages: Field required"),
        ({"blok": "X"}, "blok: no such field; there are stem, stages, se_ratio, block"),
        ({"block": "Q"}, "block: Input should be 'X', 'R', 'V', 'VR', 'B' or 'Z', not 'Q'"),
        ({"se_ratio": 2}, "se_ratio: Input should be less than or equal to 1, not 2"),
        ({"stem": {"w": 8}}, "stem.w: no such field; there are kind, width, stride"),
        ({"stages": []}, "stages: Tuple should have at least 1 item after validation, not 0"),
    ],
)
def test_a_mistake_names_the_field_and_what_is_allowed(wrong, said):
    text = wrong
    if isinstance(wrong, dict):
        text = json.dumps(REGNETX_400MF.model_dump(mode="json") | wrong)
    with pytest.raises(NotANetwork) as error:
        from_json(text)
    assert str(error.value).startswith(said)


def inverted(op="inverted", **fields):
    block = {"inner": 8, "width": 8, "op": op}
    return {"body": "inverted", "blocks": [block], **fields}


@pytest.mark.parametrize(
    ("unused", "said"),
    [
        (
            {"stages": [inverted()], "head": {"kind": "conv", "before": "relu"}},
            "head.before: should be none, where width is 0, not 'relu'",
        ),
        (
            {"stem": {"kind": "patch", "width": 8}, "stages": [inverted()], "act": "gelu"},
            "act: should be relu, which nothing uses here, not 'gelu'",
        ),
        (
            {"stages": [inverted("regular", end="relu")]},
            "stages.0.end: should be none, of regular convolutions, not 'relu'",
        ),
    ],
)
def test_what_no_layer_uses_is_refused_so_that_one_architecture_has_one_hash(unused, said):
    with pytest.raises(NotANetwork) as error:
        from_json(json.dumps(unused))
    assert str(error.value) == said


def test_what_a_layer_uses_is_said():
    for used in (
        {"stages": [inverted()], "act": "gelu"},  # by the stem
        {"stages": [inverted()], "head": {"kind": "conv", "width": 8, "before": "relu"}},
        {"stages": [inverted(end="relu")]},
    ):
        assert from_json(json.dumps(used))


def test_every_mistake_in_a_stage_is_named():
    stages = [{"depth": 0, "width": "24", "group_width": 8, "depht": 2}]
    with pytest.raises(NotANetwork) as error:
        from_json(json.dumps({"stages": stages}))
    assert str(error.value).splitlines() == [
        "stages.0.depth: Input should be greater than or equal to 1, not 0",
        "stages.0.width: Input should be a valid integer, not '24'",
        "stages.0.depht: no such field; "
        "there are depth, width, stride, bottleneck_ratio, group_width",
    ]


def test_thousands_of_mistakes_are_told_as_fast_as_they_are_found():
    """Each was compared with each: a megabyte of them took hours."""
    compared = []

    class Part(int):
        def __eq__(self, other):
            compared.append(other)
            return int(self) == other

        __hash__ = int.__hash__

    places = [{"loc": ("stages", Part(n), "width")} for n in range(500)]
    assert len(list(exchange._deepest(places))) == 500
    assert len(compared) < 5_000


def test_groups_that_do_not_divide_are_refused():
    with pytest.raises(NotANetwork, match=r"^stages\.0: inner width 24 .* group width 7"):
        from_json('{"stages": [{"depth": 1, "width": 24, "group_width": 7}]}')


def test_pycls_configuration_of_regnetx_400mf():
    # Widths, depths and group widths as its authors publish them.
    assert to_pycls(REGNETX_400MF) == (
        "MODEL:\n"
        "  TYPE: anynet\n"
        "  NUM_CLASSES: 1000\n"
        "ANYNET:\n"
        "  STEM_TYPE: simple_stem_in\n"
        "  STEM_W: 32\n"
        "  BLOCK_TYPE: res_bottleneck_block\n"
        "  DEPTHS: [1, 2, 7, 12]\n"
        "  WIDTHS: [32, 64, 160, 384]\n"
        "  STRIDES: [2, 2, 2, 2]\n"
        "  BOT_MULS: [1.0, 1.0, 1.0, 1.0]\n"
        "  GROUP_WS: [16, 16, 16, 16]\n"
        "  SE_ON: false\n"
    )


def anynet(network, **options):
    return yaml.safe_load(to_pycls(network, **options))["ANYNET"]


def test_yaml_has_the_types_that_pycls_wants():
    # yacs takes a value only where its type is that of the default.
    read = yaml.safe_load(to_pycls(NETWORKS["Y"], classes=10))
    assert read["MODEL"] == {"TYPE": "anynet", "NUM_CLASSES": 10}
    assert read["ANYNET"]["SE_ON"] is True
    assert read["ANYNET"]["SE_R"] == 0.25
    wide = Stage(depth=1, width=8_192, group_width=16)
    tiny = Network(stem=Stem(width=8_192), stages=(wide,), se_ratio=7e-5)
    assert anynet(tiny)["SE_R"] == 7e-5  # YAML takes 7e-05 for a word


@pytest.mark.parametrize(
    ("stem", "widths", "depth"), [(7, (8, 8), 1), (8, (7, 8), 1), (8, (8, 7), 2)]
)
def test_a_squeeze_that_pycls_rounds_to_none_is_said(stem, widths, depth):
    stages = tuple(Stage(depth=depth, width=w, group_width=w) for w in widths)
    narrow = Network(stem=Stem(width=stem), stages=stages, se_ratio=1 / 15)  # 7 / 15 < 1 / 2
    with pytest.raises(Inexpressible, match="0.0666667 of 7 channels: pycls rounds it to none"):
        to_pycls(narrow)


def test_a_last_width_that_no_block_reads_squeezes_nothing():
    stages = (Stage(depth=1, width=7, group_width=7),)
    assert anynet(Network(stem=Stem(width=8), stages=stages, se_ratio=1 / 15))["SE_ON"]


@pytest.mark.parametrize("b", [4, 3, 1.5, 1, 0.5, 24 / 7])
def test_bottleneck_multipliers_give_the_inner_width(b):
    one = Stage(depth=1, width=24, bottleneck_ratio=b, group_width=1)
    multiplier = anynet(Network(stages=(one,)))["BOT_MULS"][0]
    assert int(round(24 * multiplier)) == one.inner_width  # as pycls computes it
    assert multiplier == pytest.approx(1 / b)


def test_a_comment_says_that_pycls_takes_colour_images():
    assert to_pycls(REGNETX_400MF, channels=1, classes=1000).splitlines() == [
        "# For 1-channel images; the stems of pycls take 3 channels.",
        *to_pycls(REGNETX_400MF).splitlines(),
    ]


def test_r_blocks_are_bottlenecks_of_one_group():
    read = anynet(NETWORKS["R"])
    assert read["BLOCK_TYPE"] == "res_bottleneck_block"
    assert read["GROUP_WS"] == [16]  # width 24 / b 1.5


def test_two_v_blocks_are_one_vanilla_block():
    read = anynet(NETWORKS["V"])
    assert read["BLOCK_TYPE"] == "vanilla_block"
    assert read["DEPTHS"] == [1, 2]
    assert read["BOT_MULS"] == read["GROUP_WS"] == []


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        (Stem(stride=2), "simple_stem_in"),
        (Stem(stride=1), "res_stem_cifar"),
        (Stem(kind="resnet", width=64), "res_stem_in"),
    ],
)
def test_stems_have_the_names_of_pycls(stem, name):
    read = anynet(Network(stem=stem, stages=(stage(),)))
    assert read["STEM_TYPE"] == name
    assert read["STEM_W"] == stem.width


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (NETWORKS["VR"], "VR blocks"),
        (Network(stages=(plain(2, 8), plain(3, 16)), block="V"), r"depths \[2, 3\].*even"),
        (Network(stem=Stem(stride=4), stages=(stage(),)), "simple stem of stride 4"),
        (Network(stem=Stem(kind="resnet", stride=1), stages=(stage(),)), "resnet stem"),
    ],
    ids=["VR", "odd V", "stride 4", "resnet stem of stride 1"],
)
def test_what_pycls_cannot_say_is_refused_with_the_reason(network, said):
    with pytest.raises(Inexpressible, match=said):
        to_pycls(network)


def of(stem, *stages, **fields):
    return json.dumps({"stem": stem, "stages": stages} | fields)


CELL = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "none"]
BLOCK = {"inner": 12, "width": 8}
PATCH = {"kind": "patch", "width": 16}
SIMPLE = {"kind": "simple", "width": 16, "stride": 1}
VERTICES = {"body": "vertices", "depth": 1, "operations": ["conv3x3", "conv3x3"]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            of(PATCH, {"body": "next", "depth": 1, "width": 24, "downsamples": False}),
            "network: a stage that does not downsample is as wide as what comes in: 16, not 24",
        ),
        (
            of(SIMPLE, {"body": "inverted", "blocks": [BLOCK | {"groups": 8}]}),
            "network: 8 groups don't divide 12 channels",
        ),
        (
            of(SIMPLE, {"body": "edges", "operations": CELL, "depth": 1, "width": 8}),
            "network: none from node 0 to 1 keeps 16 channels: the cell has 8",
        ),
        (
            of(
                SIMPLE,
                VERTICES
                | {"width": 1}
                | {"matrix": [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]},
            ),
            "network: 1 channels are too few for the last vertices",
        ),
        (
            of(SIMPLE, {"body": "wired", "nodes": 3, "edges": [[1, 0]], "width": 8}),
            "stages.0: an edge goes from a node to a later one, not from 1 to 0",
        ),
        (
            of(SIMPLE, {"body": "inverted", "blocks": [BLOCK | {"kernle": 3}]}),
            "stages.0.blocks.0.kernle: no such field; there are kernel, inner, width",
        ),
        (
            of(SIMPLE, {"body": "vertical"}),
            "stages.0: Input tag 'vertical'",
        ),
        (
            of(SIMPLE, {"body": "inverted", "blocks": [BLOCK]}, se_ratio=0.25),
            "network: block and se_ratio are of stages that repeat a block: none does",
        ),
    ],
)
def test_what_could_not_be_built_is_refused_before_it_is_counted(text, said):
    with pytest.raises(NotANetwork) as error:
        from_json(text)
    assert str(error.value).startswith(said)
