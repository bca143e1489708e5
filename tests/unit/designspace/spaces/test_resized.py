"""Resolution and scale as parameters: networks that resize images, rays from one network."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import chisquare
from small import RAY, RESIZED

from columns.constraints import parse
from designspace.laws.laws import Choice
from designspace.layers.complexity import complexity, countable, least_side
from designspace.layers.source import to_torch
from designspace.naming.exchange import Inexpressible, from_json, to_json, to_pycls
from designspace.naming.members import member
from designspace.networks.ends import PatchStem
from designspace.networks.network import Network, NetworkList
from designspace.networks.repeats import Stage
from designspace.sampling import TooFewNetworks, everything, sample
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.convnext import ConvNeXt
from designspace.spaces.presets import PRESETS, SCALED
from designspace.spaces.ray import Ray
from designspace.spaces.resized import Resized
from designspace.spaces.rivals import RIVALS
from designspace.spaces.scaling import can_scale

DIGITS = {"resolution": 8, "channels": 1, "classes": 10}


def rng(seed=0):
    return np.random.default_rng(seed)


# ---------------------------------------------------------------- a network that resizes


def test_a_network_that_resizes_costs_what_it_costs_at_its_side():
    own = SCALED.model_copy(update={"resolution": 20})
    assert complexity(own, 8, 1, 10) == complexity(SCALED, 20, 1, 10)
    assert least_side(own, 64) == least_side(SCALED, 20)


def test_a_side_makes_another_network_and_none_is_written_where_there_is_none():
    own = SCALED.model_copy(update={"resolution": 20})
    assert own.hash != SCALED.hash
    assert "resolution" not in to_json(SCALED)
    assert from_json(to_json(own)) == own
    assert "Resize(20)" in to_torch(own, 1, 10)
    assert "Resize" not in to_torch(SCALED, 1, 10)


def test_pycls_cannot_say_that_a_network_resizes():
    with pytest.raises(Inexpressible, match="images resized to 20: pycls has the side in"):
        to_pycls(SCALED.model_copy(update={"resolution": 20}))


@pytest.mark.parametrize("side", [3, 1025, 8.5])
def test_a_side_that_is_none_is_refused(side):
    with pytest.raises(ValidationError, match="resolution"):
        Network.model_validate(SCALED.model_dump() | {"resolution": side})


# ---------------------------------------------------------------- spaces of them


def test_networks_and_sides_are_drawn_by_their_laws_side_by_side():
    space = PRESETS[RESIZED]
    draws = space.draw(rng(1), 20_000)
    alone = space.space.draw(rng(1), 20_000)
    for name, column in alone.parameters.items():
        np.testing.assert_array_equal(draws.parameters[name], column)
    sides, times = np.unique(draws.parameters["resolution"], return_counts=True)
    assert sides.tolist() == [8, 10, 12, 14, 16, 20]
    assert chisquare(times).pvalue > 1e-3


def test_a_batch_is_counted_as_its_networks_are():
    draws = PRESETS[RESIZED].draw(rng(2), 400)
    counts = complexity(draws.networks, **DIGITS)
    for i, network in enumerate(draws.networks):
        assert network.resolution == draws.parameters["resolution"][i]
        one = complexity(network, **DIGITS)
        assert (one.flops, one.params, one.activations) == (
            counts.flops[i],
            counts.params[i],
            counts.activations[i],
        )
    assert least_side(draws.networks, 8) == min(least_side(n, 8) for n in draws.networks)
    assert countable(draws.networks, 8).all()
    assert len(set(draws.networks.keys)) == len({network.hash for network in draws.networks})


PATCHES = Network(
    stem=PatchStem(kind="patch", width=8, stride=16),
    stages=(Stage(depth=1, width=8, group_width=8),),
)


def test_images_smaller_than_a_patch_are_too_small_for_a_ray_and_for_drawn_networks():
    # (8 - 16) // 16 + 1 = 0 pixels are left along a side.
    ray = Ray(network=PATCHES, by="d1_w0_g0_r0", scale=Choice(choices=(1, 2)), resolution=16)
    assert everything(ray, rng(), **DIGITS).refused == {"size": 2}
    assert everything(ray, rng(), resolution=16).refused == {}
    plain = ConvNeXt(patch=16)
    for space in (plain, Resized(space=plain, resolution=Choice(choices=(8, 12)))):
        with pytest.raises(TooFewNetworks, match="refused: size 500"):
            sample(space, 1, rng(), candidates=500, **DIGITS)


def test_a_network_of_more_multiply_adds_than_64_bits_hold_is_refused_for_its_size():
    huge = Stage(depth=1024, width=2**20, group_width=2**20, stride=1)
    row = Network(stages=(huge,) * 8)
    # Of the first stage alone: 1024 blocks of 11 x 2^40 weights, each at 112^2 places, is 2^67.
    assert complexity(row, 224).flops > 2**63
    networks = NetworkList((row, Network(stages=(Stage(depth=1, width=8, group_width=8),))))
    assert complexity(networks, 224).flops[1] > 0
    assert countable(networks, 224).tolist() == [False, True]
    ray = Ray(network=row, by="d1_w1_g0_r1", scale=Choice(choices=(1,)))
    assert everything(ray, rng()).refused == {"size": 1}


def test_its_settings_are_those_of_the_space_at_each_side():
    assert PRESETS[RESIZED].count() == 6 * PRESETS["RegNetX small"].count()
    # arXiv 1908.09791: 25 resolutions of 128 to 224.
    ofa = PRESETS["OFA MobileNetV3, 128 to 224 px"]
    assert ofa.count() == 25 * PRESETS["OFA MobileNetV3"].count()


def test_it_is_refined_by_its_side_and_by_what_refines_its_space():
    space = PRESETS[RESIZED]
    assert set(space.refinable) == {"resolution", *PRESETS["RegNetX small"].refinable}
    inner = space.refined({"resolution": parse("12..16"), "depth": parse("6..9")})
    assert inner.law("resolution").values.tolist() == [12, 14, 16]
    assert inner.law("depth").values.tolist() == [6, 7, 8, 9]
    assert inner.is_given(space)
    assert not space.space.is_given(space)
    columns = space.draw(rng(3), 5_000).parameters
    inside = (columns["resolution"] >= 12) & (columns["resolution"] <= 16)
    inside &= (columns["depth"] >= 6) & (columns["depth"] <= 9)
    np.testing.assert_array_equal(inner.contains(columns), inside)
    with pytest.raises(ValueError, match="kernel does not refine"):
        space.refined({"kernel": parse("3")})


def test_a_space_that_lists_its_networks_lists_them_at_each_side():
    space = Resized(space=NatsSize(width=[8, 16]), resolution=Choice(choices=(16, 32)))
    every = space.enumerated()
    assert len(set(every.networks.keys)) == space.count() == 2**5 * 2
    assert {network.resolution for network in every.networks} == {16, 32}
    assert space.contains(every.parameters).all()
    assert not PRESETS[RESIZED].lists


def test_a_window_is_on_what_networks_cost_at_their_own_side():
    found = sample(PRESETS[RESIZED], 20, rng(4), {"flops": parse("300k..600k")}, **DIGITS)
    for draw in found.draws:
        assert 300_000 <= complexity(draw.network, **DIGITS).flops <= 600_000


def test_a_space_of_resized_networks_is_not_resized_again():
    with pytest.raises(ValidationError, match="space"):
        Resized(space=PRESETS[RESIZED])


# ---------------------------------------------------------------- rays


def test_a_ray_starts_at_its_network_and_flops_grow_by_the_scale():
    ray = Ray(network=member("regnet_y_4_0gf").network, by="dWr", scale=[1, 2, 4, 8])
    draws = ray.enumerated()
    # At its own side, whatever a regime's images are.
    assert draws.networks[0] == ray.network.model_copy(update={"resolution": 224})
    flops = complexity(draws.networks, 224).flops
    np.testing.assert_allclose(flops / flops[0], [1, 2, 4, 8], rtol=0.12)
    # arXiv 2103.06877: RegNetY-4.0GF times 4 has 15.6 GF on images of 240 pixels.
    assert (flops[2], draws.parameters["resolution"][2]) == (15_608_249_240, 240)


def test_scales_that_round_alike_are_one_network():
    ray = Ray(network=SCALED, by="d1_w1_g0_r0", scale=Choice(choices=(1, 1.01, 1.02, 8)))
    assert (ray.count(), len(ray.enumerated().networks)) == (2, 2)
    networks = [ray.at(scale) for scale in (1.01, 1.02)]
    assert networks[0] == networks[1]
    found = sample(ray, 2, rng(6), resolution=14, channels=1, classes=10)
    assert len({draw.network.hash for draw in found.draws}) == 2
    with pytest.raises(TooFewNetworks, match="the space has 2"):
        sample(ray, 3, rng(6), resolution=14, channels=1, classes=10)


@pytest.mark.parametrize("name", [name for name in RIVALS if "small" in name])
def test_whatever_can_be_scaled_is_at_every_scale(name):
    draws = RIVALS[name].draw(rng(7), 40)
    for network in list(draws.networks)[:12]:
        if can_scale(network):
            ray = Ray(network=network, resolution=14, by="dwr", scale=[1, 2, 3, 4, 5, 6])
            counts = complexity(ray.enumerated().networks, 14, 1, 10)
            assert (np.diff(counts.flops) > 0).all()


def test_a_block_that_is_repeated_keeps_its_expansion():
    # pycls's own rule, read by `designspace.naming.pycls` from its EN.EXP_RATIOS.
    network = PRESETS["EfficientNet-B0, scaled"].at(4)
    assert [block.inner for block in network.stages[0].blocks] == [40, 24]
    assert [block.inner for block in network.stages[6].blocks] == [1440, 2400]
    count = complexity(network, 224)
    assert (count.params, count.flops) == (13_234_516, 1_696_567_884)


def test_a_ray_of_an_efficientnet_grows_stem_and_tail():
    ray = PRESETS["EfficientNet-B0, scaled"]
    before, after = ray.at(1), ray.at(8)
    assert (before.stem.width, after.stem.width) == (32, 48)
    assert (before.head.width, after.head.width) == (1280, 1808)
    # dwr by 8: depth and the squares of width and side double.
    assert [s.depth for s in after.stages] == [2, 4, 4, 6, 6, 8, 2]
    assert after.resolution == 316


def test_a_ray_that_keeps_the_side_resizes_nothing():
    ray = Ray(network=SCALED, by="d1_w1_g0_r0", scale=[1, 4])
    assert [network.resolution for network in ray.enumerated().networks] == [None, None]
    assert "resolution" not in ray.enumerated().parameters


def test_every_scale_of_a_ray_is_drawn():
    ray = PRESETS[RAY]
    found = sample(ray, ray.count(), rng(5), resolution=14, channels=1, classes=10)
    assert sorted(draw.parameters["scale"] for draw in found.draws) == [0.5, 1, 2, 4, 8]
    assert ray.contains(ray.enumerated().parameters).all()
    assert ray.refined({"scale": parse("1..4")}).law("scale").values.tolist() == [1, 2, 4]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"by": "wide"}, "a scaling is dwr, dWr or such as .*, not 'wide'"),
        ({"network": member("darts_v2").network}, "only stages that repeat a block"),
        ({"by": "d1_w0_g99999_r0"}, "numbers of at most two digits"),
        ({"scale": [1, 1_000], "by": "d1_w0_g0_r0", "network": "deep"}, "these have 20,020"),
        ({"scale": [60], "by": "d1_w0_g0_r0", "network": "deep"}, "depth"),
        (
            {"network": SCALED.model_copy(update={"resolution": 20})},
            "network's own, 20",
        ),
        ({"scale": list(range(1, 102))}, "at most 100 scales, this ray has 101"),
        ({"scale": [1_000], "resolution": 600, "by": "d0_w0_g0_r1"}, "resolution"),
    ],
)
def test_a_ray_whose_ends_are_no_networks_is_refused(fields, said):
    deep = SCALED.stages[0].model_copy(update={"depth": 20})
    if fields.get("network") == "deep":
        fields = fields | {"network": SCALED.model_copy(update={"stages": (deep,)})}
    with pytest.raises(ValidationError, match=said):
        Ray(**{"network": SCALED} | fields)
