"""Design spaces: their JSON, networks and refusals. Every family inherits this suite."""

import itertools
import json
import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import chisquare

from designspace.lines.line import Line
from designspace.networks.compatibility import compatible, fitting
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.spaces import DESIGN_SPACE
from designspace.spaces.anynet import AnyNet
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet
from designspace.spaces.staged import Staged

EACH_SPACE = pytest.mark.parametrize("space", PRESETS.values(), ids=PRESETS)


@EACH_SPACE
def test_a_space_is_its_own_json(space):
    assert DESIGN_SPACE.validate_json(space.model_dump_json()) == space


@EACH_SPACE
def test_draws_make_networks_that_can_be_built(space):
    draws = space.draw(np.random.default_rng(0), 400)
    assert draws.tried == 400
    assert len(draws.networks) == len(draws.candidates) > 0
    assert (np.diff(draws.candidates) > 0).all()
    for network in draws.networks:  # a Stage refuses groups that don't divide
        text = network.model_dump_json()
        assert Network.model_validate_json(text) == network
        assert Network.model_validate(json.loads(text)) == network  # as a database reads it
        if isinstance(space, Staged):
            assert [stage.stride for stage in network.stages] == list(space.strides)


@EACH_SPACE
def test_a_seed_draws_the_same_networks(space):
    once, again = (space.draw(np.random.default_rng(11), 300) for _ in range(2))
    assert [n.hash for n in once.networks] == [n.hash for n in again.networks]


@EACH_SPACE
def test_parameters_name_the_depth_of_the_network(space):
    draws = space.draw(np.random.default_rng(1), 300)
    depths = [network.depth for network in draws.networks]
    assert draws.parameters["depth"].tolist() == depths


def test_a_shared_parameter_is_a_column_where_all_stages_agree():
    space = AnyNet(strides=(2, 2), group_width=[8])
    columns = space.draw(np.random.default_rng(2), 200).parameters
    first, second = columns["bottleneck_ratio_1"], columns["bottleneck_ratio_2"]
    np.testing.assert_array_equal(np.isnan(columns["bottleneck_ratio"]), first != second)
    assert set(columns["group_width"]) == {8}


def test_anynet_stages_are_drawn_independently_by_their_laws():
    space = PRESETS["AnyNetX_A small"]
    columns = space.draw(np.random.default_rng(3), 60_000).parameters
    law = space.law("depth")
    pairs = itertools.product(range(len(law.values)), repeat=2)
    expected = np.array([law.probabilities[i] * law.probabilities[j] for i, j in pairs])
    seen = np.bincount(((columns["depth_1"] - 1) * 6 + columns["depth_3"] - 1).astype(int))
    assert chisquare(seen, 60_000 * expected).pvalue > 1e-3


def test_a_regnet_draw_is_the_network_of_its_parameters():
    space = PRESETS["RegNetX small"]
    draws = space.draw(np.random.default_rng(4), 2_000)
    for i in range(len(draws.networks)):
        setting = {name: float(values[i]) for name, values in draws.parameters.items()}
        stages = [(setting.pop(f"width_{k}"), setting.pop(f"depth_{k}")) for k in (1, 2, 3)]
        setting |= {name: int(setting[name]) for name in ("depth", "group_width")}
        one = RegNet.network(**setting, stem=space.stem, strides=space.strides)
        assert draws.networks[i] == one
        drawn = Line(setting["w0"], setting["wa"], setting["wm"])
        assert drawn.stages(setting["depth"]) == stages


def test_candidates_whose_line_skips_a_stage_are_left_out():
    space = PRESETS["RegNetX small"]
    # 8, 16, 24, 40: four stages where this space has three.
    depth, w0, wa, wm = 9, 8, 4.0, 1.5
    assert len(Line(w0, wa, wm).stages(depth)) == 4
    with pytest.raises(ValueError, match="not 3"):
        RegNet.network(depth=depth, w0=w0, wa=wa, wm=wm, group_width=1, strides=space.strides)


@pytest.mark.parametrize(
    ("width", "b", "g", "fitted"),
    [
        # From the paper's authors' code; "final w at most 1/3 off".
        (40, 4, 16, (40, 10)),
        (24, 1, 16, (32, 16)),
        (12, 1, 8, (16, 8)),
        (20, 1, 8, (16, 8)),
        (88, 1, 48, (96, 48)),
        (1000, 1, 48, (1008, 48)),
    ],
)
def test_widths_and_group_widths_are_made_compatible(width, b, g, fitted):
    assert tuple(int(value) for value in compatible(width, b, g)) == fitted


@pytest.mark.parametrize("block", ["X", "R"])
@pytest.mark.parametrize("g", [1, 3, 8, 16])
@pytest.mark.parametrize("b", [0.25, 0.3, 0.5, 0.7, 1, 1.1, 1.2, 1.4, 1.5, 2, 3.7, 4])
def test_any_bottleneck_ratio_gives_a_block_that_can_be_built(block, g, b):
    drawn = np.arange(8, 520, 8)
    widths, ratios, groups = fitting(block, drawn, np.full(len(drawn), b), g)
    for width, ratio, group in zip(widths, ratios, groups, strict=True):
        # A Stage refuses groups that don't divide its inner width.
        stage = Stage(
            depth=1, width=int(width), bottleneck_ratio=float(ratio), group_width=int(group)
        )
        assert stage.inner_width * stage.bottleneck_ratio == pytest.approx(stage.width)


