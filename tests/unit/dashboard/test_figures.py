"""Figures draw designspace's numbers, count what they leave out, and stand few networks."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest
from places import ROOT
from scipy.stats import binomtest

from columns import constraints
from columns.quantities import quantity
from columns.units import unit_of
from dashboard.figures.edf import STEPS, edf_figure
from dashboard.figures.learning import learning_figure
from dashboard.figures.matters import importance_figure
from dashboard.figures.scatters import scatters_figure, usual_columns
from dashboard.figures.shown import shown
from dashboard.figures.style import DARK, LIGHT, PALETTES, log_ticks
from dashboard.figures.widths import (
    network_widths_figure,
    sampled_widths_figure,
    widths_figure,
)
from designspace.lines.line import Line
from population.basics.estimate import Estimate
from population.curves import bootstrap
from population.population import Population
from population.trends.importance import Importance

INF, NAN = np.inf, np.nan


def population(errors, **columns):
    """Networks of the given errors with the columns of two stages, in sampling order."""
    n = len(errors)
    rng = np.random.default_rng(n)
    depth = rng.integers(1, 4, (2, n))
    given = {
        "error": errors,
        "depth": depth.sum(axis=0),
        "flops": rng.uniform(1e5, 3e5, n),
        "bottleneck_ratio": rng.choice([1, 2, 4], n),
        "w0": np.full(n, 16),
        "wa": rng.uniform(4, 64, n),
        "wm": np.full(n, 2.5),
        "depth_1": depth[0],
        "depth_2": depth[1],
        "effective_width_1": np.full(n, 16),
        "effective_width_2": rng.choice([32, 48], n),
    }
    given |= {f"fit_{name}": given[name] for name in ("w0", "wa", "wm")} | columns
    failures = given.pop("failures", None)
    multiplicity = given.pop("multiplicity", None)
    ids = np.arange(n) + 1000
    return Population.from_columns(
        given, failures=failures, multiplicity=multiplicity, ids=ids, chance=90
    )


@pytest.fixture(scope="module")
def forty():
    return population(np.random.default_rng(1).gamma(4, 3, 40).round(1))


def title(figure):
    return f"{figure.layout.title.text} {figure.layout.title.subtitle.text}"


def curves(figure):
    """The traces in the legend, by colour."""
    return {trace.line.color: trace for trace in figure.data if trace.showlegend is not False}


def test_the_edf_steps_at_every_error_to_the_share_of_networks_at_or_below_it(forty):
    trace = curves(edf_figure(shown("mine", forty)))[LIGHT.current]
    assert trace.line.shape == "hv"
    assert trace.x[1:-1].tolist() == sorted(set(forty.error))
    expected = [np.mean(forty.error <= e) for e in trace.x[1:-1]]
    assert trace.y[1:-1] == pytest.approx(expected)
    assert (trace.y[0], trace.y[-1]) == (0, 1)


def test_an_edf_of_another_column_speaks_of_it_in_its_unit_on_its_axis(forty):
    latency = np.random.default_rng(2).lognormal(-6, 1, 40)  # seconds
    timed = population(forty.error, latency=latency).judged_by("latency")
    one = shown("mine", timed)
    figure = edf_figure(one)
    assert title(figure).startswith("<b>EDF of latency of 1 image</b> mine: n = 40")
    assert "error" not in title(figure)
    axis = figure.layout.xaxis
    assert (axis.title.text, axis.type) == ("latency of 1 image t₁ (ms)", "log")
    trace = curves(figure)[LIGHT.current]
    np.testing.assert_allclose(trace.x[1:-1], 1e3 * np.sort(latency))
    scattered = scatters_figure(one, columns=["wa"])
    assert scattered.layout.yaxis.title.text == "latency of 1 image (ms)"
    assert scattered.layout.yaxis.type == "log"
    np.testing.assert_allclose(scattered.data[0].y, 1e3 * np.sort(latency))
    assert " ms" in widths_figure(one).layout.annotations[0].text


def test_a_table_without_widths_or_usual_columns_shows_what_it_has():
    n = 40
    columns = {f"m_{i}": np.random.default_rng(i).uniform(0, 1, n) for i in range(20)}
    table = Population.from_columns({"error": np.linspace(5, 50, n)} | columns)
    assert usual_columns(table, measured=True) == [f"m_{i}" for i in range(8)]
    assert usual_columns(table) == []
    assert (
        "no rows of blocks" in widths_figure(shown("theirs", table)).layout.annotations[0].text
    )


def test_the_band_is_clopper_s_and_pearson_s(forty):
    figure = edf_figure(shown("mine", forty))
    lower, upper = (
        next(t for t in figure.data if t.name == f"mine: {end}, pointwise Clopper-Pearson 95 %")
        for end in ("lower", "upper")
    )
    curve = curves(figure)[LIGHT.current]
    for i in (0, 5, 20, len(curve.x) - 1):
        exact = binomtest(round(curve.y[i] * 40), 40).proportion_ci(0.95, method="exact")
        assert (lower.y[i], upper.y[i]) == pytest.approx((exact.low, exact.high))


def test_multiplicity_weighs_the_curve():
    trace = curves(edf_figure(shown("mine", population([5, 7], multiplicity=[3, 1]))))
    assert trace[LIGHT.current].y.tolist() == [0, 0.75, 1, 1]


def test_a_title_counts_what_is_drawn_and_what_is_not():
    failures = [None, "crashed", None, None, "timeout", "crashed", None, None]
    one = population([5, NAN, 7, INF, NAN, NAN, NAN, 9], failures=failures)
    figure = edf_figure(shown("mine", one), level=0.9)
    for said in (
        "n = 3, of which 1 diverged",
        "failed: 3 (crashed 2, timeout 1)",
        "pending: 2",
        "strictly below e",
        "pointwise Clopper-Pearson 90 %",
    ):
        assert said in title(figure), said
    assert curves(figure)[LIGHT.current].x[1:-1].tolist() == [5, 7]


def test_a_colour_belongs_to_a_set_and_all_networks_are_grey(forty):
    few = constraints.parse_all({"wa": "4..30"}, forty.columns)
    other = population([4, 6, 8])
    for palette in PALETTES.values():
        figure = edf_figure(
            shown("mine", forty, few), shown("all", forty), shown("other", other), palette
        )
        drawn = curves(figure)
        assert set(drawn) == {palette.current, palette.all, palette.against}
        passing = forty.error[few["wa"].mask(forty.columns["wa"])]
        assert drawn[palette.current].x[1:-1].tolist() == sorted(set(passing))
        assert drawn[palette.all].x[1:-1].tolist() == sorted(set(forty.error))
        assert drawn[palette.against].x[1:-1].tolist() == [4, 6, 8]


def test_of_many_networks_the_curve_is_exact_at_evenly_spaced_errors():
    many = population(np.random.default_rng(0).gamma(4, 3, STEPS + 500))
    trace = curves(edf_figure(shown("mine", many)))[LIGHT.current]
    assert len(trace.x) == STEPS
    for i in (0, 700, 2000, STEPS - 1):
        assert trace.y[i] == pytest.approx(np.mean(many.error < trace.x[i]))


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([], "no network has a result yet"),
        ([NAN, 5], "no network has a result yet"),
        ([INF, INF], "every network diverged"),
        ([95], "every network diverged"),  # at the error of guessing
        ([5], "n = 1"),
        ([5, INF], "n = 2"),
        ([5.0] * 19, "n = 19"),
        ([5.0] * 25, "n = 25"),
        ([INF] * 30, "n = 30, of which 30 diverged"),
    ],
)
def test_empty_few_equal_and_diverged_networks_have_figures_that_say_so(errors, said):
    one = shown("mine", population(errors))
    figures = [edf_figure(one), scatters_figure(one, one, ["wa"]), widths_figure(one)]
    told = title(figures[0]) + str(figures[0].layout.annotations)
    assert said in told
    for figure in figures:
        assert isinstance(figure, go.Figure)
        assert figure.to_json()
    if len(errors) < 20:
        n = 0 if NAN in errors else len(errors)  # those behind a pending one are pending
        assert f"20 needed, {n} with a result" in title(figures[2])


def test_each_panel_shows_a_column_against_error_with_the_range_of_the_best(forty):
    figure = scatters_figure(shown("mine", forty), columns=["wa", "flops"])
    for i, (name, scale) in enumerate({"wa": 1, "flops": 1e3}.items()):
        networks, best = figure.data[2 * i], figure.data[2 * i + 1]
        at = dict(
            zip(networks.customdata, zip(networks.x, networks.y, strict=True), strict=True)
        )
        for id, x, error in zip(forty.ids, forty.columns[name], forty.error, strict=True):
            assert at[id] == pytest.approx((x / scale, error))
        assert sorted(best.y) == sorted(forty.error)[:12]
        expected = bootstrap.best_range(forty.columns[name], forty.error)
        band, line = figure.layout.shapes[2 * i], figure.layout.shapes[2 * i + 1]
        assert (band.x0, band.x1) == pytest.approx((expected.lo / scale, expected.hi / scale))
        assert line.x0 == pytest.approx(expected.median / scale)
    assert "<b>flops</b> (k multiply-adds)" in figure.layout.annotations[1].text


def test_a_line_leads_through_a_ray_from_the_smallest_scale_to_the_largest():
    scales = np.array([4, 0.5, 2, 1, 8, 16])
    ray = population([20.0, 40.0, NAN, 35.0, INF, 9.0], scale=scales)
    figure = scatters_figure(shown("ray", ray.results()), columns=["scale", "flops"])
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [line.y.tolist() for line in lines] == [[40.0, 35.0, 20.0, 9.0]] * 2
    assert lines[0].x.tolist() == [0.5, 1, 4, 16]


def test_networks_that_are_no_ray_have_no_line_between_them(forty):
    figure = scatters_figure(shown("mine", forty), columns=["wa"])
    assert not [trace for trace in figure.data if trace.mode == "lines"]


def test_below_twenty_networks_there_is_no_best_range():
    figure = scatters_figure(shown("mine", population(np.arange(5.0, 24.0))))
    assert len(figure.layout.shapes) == 0
    assert not [trace for trace in figure.data if trace.name == "best"]
    assert "it takes 20 networks" in title(figure)


def test_networks_of_one_choice_are_spread_a_little_and_alike_in_every_set(forty):
    half = constraints.parse_all({"flops": "200k.."}, forty.columns)
    figure = scatters_figure(shown("h", forty, half), shown("all", forty), ["bottleneck_ratio"])
    everyone, passing, best = figure.data
    at = dict(zip(everyone.customdata, everyone.x, strict=True))
    for id, b in zip(forty.ids, forty.columns["bottleneck_ratio"], strict=True):
        assert abs(at[id] - b) <= 0.06
    for trace in (passing, best):
        assert [at[id] for id in trace.customdata] == trace.x.tolist()


def test_the_usual_columns_show_the_line_once_and_leave_out_what_most_networks_lack(forty):
    names = usual_columns(forty)
    assert {"w0", "wa", "wm"} <= set(names)
    assert "fit_wa" not in names
    anynet = population([5, 6, 7], wm=[NAN] * 3, group_width=[NAN, NAN, 8])
    assert "group_width" not in usual_columns(anynet)


def test_operations_of_cells_fill_the_panels_that_they_leave_empty():
    of_cells = {"error": [5, 6, 7], "flops": [1, 2, 3], "params": [4, 5, 6]}
    operations = {f"operation_{i}_0": [1, 2, 3] for i in range(1, 9)}
    cells = Population.from_columns(of_cells | operations, chance=90)
    assert usual_columns(cells) == ["params", "flops", *list(operations)[:6]]


def test_best_and_worst_networks_are_drawn_as_built_with_their_lines(forty):
    figure = widths_figure(shown("mine", forty), count=3)
    order = np.argsort(forty.error, kind="stable")
    for panel, rows in (("y", order[:3]), ("y2", order[-3:])):
        traces = [trace for trace in figure.data if (trace.yaxis or "y") == panel]
        joint = traces.pop(-1)
        assert joint.name == "least squares"
        for row, built, line in zip(rows, traces[::2], traces[1::2], strict=True):
            widths = [int(forty.columns[f"effective_width_{i}"][row]) for i in (1, 2)]
            depths = [int(forty.columns[f"depth_{i}"][row]) for i in (1, 2)]
            assert built.y.tolist() == [widths[0]] * depths[0] + [widths[1]] * depths[1]
            wa = forty.columns["wa"][row]
            assert line.y == pytest.approx([16 + wa * j for j in range(sum(depths))])
            assert line.line.dash == "dot"
    assert figure.layout.yaxis.type == "log"


@pytest.mark.parametrize("n", [1, 9, 19])
def test_fewer_than_twenty_networks_are_drawn_in_one_panel_with_the_line_through_them(n):
    some = population(np.arange(5.0, 5.0 + n))
    figure = widths_figure(shown("mine", some))
    *networks, joint = figure.data
    assert len(networks) == 2 * n  # as built, and the line
    assert {trace.yaxis or "y" for trace in figure.data} == {"y"}  # there is one panel
    built = [trace.y for trace in networks[::2]]
    w = np.concatenate(built)
    j = np.concatenate([np.arange(len(y)) for y in built])
    slope, start = np.polyfit(j, w, 1)
    assert joint.y[0] == pytest.approx(start)
    [heading] = figure.layout.annotations
    noun = "network" if n == 1 else "networks"
    assert f"{n} {noun}, all" in heading.text
    assert f"w_j = {start:.0f} + {slope:.1f} j" in heading.text
    assert f"20 needed, {n} with a result" in title(figure)


def test_diverged_networks_are_counted_but_are_not_among_the_worst():
    figure = widths_figure(shown("mine", population([*np.arange(5.0, 25.0), INF, INF])), 4)
    assert "21.00 – 24.00 %" in figure.layout.annotations[1].text
    assert "of which 2 diverged" in title(figure)


def test_one_network_shows_its_line_its_quantised_and_its_built_widths():
    line, quantised, built = Line(16, 10.5, 2.4), [16, 40, 40], [16, 48, 48]
    u, w, compatible = network_widths_figure(line, quantised, built).data
    assert u.y.tolist() == [16, 26.5, 37]
    assert w.y.tolist() == quantised
    assert compatible.y.tolist() == built


def test_sampled_networks_are_a_line_each():
    figure = sampled_widths_figure([[16, 32], [8, 8, 64]], DARK)
    assert [trace.y.tolist() for trace in figure.data] == [[16, 32], [8, 8, 64]]
    assert len(sampled_widths_figure([]).data) == 0


def test_the_learning_curve_has_a_gap_where_an_epoch_was_not_evaluated():
    error, loss = learning_figure([1, 2, 3], [60.0, None, 40.0], [2.0, 1.0, None]).data
    assert error.y == (60, None, 40)
    assert loss.y == (2, 1, None)
    assert len(learning_figure([], [], []).data) == 0


def test_counts_below_a_million_are_shown_in_thousands():
    unit = unit_of(quantity("flops"), [1.2e5, 2.24e5, 3e5])
    assert (unit.title, unit.show(2.244e5)) == ("flops (k multiply-adds)", "224")
    assert unit_of(quantity("flops"), [4e8]).show(4e8) == "400"
    assert unit_of(quantity("params"), [9_040]).show(9_040) == "9.04"
    assert unit_of(quantity("depth"), [20]).show(20) == "20"


@pytest.mark.parametrize(
    ("values", "powers_of_two", "expected"),
    [
        ([8, 64], True, [8, 16, 32, 64]),
        ([1, 1000], False, [1, 5, 20, 100, 500]),
        ([101, 295], True, [200]),
        ([], False, []),
    ],
)
def test_ticks_of_a_log_axis_are_few_and_round(values, powers_of_two, expected):
    ticks = log_ticks(np.array(values, dtype=float), powers_of_two)
    assert len(ticks) <= 7
    assert set(expected) <= set(ticks)


@pytest.mark.parametrize("theme", PALETTES)
def test_figures_have_the_colours_of_the_page(theme):
    css = (ROOT / "dashboard/assets/style.css").read_text()
    light, dark = css.split(':root[data-mantine-color-scheme="dark"]', 1)
    rules = dict(re.findall(r"--([\w-]+): (#\w{6});", light if theme == "light" else dark))
    colours = dict(vars(PALETTES[theme]))
    del colours["order"]  # of a comparison's sides
    colours |= {f"pin-{i}": pin for i, pin in enumerate(colours.pop("pins"), start=1)}
    for name, colour in colours.items():
        assert rules[name] == colour, name


def test_importance_of_many_networks_says_how_many_are_looked_at():
    estimate = Estimate(0.4, 0.2, 0.6, 20_000, "PED-ANOVA", 0.95)
    found = [Importance("depth", estimate, estimate, 10)]
    many = title(importance_figure(found, 0.1, 50_000, "mine: n = 50,000"))
    assert "20,000 of 50,000 networks are looked at, at random" in many
    assert "looked at" not in title(importance_figure(found, 0.1, 20_000, "mine"))
