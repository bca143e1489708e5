"""The paper's chain AnyNetX_A to E, and RegNetX: counts, ties, orders, laws, limits, blocks."""

import itertools

import numpy as np
import pytest
from places import ROOT
from pydantic import ValidationError
from scipy.stats import chi2_contingency, chisquare

from columns.constraints import parse
from designspace.laws import ordered
from designspace.laws.laws import Choice, LogUniform, PowerOfTwoOrLogUniform, Uniform
from designspace.layers.complexity import complexity
from designspace.lines.line import Line
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.spaces.anynet import AnyNet
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet
from designspace.spaces.staged import Limits

ALPHA = 1e-3  # of each test against chance; the seeds are fixed


def drawn(space, n, seed=0):
    return space.draw(np.random.default_rng(seed), n).parameters


def of_stages(columns, name, stages=4):
    return np.stack([columns[f"{name}_{i}"] for i in range(1, stages + 1)])


# ---------------------------------------------------------------- counts


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        # arXiv 2003.13678, table of section 3.2: 1.8e18, 6.8e16, 3.2e14, 1.3e13, 5.5e11; the
        # last two are C / 4! and C / (4!)^2 there, which is exact only without ties.
        ("AnyNetX_A", (16 * 128 * 3 * 6) ** 4),
        ("AnyNetX_B", (16 * 128 * 6) ** 4 * 3),
        ("AnyNetX_C", (16 * 128) ** 4 * 3 * 6),
        ("AnyNetX_D", 13_821_510_942_720),
        ("AnyNetX_E", 817_446_539_520),
        # d 1..63, w0 8..256 in 8, wa 0.1..256 in 0.1, wm 1.5..3 in 0.001, 3 b, 6 g
        ("RegNetX", 63 * 32 * 2560 * 1501 * 3 * 6),
        ("RegNetX, w_a = w_0", 63 * 32 * 1501 * 3 * 6),
    ],
)
def test_a_space_has_as_many_settings_as_its_parameters_have_values(name, settings):
    assert PRESETS[name].count() == settings


def test_settings_in_order_are_counted_as_they_can_be_listed():
    space = AnyNet(
        strides=(1, 2, 2),
        depth=[1, 3],
        width=[8, 32],
        bottleneck_ratio=[1, 2],
        group_width=[1],
        shared=["bottleneck_ratio"],
        non_decreasing=["width"],
    )
    depths = itertools.product((1, 2, 3), repeat=3)
    widths = [w for w in itertools.product((8, 16, 24, 32), repeat=3) if sorted(w) == list(w)]
    assert space.count() == len(list(depths)) * len(widths) * 2


# ---------------------------------------------------------------- ties and orders


def test_each_refinement_adds_its_rule_to_the_one_before():
    for name, ties, orders in (
        ("A", (), ()),
        ("B", ("bottleneck_ratio",), ()),
        ("C", ("bottleneck_ratio", "group_width"), ()),
        ("D", ("bottleneck_ratio", "group_width"), ("width",)),
        ("E", ("bottleneck_ratio", "group_width"), ("width", "depth")),
    ):
        columns = drawn(PRESETS[f"AnyNetX_{name}"], 5_000)
        for parameter in ("bottleneck_ratio", "group_width", "width", "depth"):
            values = of_stages(columns, parameter)
            assert (values == values[0]).all() == (parameter in ties), (name, parameter)
            assert (np.diff(values, axis=0) >= 0).all() == (
                parameter in ties or parameter in orders
            ), (name, parameter)


def test_a_parameter_that_is_shared_or_ordered_is_named_once_and_in_one_order():
    given = AnyNet(shared=["group_width", "bottleneck_ratio", "group_width"])
    assert given == AnyNet(shared=["bottleneck_ratio", "group_width"])
    with pytest.raises(ValidationError, match="width: what all stages share does not decrease"):
        AnyNet(shared=["width"], non_decreasing=["width"])


def test_any_parameter_may_be_shared_and_any_ordered():
    space = AnyNet(strides=(1, 2, 2, 2, 2), shared=["width"], non_decreasing=["group_width"])
    columns = drawn(space, 2_000)
    widths, groups = of_stages(columns, "width", 5), of_stages(columns, "group_width", 5)
    assert (widths == widths[0]).all()
    assert (np.diff(groups, axis=0) >= 0).all()


# ---------------------------------------------------------------- the law of ordered tuples


