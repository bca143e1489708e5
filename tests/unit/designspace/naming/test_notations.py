"""Networks as people name or write them: names, cells, configurations, JSON."""

import json

import pytest
import yaml

from designspace.layers.complexity import complexity
from designspace.naming.exchange import to_json, to_pycls
from designspace.naming.members import member
from designspace.naming.notations import NotDescribed, described
from designspace.networks.network import Network
from designspace.spaces.presets import PRESETS

REGNET = """
MODEL:
  TYPE: regnet
  NUM_CLASSES: 1000
REGNET:
  DEPTH: 22
  W0: 24
  WA: 24.48
  WM: 2.54
  GROUP_W: 16
  SE_R:
OPTIM:
  WEIGHT_DECAY: 5e-5
TRAIN:
  IM_SIZE: 224
"""


def counted(text):
    one = described(text).member
    count = complexity(one.network, one.resolution, 3, one.classes)
    return count.params, count.flops, count.activations


def test_a_configuration_of_the_papers_authors_is_its_network():
    # RegNetX-400MF: 397,678,568 multiply-adds in its authors' model zoo.
    assert counted(REGNET) == (5_157_512, 397_678_568, 3_143_272)
    assert described(REGNET).left_out == ("OPTIM",)


def test_numbers_that_yaml_takes_for_words_are_numbers():
    assert counted(REGNET.replace("24.48", "2448e-2").replace("W0: 24", "W0: 2.4e1")) == (
        counted(REGNET)
    )


@pytest.mark.parametrize("name", ["AnyNetX_A small", "AnyNetX_A", "RegNetX (pycls ranges)"])
@pytest.mark.parametrize("block", ["X", "Y", "R", "B", "Z"])
def test_what_is_written_for_pycls_comes_back_with_its_hash(name, block, rng):
    fields = {"se_ratio": 0.25} if block == "Y" else {"block": block}
    space = PRESETS[name].model_copy(update=fields)
    for network in list(space.draw(rng, 400).networks)[:10]:
        back = described(to_pycls(network)).member.network
        assert complexity(back) == complexity(network)
        if block != "R":  # for pycls, X of one group
            assert back.hash == network.hash


@pytest.fixture
def rng():
    import numpy as np

    return np.random.default_rng(0)


def test_resnets_and_efficientnets_of_pycls_are_the_published_ones():
    resnext = """
MODEL: {TYPE: resnet, DEPTH: 50, NUM_CLASSES: 1000}
RESNET: {TRANS_FUN: bottleneck_transform, NUM_GROUPS: 32, WIDTH_PER_GROUP: 4, STRIDE_1X1: False}
"""
    assert described(resnext).member.network == member("resnext50_32x4d").network
    b0 = """
MODEL: {TYPE: effnet, NUM_CLASSES: 1000, ACTIVATION_FUN: silu}
EN:
  STEM_W: 32
  STRIDES: [1, 2, 2, 2, 1, 2, 1]
  DEPTHS: [1, 2, 2, 3, 3, 4, 1]
  WIDTHS: [16, 24, 40, 80, 112, 192, 320]
  EXP_RATIOS: [1, 6, 6, 6, 6, 6, 6]
  KERNELS: [3, 3, 5, 3, 5, 5, 3]
  HEAD_W: 1280
"""
    assert counted(b0) == (5_288_548, 385_825_092, 6_748_036)
    cifar = "MODEL: {TYPE: resnet, DEPTH: 56}\nTRAIN: {DATASET: cifar10, IM_SIZE: 32}"
    assert counted(cifar) == (855_770, 125_747_850, 544_778)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (REGNET.replace("regnet", "vit"), "MODEL.TYPE: should be anynet, regnet"),
        (
            REGNET.replace("WA: 24.48", "WA: steep"),
            "REGNET.WA: should be a number, not 'steep'",
        ),
        (
            REGNET.replace("WM:", "WIDTH_M:"),
            "REGNET.WIDTH_M: no such field; there are STEM_TYPE",
        ),
        (REGNET.replace("DEPTH: 22", "DEPTH: 1e9"), "REGNET.DEPTH: should be 1 to 512"),
        (REGNET.replace("DEPTH: 22", "DEPTH: 2.5"), "REGNET.DEPTH: should be a whole number"),
        (REGNET + "  - [", "no YAML: "),
        ("MODEL: &a {TYPE: regnet}\nREGNET: *a\n", "no YAML: aliases"),
        (
            "MODEL: {TYPE: anynet}\nANYNET: {DEPTHS: [1, 2], WIDTHS: [8]}",
            "ANYNET.WIDTHS: should",
        ),
        (
            "MODEL: {TYPE: resnet, DEPTH: 50}\nRESNET: {TRANS_FUN: bottleneck_transform}",
            "RESNET.STRIDE_1X1: the stride is in the 3x3",
        ),
        ("nb201:|a~0|", "a cell reads"),
        ("nats:8:8", "five widths"),
        ('nb101:{"matrix": [[0, 1], [0, 0]]}', "matrix, ops: needed"),
        ('nb101:{"matrix": [[0, 0], [0, 0]], "ops": []}', "matrix: there is no path"),
        ('nb101:{"matrix": [[0, 2], [0, 0]], "ops": []}', "upper triangular"),
        ('ofa:{"ks": [3], "e": [3], "d": [2]}', "ks and e have one number for each block"),
        ("ofa:[]", "should be a JSON object"),
        ('{"stages": []}', "stages: Tuple should have at least 1 item"),
        ("{" * 100_000, "no JSON"),
        ("no_such_net", "no published network 'no_such_net' is known"),
        ("", "a name or 1 to 100,000 characters"),
    ],
)
def test_what_is_no_network_is_refused_with_its_field(wrong, said):
    with pytest.raises(NotDescribed) as error:
        described(wrong)
    assert str(error.value).startswith(said) or said in str(error.value)


