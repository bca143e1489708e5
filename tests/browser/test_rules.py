"""What Python and the page's modules both know, they know alike."""

from dataclasses import asdict
from typing import get_args

import numpy as np
import pytest
from plotly import colors

from columns.constraints import ONE_A_COLUMN
from dashboard import exports
from dashboard.figures import parallel, scatters
from dashboard.pages.compare import question
from dashboard.pages.explore.constraints import controls
from designspace.layers.complexity import complexity
from designspace.naming import members
from designspace.spaces import regnet
from population.curves.bands import Method
from population.curves.edf import error_axis
from population.population import Population
from server.routers import tables
from services.acting.permission import Visibility
from services.comparing import adjusted, sides
from services.exchange.tables import plan, preview

pytestmark = pytest.mark.browser


def test_an_address_of_explore_has_the_same_parameters_that_are_no_constraints(module):
    assert set(module("explore/state/url.mjs", "[...it.OPTIONS]")) == exports.LINK


def test_parallel_coordinates_are_of_as_many_lines_and_the_same_colours_on_paper(module):
    most = module("explore/plots/parallel.mjs", "[it.MOST_AXES, it.MOST_LINES]")
    assert most == [parallel.MOST_AXES, parallel.MOST]
    shares = np.linspace(0, 1, 30).tolist()
    shades = "arg.map((t) => it.shade(t, 'light'))"
    shown = np.array(module("explore/plots/tint.mjs", shades, shares))
    paper = np.array([colors.hex_to_rgb(parallel.shade(share)) for share in shares])
    assert np.abs(shown - paper).max() <= 1


def test_a_column_named_twice_is_refused_in_the_same_words(module):
    refused = module(
        "base/constraint_text.mjs", "it.parseAll([['wm', '2'], ['wm', '3']]).refused[0].why"
    )
    assert refused == ONE_A_COLUMN


def test_a_comparison_takes_the_same_values_in_the_form_and_in_the_address(module):
    names = "[it.COVARIATES, it.METHODS, it.BANDS, it.HALVES].map(Object.keys)"
    assert module("base/comparison.mjs", names) == [
        list(adjusted.COVARIATES),
        list(adjusted.METHODS),
        list(get_args(Method)),
        ["", *get_args(sides.Half)],
    ]
    assert module("base/comparison.mjs", "it.COVARIATES") == adjusted.COVARIATES
    assert module("base/comparison.mjs", "it.MOST") == sides.MOST
    assert tuple(module("base/comparison.mjs", "it.PLANNED")) == question.PLANNED
    assert module("base/comparison.mjs", "it.USUAL") == question.USUAL


def test_a_plan_takes_the_same_values_on_the_page_and_over_rest(module):
    choices = {
        "ROLES": plan.Role,
        "FORMATS": plan.Format,
        "ENCODINGS": plan.Encoding,
        "SEPARATORS": plan.Separator,
        "QUOTES": plan.Quote,
        "DECIMALS": plan.Decimal,
        "THOUSANDS": plan.Thousands,
        "NETWORKS": plan.Kind,
        "REPEATS": plan.Repeats,
    }
    for name, values in choices.items():
        assert module("import/plan.mjs", f"Object.keys(it.{name})") == list(get_args(values))
    again = module("import/plan.mjs", "it.AGAIN")
    assert set(again.values()) == set(get_args(preview.Again))
    assert set(again) <= set(plan.Plan.model_fields)
    assert module("import/file.mjs", "it.LARGEST") == tables.LARGEST_FILE
    assert module("import/cards.mjs", "Object.keys(it.SEEN)") == list(Visibility)


SEARCHES = [
    "",
    "?side=1&side=2",
    "?side=1;depth=5..8;wm=2..2.5&side=2&match=depth,flops&method=bins&band=kolmogorov",
    "?side=1&side=2&side=3&half=second&pair=1,2&planned=250&colours=0,2,5",
    "?side=1&side=2&colours=0,6&match=",
    "?side=1&side=2&colours=1,1",
    "?side=1&side=2&half=second&half=first",
]