def test_an_ordered_tuple_has_the_law_of_independent_draws_given_their_order():
    law, n = LogUniform(lo=1, hi=4), 400_000
    columns = ordered.draw(law, np.random.default_rng(1), n, 4)
    seen = np.bincount(sum((x - 1) * 4**i for i, x in enumerate(columns)), minlength=256)
    tuples = [t for t in itertools.product(range(4), repeat=4) if sorted(t) == list(t)]
    assert len(tuples) == 35
    weights = np.array([np.prod(law.probabilities[list(t)]) for t in tuples])
    found = seen[[sum(x * 4**i for i, x in enumerate(t)) for t in tuples]]
    assert found.sum() == n
    assert chisquare(found, n * weights / weights.sum()).pvalue > ALPHA
    assert ordered.share(law, 4) == pytest.approx(weights.sum())


def test_anynetx_e_is_the_part_of_c_that_is_in_order():
    small = {"depth": LogUniform(lo=1, hi=4), "width": LogUniform(lo=8, hi=32, step=8)}
    c, e = (PRESETS[f"AnyNetX_{name}"].model_copy(update=small) for name in "CE")
    some = drawn(c, 400_000)
    kept = np.all(
        [
            (np.diff(of_stages(some, name), axis=0) >= 0).all(axis=0)
            for name in ("width", "depth")
        ],
        axis=0,
    )
    direct = drawn(e, int(kept.sum()), seed=1)
    for name in ("width", "depth"):
        base = 8 if name == "width" else 1
        key = [
            sum((v / base - 1) * 4**i for i, v in enumerate(of_stages(columns, name)[:, rows]))
            for columns, rows in ((some, kept), (direct, slice(None)))
        ]
        counts = np.stack([np.bincount(k.astype(int), minlength=256) for k in key])
        assert chi2_contingency(counts[:, counts.sum(axis=0) > 0]).pvalue > ALPHA, name


def test_how_often_independent_stages_are_in_order_is_more_than_1_in_4_factorial():
    # Ties count as order: 5.54 % and 7.95 % of AnyNetX_A's widths and depths, not 4.17 %.
    space = PRESETS["AnyNetX_A"]
    assert ordered.share(space.law("width"), 4) == pytest.approx(0.0554, abs=5e-5)
    assert ordered.share(space.law("depth"), 4) == pytest.approx(0.0795, abs=5e-5)


# ---------------------------------------------------------------- every sampler's laws


@pytest.mark.parametrize("name", [name for name in PRESETS if name.startswith("AnyNet")])
def test_every_stage_of_anynet_draws_by_the_law_it_states(name):
    space, n = PRESETS[name], 40_000
    columns = drawn(space, n, seed=5)
    names = ("depth", "width", "bottleneck_ratio", "group_width")
    stages = range(1, len(space.strides) + 1)
    for parameter in (f"{name}_{i}" for name in names for i in stages):
        law = space.law(parameter)
        assert law.probabilities.sum() == pytest.approx(1)
        at = np.searchsorted(law.values, columns[parameter])
        np.testing.assert_array_equal(law.values[at], columns[parameter])
        expected = n * law.probabilities
        seen = np.bincount(at, minlength=len(expected))
        rare = expected < 10  # together: chi-square wants some of each
        seen, expected = (
            np.append(counts[~rare], counts[rare].sum() + 1e-9) for counts in (seen, expected)
        )
        assert chisquare(seen, expected).pvalue > ALPHA / 10, parameter


def test_regnet_draws_its_line_by_the_laws_it_states():
    # One stage: every candidate makes a network, so nothing hides the laws of the draws.
    space = RegNet(
        strides=(1,),
        depth=Uniform(lo=1, hi=2),
        w0=LogUniform(lo=64, hi=256, step=8),
        wa=LogUniform(lo=0.1, hi=4, step=0.1),
        wm=LogUniform(lo=2, hi=2.1, step=0.001),
        bottleneck_ratio=Choice(choices=(1, 2, 4)),
        group_width=Choice(choices=(1, 2, 4)),
    )
    n = 60_000
    columns = drawn(space, n)
    for parameter in ("depth", "w0", "wa", "wm", "bottleneck_ratio", "group_width"):
        law = space.law(parameter)
        seen = np.bincount(
            np.searchsorted(law.values, columns[parameter] - 1e-9), minlength=len(law.values)
        )
        assert seen.sum() == n
        assert chisquare(seen, n * law.probabilities).pvalue > ALPHA, parameter


# ---------------------------------------------------------------- RegNetX


def test_a_slope_tied_to_the_initial_width_is_drawn_with_it():
    space = PRESETS["RegNetX, w_a = w_0"]
    columns = drawn(space, 20_000)
    assert len(columns["w0"]) > 100
    np.testing.assert_array_equal(columns["wa"], columns["w0"])
    assert space.law("wa") == space.law("w0")
    assert RegNet.model_validate_json(space.model_dump_json()).wa == "w0"