def test_a_bottleneck_that_is_whole_is_built_as_the_papers_authors_do():
    # Their adjust_block_compatibility, as arXiv 2003.13678's code has it.
    def theirs(w, b, g):
        v = int(max(1, w / b))
        g = int(min(g, v))
        m = math.lcm(g, round(1 / b)) if b < 1 else g
        v = max(m, int(round(v / m) * m))
        return int(v * b), g

    for w, b, g in itertools.product(range(1, 300), (0.25, 0.5, 1, 2, 4), (1, 2, 6, 8, 48)):
        assert tuple(int(value) for value in compatible(w, b, g)) == theirs(w, b, g)


def test_one_architecture_has_one_hash_whatever_ratio_was_written():
    def network(b):
        return Network(stages=(Stage(depth=2, width=8, bottleneck_ratio=b, group_width=3),))

    assert network(1.3).stages[0].inner_width == network(1.4).stages[0].inner_width == 6
    assert network(1.3).hash == network(1.4).hash == network(8 / 6).hash


def test_a_space_of_any_ratio_draws_networks_of_one_hash_an_architecture():
    space = RegNet(strides=(1, 2), bottleneck_ratio=[1.2, 1.25, 1.4, 1.5], group_width=[8, 16])
    drawn = space.draw(np.random.default_rng(5), 4_000).networks
    built = [
        tuple((s.depth, s.width, s.inner_width, s.group_width) for s in network.stages)
        for network in drawn
    ]
    assert len({network.hash for network in drawn}) == len(set(built))


def test_a_list_gives_a_law_new_bounds_or_choices():
    space = RegNet(depth=[12, 20], bottleneck_ratio=[1, 2])
    assert space.depth.law == "uniform"
    assert space.law("depth").values.tolist() == list(range(12, 21))
    assert space.law("bottleneck_ratio").values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"w0": [10, 30]}, "10 is no multiple of 8: take 8 or 16"),
        ({"wm": [1, 3]}, r"wm\n.*1..3: allowed is 1.001..4"),
        ({"depth": [12]}, r"\[lo, hi\]"),
        ({"strides": (2, 9)}, "strides must be 1 to 4"),
        ({"w9": [8, 16]}, "Extra inputs"),
    ],
)
def test_a_space_that_can_not_be_drawn_from_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        RegNet(**wrong)


def test_a_law_is_asked_for_by_the_name_of_its_parameter():
    with pytest.raises(ValueError, match="no law of 'w9': this space draws depth, w0"):
        RegNet().law("w9")


# https://github.com/facebookresearch/pycls, configs/dds_baselines/regnetx: depth, w0, wa, wm, g
PUBLISHED = {
    "RegNetX-200MF": (13, 24, 36.44, 2.49, 8),
    "RegNetX-400MF": (22, 24, 24.48, 2.54, 16),
    "RegNetX-600MF": (16, 48, 36.97, 2.24, 24),
    "RegNetX-800MF": (16, 56, 35.73, 2.28, 16),
}


@pytest.mark.parametrize(("depth", "w0", "wa", "wm", "g"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_published_network_can_be_a_space_of_its_own(depth, w0, wa, wm, g):
    def only(value):
        return {"law": "choice", "choices": [value]}

    space = RegNet(
        depth=only(depth), w0=only(w0), wa=only(wa), wm=only(wm), group_width=only(g)
    )
    network = RegNet.network(depth=depth, w0=w0, wa=wa, wm=wm, group_width=g)
    draws = space.draw(np.random.default_rng(0), 3)
    assert [drawn.hash for drawn in draws.networks] == [network.hash] * 3
    assert draws.parameters["wa"].tolist() == [wa] * 3


@pytest.mark.parametrize(
    ("family", "law", "said"),
    [
        (RegNet, {"wa": {"law": "uniform", "lo": 4, "hi": 5, "step": 0.001}}, "of 0.01"),
        (RegNet, {"wm": {"law": "choice", "choices": [2.0001]}}, "of 0.001"),
        (RegNet, {"depth": {"law": "uniform", "lo": 3, "hi": 8, "step": 0.5}}, "whole numbers"),
        (RegNet, {"group_width": {"law": "choice", "choices": [1.5]}}, "whole numbers"),
        (RegNet, {"bottleneck_ratio": {"law": "choice", "choices": [0.03125]}}, "of 0.0001"),
        (AnyNet, {"width": {"law": "choice", "choices": [8.5]}}, "whole numbers"),
        (AnyNet, {"width": {"law": "log_uniform", "lo": 8, "hi": 16384, "step": 8}}, "1..8192"),
    ],
)
def test_values_finer_than_a_space_can_draw_are_refused_where_it_is_defined(family, law, said):
    (name,) = law
    with pytest.raises(ValidationError, match=rf"{name}\n.*{said}"):
        family(**law)
