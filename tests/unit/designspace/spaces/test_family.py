"""A family of one's own: one file and one name in the union, and all the rest works."""

import math
from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import Field, TypeAdapter

from columns.constraints import parse
from designspace.laws.laws import Choice, Law, Uniform, defaults_to
from designspace.layers.complexity import complexity
from designspace.networks.compatibility import fitting
from designspace.networks.network import NetworkBatch
from designspace.networks.repeats import StageBatch
from designspace.sampling import sample
from designspace.spaces.anynet import AnyNet
from designspace.spaces.base import Draws
from designspace.spaces.regnet import RegNet
from designspace.spaces.staged import Staged

DEPTH, WIDTH = Uniform(lo=1, hi=6), Choice(choices=(16, 32, 64))


class Doubling(Staged):
    """Every stage is twice as wide as the one before, and as deep."""

    family: Literal["doubling"] = "doubling"
    depth: Annotated[Law, defaults_to(DEPTH)] = DEPTH
    width: Annotated[Law, defaults_to(WIDTH)] = WIDTH

    @property
    def refinable(self):
        return ("width",)

    def count(self):
        return math.prod(len(self.law(name).values) for name in self.law_fields)

    def contains(self, columns):
        return np.isin(columns["width"], self.width.values)

    def draw(self, rng, n):
        d, w = self.depth.draw(rng, n), self.width.draw(rng, n)
        stages = []
        for i, stride in enumerate(self.strides):
            width, b, g = fitting(self.block, w * 2**i, np.ones(n), np.full(n, 8))
            stages.append(StageBatch(d, width, stride, b, g))
        parameters = {"depth": d * len(stages) * 1.0, "width": w * 1.0}
        networks = NetworkBatch(self.stem, tuple(stages), self.se_ratio, self.block)
        return Draws(n, np.arange(n), parameters, networks)


UNION = TypeAdapter(Annotated[AnyNet | RegNet | Doubling, Field(discriminator="family")])


def test_it_is_its_own_json_in_the_union():
    space = Doubling(depth=[2, 4])
    assert UNION.validate_json(space.model_dump_json()) == space
    assert UNION.validate_python({"family": "doubling", "width": [16, 64]}).count() == 12


@pytest.mark.parametrize("block", ["X", "R", "V", "VR"])
def test_it_is_sampled_counted_and_refined_as_any_other(block):
    space = Doubling(block=block, strides=(1, 2, 2))
    found = sample(space, 10, np.random.default_rng(0), resolution=8, channels=1, classes=10)
    assert len({draw.network.hash for draw in found.draws}) == 10
    for draw in found.draws:
        widths = [stage.width for stage in draw.network.stages]
        assert widths == [widths[0], 2 * widths[0], 4 * widths[0]]
        assert draw.complexity == complexity(draw.network, 8, 1, 10)
    refined = space.refined({"width": parse("32..")})
    assert refined.law("width").values.tolist() == [32, 64]
    assert refined.is_given(space)


def test_what_it_does_not_draw_is_refused_by_name():
    with pytest.raises(ValueError, match="no law of 'wa': this space draws depth, width"):
        Doubling().law("wa")
    with pytest.raises(ValueError, match="depth does not refine this space, only width"):
        Doubling().refined({"depth": parse("1..3")})