@pytest.mark.parametrize("search", SEARCHES)
def test_an_address_of_compare_is_read_alike(module, search):
    form = module("compare/question.mjs", "it.read(arg)", search)
    asked = question.read(search)
    assert form["match"] == list(asked.match)
    assert form["colours"] == list(asked.colours)
    assert (form["method"], form["band"]) == (asked.method, asked.band)
    assert (form["planned"], form["half"]) == (str(asked.planned), asked.half or "")
    assert [side["population"] for side in form["sides"]] == [
        sides.parse_side(side)[0] for side in asked.sides
    ]


@pytest.mark.parametrize("search", SEARCHES)
def test_what_the_form_writes_asks_the_same(module, search):
    written = module("compare/question.mjs", "it.write(it.read(arg))", search)
    before, after = question.read(search), question.read(written)
    assert [sides.parse_side(side) for side in before.sides] == [
        sides.parse_side(side) for side in after.sides
    ]
    for part in ("match", "method", "band", "planned", "half", "pair"):
        assert getattr(before, part) == getattr(after, part)
    assert list(before.colours) == list(after.colours)


def test_the_small_plots_show_the_same_columns_on_the_page_and_for_papers(module):
    shown = module("explore/plots/scatters.mjs", "it.USUAL")
    assert [tuple(names) for names in shown] == list(scatters.USUAL)


def test_other_parameters_fill_the_small_plots_of_cells_alike(module):
    given = {"error": [5, 6], "operation_1_0": [1, 2], "flops": [1, 2], "depth_1": [3, 4]}
    given |= {"probability": [0.1, 0.2], "e_fit": [0.1, 0.2], "kernel_2_1": [3, 5]}
    cells = Population.from_columns(given, chance=90)
    shown = [asdict(one) for one in controls(cells, {})]
    said = module("explore/plots/scatters.mjs", "it.usual(arg).map(({ name }) => name)", shown)
    assert said == ["flops", "e_fit", "depth_1", "operation_1_0", "probability", "kernel_2_1"]
    assert said == scatters.usual_columns(cells)


def test_axes_of_errors_end_alike(module):
    rng = np.random.default_rng(0)
    ranges = [sorted(rng.uniform(0, 90, 2).tolist()) for _ in range(20)]
    ranges += [[7.5, 7.5], [0, 0]]
    said = module("explore/plots/edf.mjs", "arg.map((ends) => it.errorAxis(...ends))", ranges)
    assert [tuple(ends) for ends in said] == [error_axis(*ends) for ends in ranges]


@pytest.mark.parametrize(
    "names",
    [
        ["RegNetX · digits", "AnyNetX_A · digits"],
        ["Study: RegNetX (fashion-14)", "Study: AnyNetX_A (fashion-14)"],
        ["Study: RegNetX (fashion-14)", "Study: RegNetX (fashion-14)"],
        ["RegNetX · digits", "RegNetX · digits · refined", "RegNetX"],
        ["a: b · c (d)", "a: e · c (d)", "a: f · c (g)"],
        ["alone"],
    ],
)
def test_names_are_told_apart_alike(module, names):
    assert module("base/populations.mjs", "it.toldApart(arg)", names) == list(
        sides.told_apart(names)
    )


def test_the_papers_networks_of_trends_are_those_that_are_counted(module):
    said = module("trends/paper.mjs", "it.MEMBERS")
    assert len(said) == len(regnet.X) == 12
    for one, (size, parameters) in zip(said, regnet.X.items(), strict=True):
        published = members.member(f"regnet_x_{size}")
        counted = complexity(published.network, published.resolution, classes=1000)
        assert (one["flops"], one["params"], one["activations"]) == (
            counted.flops,
            counted.params,
            counted.activations,
        )
        drawn = [one[name] for name in ("depth", "w0", "wa", "wm", "group_width")]
        assert drawn == list(parameters)