def test_stages_by_boundaries_are_those_block_by_block_in_20_000_draws():
    space, rng, n = PRESETS["RegNetX"], np.random.default_rng(0), 20_000
    draws = space.draw(rng, n)
    rng = np.random.default_rng(0)
    d, w0 = space.depth.draw(rng, n), space.w0.draw(rng, n)
    wa, wm = space.wa.draw(rng, n, per=10) / 10, space.wm.draw(rng, n, per=1000) / 1000
    rows = dict(zip(draws.candidates.tolist(), range(n), strict=False))
    widths, depths = of_stages(draws.parameters, "width"), of_stages(draws.parameters, "depth")
    for i in range(n):
        one = Line(int(w0[i]), float(wa[i]), float(wm[i]))
        levels = one.levels(int(d[i]))
        valid = len(set(levels)) == 4 and max(levels) == 3
        stages = one.stages(int(d[i])) if valid else []
        assert (i in rows) == (len(stages) == 4), (i, one)
        if i in rows:
            row = rows[i]
            pairs = zip(widths[:, row].tolist(), depths[:, row].tolist(), strict=True)
            assert list(pairs) == stages


def test_constrained_regnetx_keeps_params_and_activations_below_what_flops_allow():
    # Section 4: params < 3 + 5.5 F, acts < 6.5 sqrt(F), in millions for F in GF.
    networks = PRESETS["RegNetX constrained"].draw(np.random.default_rng(0), 40_000).networks
    counts = complexity(networks)
    broken = Limits().broken(counts)
    f = counts.flops / 1e9
    np.testing.assert_array_equal(broken["params"], counts.params / 1e6 >= 3 + 5.5 * f)
    np.testing.assert_array_equal(
        broken["activations"], counts.activations / 1e6 >= 6.5 * np.sqrt(f)
    )
    assert 0 < broken["activations"].mean() < 1


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize("block", ["R", "V", "VR"])
@pytest.mark.parametrize("strides", [(1, 2, 2), (2, 2, 2, 2, 2)])
def test_other_blocks_are_counted_one_by_one_as_together(block, strides):
    space = AnyNet(block=block, strides=strides)
    networks = space.draw(np.random.default_rng(2), 200).networks
    together = complexity(networks, resolution=64)
    for i, network in enumerate(networks):
        one = complexity(network, resolution=64)
        assert (one.flops, one.params, one.activations) == (
            together.flops[i],
            together.params[i],
            together.activations[i],
        )


def test_a_v_network_has_one_3x3_convolution_a_block():
    network = Network(block="V", stages=[Stage(depth=2, width=16, group_width=16)])
    # Stem 3x3: 27 * 32 + 64; blocks 9 * 32 * 16 + 32 and 9 * 16 * 16 + 32; head 17 * 10.
    params = 27 * 32 + 64 + 9 * 32 * 16 + 32 + 9 * 16 * 16 + 32 + 17 * 10
    assert complexity(network, classes=10).params == params
    residual = network.model_copy(update={"block": "VR"})
    # The first block's shortcut projects 32 to 16 channels, with its batch norm.
    assert complexity(residual, classes=10).params == params + 32 * 16 + 32


def test_an_r_block_is_an_x_block_with_one_group():
    stage = {"depth": 2, "width": 64, "bottleneck_ratio": 4}
    r = Network(block="R", stages=[Stage(**stage, group_width=16)])
    x = Network(block="X", stages=[Stage(**stage, group_width=16)])
    assert complexity(r) == complexity(x)


def test_what_a_block_does_not_use_is_no_part_of_a_network():
    # Else one architecture would have many hashes, and be trained as often.
    for block in ("V", "VR"):
        space = AnyNet(block=block, group_width=[1, 2, 4], bottleneck_ratio=[1, 2, 4])
        for network in space.draw(np.random.default_rng(0), 50).networks:
            assert all(s.group_width == s.width for s in network.stages)
    with pytest.raises(ValidationError, match="R blocks have one group"):
        Network(block="R", stages=[Stage(depth=1, width=32, group_width=8)])
    with pytest.raises(ValidationError, match="V blocks have no bottleneck and no SE"):
        Network(block="V", se_ratio=0.25, stages=[Stage(depth=1, width=32, group_width=32)])


# ---------------------------------------------------------------- refining


def given(space, **texts):
    return space.refined({name: parse(text) for name, text in texts.items()})


