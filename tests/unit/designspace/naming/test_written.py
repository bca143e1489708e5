"""Networks as others write them: what comes back, and what their notations can't say."""

import json

import numpy as np
import pytest

from designspace.naming.exchange import Inexpressible
from designspace.naming.members import member, name_of
from designspace.naming.notations import NotDescribed, described
from designspace.naming.written import FORMS, Images, forms, write
from designspace.spaces.presets import PRESETS

INDEX_11 = (
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|"
)
INCEPTION = {
    "matrix": [
        [0, 1, 1, 1, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    "ops": [
        "input",
        "conv1x1-bn-relu",
        "conv3x3-bn-relu",
        "conv3x3-bn-relu",
        "conv3x3-bn-relu",
        "maxpool3x3",
        "output",
    ],
}
"""Of NAS-Bench-101's README."""
OFA_389M = {
    "ks": [3, 3, 3, 3, 5, 5, 3, 5, 5, 5, 3, 5, 5, 5, 3, 3, 3, 3, 7, 3],
    "e": [3, 3, 3, 3, 3, 6, 3, 3, 4, 4, 3, 4, 6, 4, 4, 4, 6, 6, 6, 3],
    "d": [2, 3, 3, 4, 4],
    "w": 1.2,
    "r": 224,
}
"""Its authors' net of 389 M multiply-adds; blocks left out repeat their stage's first."""


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_notation_says_of_a_network_is_the_network(name):
    drawn = list(PRESETS[name].draw(np.random.default_rng(4), 200).networks)[:4]
    assert drawn
    for network in drawn:
        for form in set(forms(network)) - {"py"}:
            back = described(write(network, form)).member.network
            assert back.hash == network.hash, form


@pytest.mark.parametrize(
    ("what", "form"),
    [
        (INDEX_11, "nb201"),
        ("8:16:8:24:64", "nats"),
        (json.dumps(INCEPTION), "nb101"),
        (json.dumps(OFA_389M), "ofa"),
    ],
)
def test_published_texts_are_written_as_they_were(what, form):
    network = described(what).member.network
    assert set(forms(network)) == {"json", "py", form}
    assert write(network, form).strip() == what


def test_other_channels_and_cells_are_said_by_names_of_the_authors():
    small = PRESETS["NAS-Bench-201 small"].draw(np.random.default_rng(0), 1).networks[0]
    said = json.loads(write(small, "nb201", Images(14, 1, 7)))
    assert said.keys() == {"name", "C", "N", "arch_str", "num_classes"}
    assert (said["C"], said["num_classes"]) == (small.stages[0].width, 7)
    cells = PRESETS["NAS-Bench-101 small"].draw(np.random.default_rng(0), 50).networks[0]
    assert json.loads(write(cells, "nb101"))["stem_filter_size"] == cells.stem.width


@pytest.mark.parametrize("blocks", [20, 21])
@pytest.mark.parametrize(
    "w", [0.1, 0.18, 0.35, 0.9, 1, 1.1, 1.15, 1.2, 1.2345, 1.3, 1.4, 2.77, 3.3, 4]
)
def test_a_setting_at_any_multiplier_is_written_as_one_that_is_its_network(w, blocks):
    rng = np.random.default_rng(5)
    for _ in range(10):
        setting = {
            "ks": rng.choice([3, 5, 7], blocks).tolist(),
            "e": rng.choice([1, 3, 3.3, 4, 5.5, 6, 12], blocks).tolist(),
            "d": rng.choice([2, 3, 4], 5).tolist(),
            "w": w,
        }
        network = described(json.dumps(setting)).member.network
        assert described(write(network, "ofa")).member.network == network


@pytest.mark.parametrize("w", [0.5, 1.1, 1.4, 3.3])
def test_a_multiplier_is_written_by_its_roundest_name(w):
    network = described(json.dumps(OFA_389M | {"w": w})).member.network
    assert json.loads(write(network, "ofa"))["w"] == w


def test_a_setting_is_written_for_the_images_that_it_is_trained_on():
    network = described(json.dumps(OFA_389M)).member.network
    assert json.loads(write(network, "ofa", Images(160)))["r"] == 160


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        ("resnet50", "nb201", "a cell with operations on its edges"),
        ("resnet50", "nb101", "a cell with operations on its vertices"),
        ("resnet50", "ofa", "inverted blocks"),
        ("efficientnet_b0", "ofa", "Once-for-All says the MobileNetV3"),
        ("efficientnet_b0", "yaml", "pycls"),
    ],
)
def test_what_a_notation_can_not_say_is_refused_with_the_reason(name, form, said):
    with pytest.raises(Inexpressible, match=said):
        write(member(name).network, form)
    assert form not in forms(member(name).network)


def test_a_setting_says_no_side_that_a_network_resizes_to():
    network = described(json.dumps(OFA_389M)).member.network
    with pytest.raises(Inexpressible, match="images resized to 160"):
        write(network.model_copy(update={"resolution": 160}), "ofa")


def test_cells_of_two_kinds_and_widths_of_no_space_are_no_text():
    network = described(INDEX_11).member.network
    first, *rest = network.stages
    other = first.model_copy(update={"operations": ("skip_connect", *first.operations[1:])})
    assert set(forms(network.model_copy(update={"stages": (other, *rest)}))) == {"json", "py"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"arch_str": "|a~0|"}', "a cell reads"),
        (json.dumps({"arch_str": INDEX_11, "C": 0}), "C: "),
        (json.dumps({"arch_str": INDEX_11, "N": 10**9}), "N: "),
        (json.dumps(INCEPTION | {"num_stacks": 10**9}), "num_stacks: a whole number from 1"),
        (json.dumps(INCEPTION | {"stem_filter_size": "wide"}), "stem_filter_size: a whole"),
        ("8:16:8", "five widths"),
        ("|none~0|", "a cell reads"),
    ],
)
def test_text_that_is_wrong_is_refused_with_its_field(text, said):
    with pytest.raises(NotDescribed, match=said.replace("|", r"\|")):
        described(text)


def test_a_published_network_is_known_by_its_name():
    assert name_of(member("efficientnet_b1").network) == "efficientnet_b1"
    assert name_of(member("mobilenet_v2@1.3").network) == "mobilenetv2_130"
    assert name_of(member("mobilenet_v2@1.31").network) is None
    assert len(FORMS) == len(set(FORMS))
