"""Parallel coordinates on paper: an axis spans what the population has, a line is a network."""

from dataclasses import replace

import numpy as np
import pytest

from columns.constraints import parse
from dashboard.figures.axis import Axis
from dashboard.figures.paper import COLUMNS, PADDING, on_paper
from dashboard.figures.parallel import (
    MOST,
    MOST_AXES,
    Lines,
    parallel_figure,
    shade,
    some,
)
from dashboard.figures.pdf import MOST as MOST_ELEMENTS
from dashboard.figures.uprights import high

NAN, INF = np.nan, np.inf
WIDE = COLUMNS["one"].pixels - PADDING


def axis(values, **given):
    told = {"name": "x", "head": "x", "title": "x (%)", "scale": 1.0, "decimals": 2}
    return Axis(values=np.array(values, dtype=float), **told | given)


def lines(n=20, k=3, **given):
    rng = np.random.default_rng(n)
    axes = [axis(rng.uniform(0, 100, n), name=f"c{i}", head=f"c{i}") for i in range(k)]
    told = {"axes": axes, "ids": np.arange(n) + 1000, "passing": np.arange(n)}
    return Lines(**told | given)


def subtitle(figure):
    return figure.layout.title.subtitle.text.replace("<br>", " ")


def test_a_value_stands_at_its_share_of_the_population_s_range():
    assert axis([10, 20, 50]).shares([10, 20, 50]).tolist() == [0, 0.25, 1]
    assert axis([1, 10, 100], log=True).shares([10]).tolist() == [0.5]


def test_an_axis_that_is_turned_over_has_its_least_value_at_the_top():
    assert axis([10, 20, 50], turned=True).shares([10, 20, 50]).tolist() == [1, 0.75, 0]


def test_values_of_a_choice_lie_at_equal_distances_as_single_precision_has_them():
    ratios = axis([0.1, 0.25, 4], stops=[0.1, 0.25, 4])
    assert ratios.shares(np.float32([0.1, 0.25, 4])).tolist() == [0, 0.5, 1]
    assert np.isnan(ratios.shares([0.2])).all()


def test_what_has_no_place_on_an_axis_stands_nowhere():
    """Not measured, diverged, and what has no logarithm."""
    assert np.isnan(axis([1, 2, NAN, INF]).shares([NAN, INF])).all()
    assert np.isnan(axis([-1, 0, 1, 10], log=True).shares([-1, 0])).all()


def test_a_range_on_an_axis_ends_with_it_and_covers_the_choices_inside():
    assert axis([0, 10]).covered(parse("..5")) == [0, 0.5]
    assert axis([0, 10], turned=True).covered(parse("5..")) == [0.5, 0]
    assert axis([1, 2, 4], stops=[1, 2, 4]).covered(parse("1.5..")) == [0.5, 1]
    assert axis([1, 2, 4], stops=[1, 2, 4]).covered(parse("3")) == []


def test_a_line_goes_through_its_values_and_stops_where_one_lacks():
    axes = [axis([0, 10, 5]), axis([10, NAN, 0]), axis([1, 0, 2])]
    three = Lines(axes, np.array([7, 8, 9]), np.arange(3))
    figure = parallel_figure(three, ["n = 3"], WIDE)
    [trace] = figure.data
    drawn = some(three.ids, three.passing).tolist()
    y = np.array(trace.y, dtype=float).reshape(3, 4)[np.argsort(drawn)]  # a gap behind each
    assert np.isnan(y[:, 3]).all()
    assert np.isnan(y).sum() == 4
    low, top = np.nanmin(y), np.nanmax(y)
    share = (y - low) / (top - low)
    np.testing.assert_allclose(share[:, 0], [0, 1, 0.5], atol=1e-3)
    np.testing.assert_allclose(share[[0, 2], 1], [1, 0], atol=1e-3)
    assert "a line stops where a value is not measured" in subtitle(figure)


def test_of_many_networks_some_are_drawn_the_same_ones_whatever_else_passes():
    many = lines(10_000)
    drawn = some(many.ids, many.passing)
    assert drawn.size == MOST
    half = some(many.ids, many.passing[::2])
    assert set(drawn[drawn % 2 == 0]) <= set(half)
    assert "700 of 10,000 networks drawn" in subtitle(parallel_figure(many, [], WIDE))