def test_a_constraint_becomes_the_range_or_the_choices_of_its_parameter():
    space = given(PRESETS["RegNetX"], depth="10..24", wm="2..2.5", bottleneck_ratio="1")
    assert (space.depth, space.bottleneck_ratio) == (
        Uniform(lo=10, hi=24),
        Choice(choices=(1,)),
    )
    assert space.wm == LogUniform(lo=2, hi=2.5, step=0.001)
    assert space.w0 == PRESETS["RegNetX"].w0
    assert given(space, depth="..12").depth == Uniform(lo=10, hi=12)  # intersected


def test_what_is_no_parameter_or_leaves_no_value_is_refused_with_what_there_is():
    with pytest.raises(
        ValueError, match="flops does not refine this space, only depth, w0, wa, wm"
    ):
        given(PRESETS["RegNetX"], flops="1..2")
    with pytest.raises(ValueError, match=r"depth: no value passes 70..80: there are 1 .. 63"):
        given(PRESETS["RegNetX"], depth="70..80")


@pytest.mark.parametrize(
    ("law", "text", "same"),
    [
        (Uniform(lo=1, hi=9), "3..5", True),
        (Choice(choices=(1, 2, 4)), "1,4", True),
        # The lowest value keeps the mass ln(v / (v - q)) that it had: FACTS, quantised draws.
        (LogUniform(lo=8, hi=256, step=8), "24..96", True),
        (LogUniform(lo=8, hi=256, step=8), "24,96", False),  # two values, not alike before
        (PowerOfTwoOrLogUniform(lo=8, hi=128), "24..48", True),
        (PowerOfTwoOrLogUniform(lo=1, hi=128), "..4", True),
        (PowerOfTwoOrLogUniform(lo=1, hi=128), "..64", True),
        (PowerOfTwoOrLogUniform(lo=1, hi=128), "..48", False),  # no power of two to end at
    ],
)
def test_a_restricted_law_says_whether_it_is_the_old_law_given_the_restriction(law, text, same):
    new = law.given(parse(text))
    assert new.values.tolist() == law.values[parse(text).mask(law.values)].tolist()
    conditional = law.probabilities[np.isin(law.values, new.values)]
    assert np.allclose(new.probabilities, conditional / conditional.sum()) == same
    assert new.is_given(law) == same


def test_each_space_of_the_chain_is_the_one_before_given_its_rule():
    chain = [PRESETS[f"AnyNetX_{name}"] for name in "ABCDE"]
    for before, after in itertools.pairwise(chain):
        assert after.is_given(before)
        assert not before.is_given(after)
    # Four equal widths would be drawn p^4 often: a tie of a law that is not uniform is another.
    tied = chain[2].model_copy(update={"shared": ("width", "bottleneck_ratio", "group_width")})
    assert not tied.is_given(chain[2])
    assert not PRESETS["RegNetX, w_a = w_0"].is_given(PRESETS["RegNetX"])
    assert PRESETS["RegNetX constrained"].is_given(PRESETS["RegNetX"])


@pytest.mark.parametrize("name", ["AnyNetX_C small", "RegNetX small"])
def test_a_space_contains_what_it_draws_and_what_others_drew_inside_it(name):
    space = PRESETS[name]
    columns = drawn(space, 20_000)
    assert space.contains(columns).all()
    inner = given(space, bottleneck_ratio="1", group_width="..4")
    inside = (columns["bottleneck_ratio"] == 1) & (columns["group_width"] <= 4)
    np.testing.assert_array_equal(inner.contains(columns), inside)
    assert 0 < inside.sum() < len(inside)


def test_anynet_contains_only_what_keeps_its_ties_and_orders():
    columns = drawn(PRESETS["AnyNetX_A small"], 20_000)
    for name in "BCDE":
        space = PRESETS[f"AnyNetX_{name} small"]
        kept = space.contains(columns)
        for parameter in space.shared:
            values = of_stages(columns, parameter, 3)
            assert (values == values[0]).all(axis=0)[kept].all()
        for parameter in space.non_decreasing:
            assert (np.diff(of_stages(columns, parameter, 3), axis=0) >= 0)[:, kept].all()
        assert 0 < kept.sum() < len(kept)


def test_the_document_of_the_spaces_has_each_of_them_with_its_count():
    told = (ROOT / "docs" / "spaces.md").read_text()
    for name, space in PRESETS.items():
        if not name.endswith("small"):
            (row,) = [line for line in told.splitlines() if line.startswith(f"| {name} |")]
            assert f"| {space.count():,} |" in row, name