EFFNET = """
MODEL: {TYPE: effnet}
EN: {STEM_W: 8, DEPTHS: [1], WIDTHS: [8], STRIDES: [1], EXP_RATIOS: [1], KERNELS: [3]}
"""
ANYNET = """
MODEL: {TYPE: anynet}
ANYNET: {DEPTHS: [1], WIDTHS: [8], STRIDES: [1], BOT_MULS: [1], GROUP_WS: [8], HEAD_W: 8}
"""


@pytest.mark.parametrize(
    ("text", "field", "value", "allowed"),
    [
        (EFFNET, "EN.DEPTHS", "[1e11]", "1 to 1,024, not 100,000,000,000"),
        (EFFNET, "EN.DEPTHS", "[-1]", "1 to 1,024, not -1"),
        (EFFNET, "EN.WIDTHS", "[0]", "1 to 1,048,576, not 0"),
        (EFFNET, "EN.KERNELS", "[1e6]", "1 to 11, not 1,000,000"),
        (EFFNET, "EN.STRIDES", "[9]", "1 to 4, not 9"),
        (EFFNET, "EN.STEM_W", "1e9", "1 to 8,192, not 1,000,000,000"),
        (ANYNET, "ANYNET.DEPTHS", "[1e11]", "1 to 1,024, not 100,000,000,000"),
        (ANYNET, "ANYNET.BOT_MULS", "[-1]", "9.53674e-07 to 1,048,576, not -1"),
        (ANYNET, "ANYNET.HEAD_W", "-8", "0 to 8,192, not -8"),
        (REGNET, "REGNET.DEPTH", "1e11", "1 to 512, not 100,000,000,000"),
        (REGNET, "MODEL.NUM_CLASSES", "-5", "1 to 1,000,000, not -5"),
        (REGNET, "MODEL.NUM_CLASSES", "0", "1 to 1,000,000, not 0"),
        (REGNET, "TRAIN.IM_SIZE", "999_999_999", "1 to 4,096, not 999,999,999"),
    ],
)
def test_a_number_beyond_what_a_field_may_be_is_refused_before_anything_is_made(
    text, field, value, allowed
):
    section, name = field.split(".")
    said = yaml.safe_load(text)
    said[section][name] = yaml.safe_load(value)
    with pytest.raises(NotDescribed, match=f"^{field}: should be {allowed}$"):
        described(yaml.safe_dump(said))


def test_no_configuration_has_more_stages_than_a_network():
    said = yaml.safe_load(EFFNET)
    for name in ("DEPTHS", "WIDTHS", "STRIDES", "EXP_RATIOS", "KERNELS"):
        said["EN"][name] *= 3000
    with pytest.raises(NotDescribed, match="EN.DEPTHS: should have at most 32 stages"):
        described(yaml.safe_dump(said))


def test_stages_of_an_efficientnet_have_no_more_blocks_than_the_deepest_stage():
    said = yaml.safe_load(EFFNET)
    for name in ("WIDTHS", "STRIDES", "EXP_RATIOS", "KERNELS"):
        said["EN"][name] *= 2
    said["EN"]["DEPTHS"] = [1024, 1]
    with pytest.raises(NotDescribed, match="^EN.DEPTHS: should be at most 1,024 blocks in all"):
        described(yaml.safe_dump(said))


@pytest.mark.parametrize("groups", [0, -4])
def test_a_resnet_of_no_groups_is_refused(groups):
    section = f"{{TRANS_FUN: bottleneck_transform, STRIDE_1X1: false, NUM_GROUPS: {groups}}}"
    with pytest.raises(NotDescribed, match="RESNET.NUM_GROUPS: should be 1 to 1,024"):
        described(f"MODEL: {{TYPE: resnet, DEPTH: 50}}\nRESNET: {section}")


def test_any_network_is_the_json_that_is_written_of_it():
    for name in ("efficientnet_b1", "proxylessnas_gpu", "resnet18", "regnet_y_400mf"):
        network = member(name).network
        assert described(to_json(network)).member.network == network


def test_a_cell_of_nasbench101_is_read_as_its_authors_write_it():
    cell = {
        "matrix": [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]],
        "ops": ["input", "conv3x3-bn-relu", "maxpool3x3", "output"],
    }
    network = described(f"nb101:{json.dumps(cell)}").member.network
    assert isinstance(network, Network)
    assert network.stages[0].operations == ("conv3x3",)  # the other is on no path
    assert described(json.dumps(cell)).member.network == network


def test_images_that_are_too_small_for_a_network_are_refused():
    tiny = described("convnext_tiny")
    with pytest.raises(NotDescribed, match="images of 8 x 8 are too small"):
        tiny.counted(8, 3, 10)
    assert tiny.counted(32, 3, 10).activations > 0


def test_a_long_row_of_cells_is_counted_in_no_time():
    """Each cell joins four nodes: read without memory, twenty of them took for ever."""
    v2 = member("darts_v2").network
    stage = v2.stages[0].model_copy(update={"cells": 40})
    long = Network.model_validate(v2.model_copy(update={"stages": (stage,)}))
    assert complexity(long, 32).params > complexity(v2, 32).params