def test_numbers_are_of_every_network_that_passes_best_first():
    selected = np.arange(20) < 5
    few = lines(passing=np.array([4, 17, 2]), selected=selected)
    table = few.table().columns
    assert table["id"].tolist() == [1004, 1017, 1002]
    assert table["c1"].tolist() == few.axes[1].values[[4, 17, 2]].tolist()
    assert table["selected"].tolist() == [1, 0, 1]
    assert table["drawn"].tolist() == [1, 1, 1]


def test_a_selection_is_violet_over_grey_and_counted_with_what_is_drawn_of_it():
    many = lines(3_000, selected=np.arange(3_000) < 1_000, brushed={"c1": parse("10..20")})
    figure = parallel_figure(many, [], WIDE)
    assert [trace.line.color[:17] for trace in figure.data] == [
        "rgba(134, 142, 15",
        "rgba(112, 72, 232",
    ]
    said = subtitle(figure)
    assert "700 of 3,000 networks drawn, grey; 1,000 selected, of which 700 drawn" in said
    assert [one for one in figure.layout.shapes if one.type == "rect"]


def test_colours_go_with_a_column_and_what_lacks_it_is_grey():
    tint = axis([1, 2, NAN, 4], name="t", title="time (s)")
    axes = [axis([1, 2, 3, 4]), axis([4, 3, 2, 1])]
    figure = parallel_figure(Lines(axes, np.arange(4), np.arange(4), tint=tint), [], WIDE)
    colours = {trace.line.color.rpartition(",")[0] for trace in figure.data}
    assert len(colours) == 4
    assert colours > {"rgba(134, 142, 150", "rgba(68, 1, 84"}
    assert shade(0) == "#440154"
    assert "colour: time (s); grey: 1 not measured" in subtitle(figure)


def test_axes_are_told_with_unit_kind_and_direction():
    flops = axis([1, 10], title="flops (M multiply-adds)", log=True, turned=True)
    assert flops.described == "flops (M multiply-adds, log, turned over)"
    assert axis([1, 2], title="depth", turned=True).described == "depth (turned over)"


def texts(figure):
    """Where each text stands: (left, right, bottom, top), pixels."""
    found = []
    for one in figure.layout.annotations:
        wide = 0.53 * 10.67 * len(one.text)
        left = one.x - {"center": wide / 2, "right": wide, "left": 0}[one.xanchor]
        bottom = one.y - {"bottom": 0, "middle": 7, "top": 14}[one.yanchor]
        found.append((left, left + wide, bottom, bottom + 13))
    return found


@pytest.mark.parametrize("width", COLUMNS)
@pytest.mark.parametrize("k", [2, 5, 8, MOST_AXES])
@pytest.mark.parametrize("tinted", [False, True])
@pytest.mark.parametrize("head", ["e", "params", "time on two devices (ms)"])
def test_texts_lie_inside_and_touch_no_other(width, k, tinted, head):
    wide = COLUMNS[width].pixels - PADDING
    tint = axis(np.arange(20) + 1.0) if tinted else None
    axes = [replace(one, head=head) for one in lines(k=k).axes]
    figure = parallel_figure(lines(k=k, axes=axes, tint=tint), ["n = 20"], wide)
    every = texts(figure)
    for i, (left, right, bottom, top) in enumerate(every):
        assert left >= 0
        assert right <= wide + PADDING / 2
        assert bottom >= -2
        assert top <= high(wide) + 2
        for other in every[:i]:
            apart = right <= other[0] or left >= other[1]
            assert apart or top <= other[2] + 2 or bottom >= other[3] - 2, (every[i], other)


def test_the_largest_figure_is_one_that_a_pdf_is_written_of():
    """A path a line, and a few elements a trace."""
    n = 5_000
    rng = np.random.default_rng(0)
    tint = axis(rng.uniform(0, 1, n))
    many = lines(n, MOST_AXES, selected=rng.random(n) < 0.5, tint=tint)
    figure = on_paper(parallel_figure(many, ["n"], WIDE), COLUMNS["one"], "today")
    paths = sum(int(np.isnan(np.array(one.x, dtype=float)).sum()) for one in figure.data)
    assert paths == 2 * MOST
    assert paths + 8 * len(figure.data) + 200 < MOST_ELEMENTS
