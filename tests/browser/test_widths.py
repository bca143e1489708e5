"""The line over the fitted widths of several networks: what widths.mjs computes."""

import numpy as np
import pytest

from designspace.lines.joint import joint_line

pytestmark = pytest.mark.browser


WIDTHS = 'await import("/assets/explore/plots/widths.mjs")'


def test_the_line_over_networks_is_the_least_squares_line_of_all_their_blocks(engine):
    # Good AnyNetX_E networks follow w_j = 48 (j + 1): arXiv 2003.13678, section 3.2.
    fitted = f"""async (networks) => ({WIDTHS}).lineOver(
        {{ steps: (row) => networks[row] }}, networks.map((_, row) => row))"""
    rising = [[[48 * (j + 1), 1] for j in range(20)]]
    assert engine.evaluate(fitted, rising) == pytest.approx({"start": 48, "slope": 48})
    some = [[[16, 2], [40, 3]], [[24, 1], [56, 4]], [[32, 5]]]
    blocks = [
        (j, w)
        for network in some
        for j, w in enumerate(w for width, depth in network for w in [width] * depth)
    ]
    slope, start = np.polyfit(*zip(*blocks, strict=True), 1)
    assert engine.evaluate(fitted, some) == pytest.approx({"start": start, "slope": slope})
    assert engine.evaluate(fitted, [[[16, 1]]]) is None  # one block makes no line


@pytest.mark.parametrize(
    "networks",
    [
        [[[16, 1], [40, 3]]],
        [[[16, 2], [40, 3]], [[24, 1], [56, 4]], [[32, 5]]],
        [[[8, 9], [800, 1]]],
    ],
)
def test_the_fitting_error_of_a_joint_line_is_that_of_designspace(networks, engine):
    said = engine.evaluate(
        f"""async (networks) => {{
          const table = {{ steps: (row) => networks[row] }};
          const rows = networks.map((_, row) => row);
          const {{ lineOver, misfit }} = {WIDTHS};
          return misfit(table, rows, lineOver(table, rows));
        }}""",
        networks,
    )
    blocks = [[w for w, depth in network for w in [w] * depth] for network in networks]
    assert said == pytest.approx(joint_line(blocks).e_fit)
