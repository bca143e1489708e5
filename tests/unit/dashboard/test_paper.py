"""Figures on paper: as wide as a column, their text 8 points, the numbers that they draw; and
what of an SVG becomes a PDF."""

import re

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.figures.compared import Drawn, edfs_figure
from dashboard.figures.paper import COLUMNS, TEXT, numbers, on_paper
from dashboard.figures.pdf import LARGEST, NoFigure, pdf
from dashboard.figures.style import LIGHT, styled, titled
from population.curves.edf import edf

MADE = "2026-11-30 · netspace · RegNetX, version 5"


def figure(**marks):
    one = styled(go.Figure(), LIGHT, showlegend=True)
    one.add_scatter(x=[1.0, 2.0], y=[3.0, np.nan], name="a", **marks)
    one.update_xaxes(title_text="error (%)")
    return titled(one, LIGHT, "Error EDF", ["n = 2; failed: 0; pending: 0", "what F is " * 12])


def svg(body="", head='width="89mm" height="50mm"', before=""):
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" {head} viewBox="0 0 336 189">'
    return f"{before}{opened}{body}</svg>"


@pytest.mark.parametrize("name", COLUMNS)
def test_a_figure_is_as_wide_as_a_journal_s_column_and_its_text_8_points(name):
    """An inch is 25.4 mm, 96 CSS pixels and 72 points."""
    drawn = on_paper(figure(), COLUMNS[name], MADE)
    assert drawn.layout.width == round(COLUMNS[name].mm / 25.4 * 96)
    assert pytest.approx(8 * 96 / 72) == TEXT
    assert drawn.layout.font.size == TEXT
    assert drawn.layout.xaxis.tickfont.size == TEXT


def test_the_title_wraps_and_ends_with_date_and_version():
    title = on_paper(figure(), COLUMNS["one"], MADE).layout.title
    lines = title.subtitle.text.split("<br>")
    assert title.text == "Error EDF"
    assert "<b>" not in title.text
    assert lines[0] == "n = 2; failed: 0; pending: 0"
    assert " ".join(lines).endswith(MADE)
    assert max(map(len, lines)) <= 60


def test_marks_are_see_through_by_their_colour_alone():
    marks = {"mode": "markers", "marker": {"color": "#0072b2", "opacity": 0.5, "size": 4}}
    [trace] = on_paper(figure(**marks), COLUMNS["one"], MADE).data
    assert (trace.marker.color, trace.marker.opacity) == ("rgba(0, 114, 178, 0.5)", 1)


def test_a_name_is_nothing_but_text_where_plotly_reads_markup():
    """Whose name it is may be anybody: a link in it would be one in the file."""
    one = figure()
    hostile = '<a href="https://evil.test">x</a> & y'
    titled(one, LIGHT, hostile, [hostile])
    one.data[0].name = hostile
    one.update_xaxes(title_text=hostile)
    drawn = on_paper(one, COLUMNS["two"], MADE)
    layout = drawn.layout
    texts = [layout.title.text, layout.title.subtitle.text, layout.xaxis.title.text]
    for text in (*texts, drawn.data[0].name):
        assert "<a" not in text
        assert "&lt;a" in text
        assert "&amp; y" in text


def test_the_numbers_are_those_of_the_axes_a_row_a_point():
    table = numbers(figure()).columns
    assert table["x"] == [1.0, 2.0]
    assert table["y"] == [3.0, None]
    assert table["series"] == ["a", "a"]
    assert table["x_axis"] == ["error (%)"] * 2


def test_a_pdf_has_the_size_of_the_svg_and_its_text_as_text_with_indices_and_greek():
    text = '<text x="10" y="20" style="font-family: Arial">w₀ + wₐ j, γ ≤ 5</text>'
    file = pdf(svg(text), "EDF")
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", file)
    points = [89 / 25.4 * 72, 50 / 25.4 * 72]
    assert [float(side) for side in box.groups()] == pytest.approx(points, abs=0.01)
    assert b"Roboto" in file
    assert b"/ToUnicode" in file


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no svg at all", "an SVG"),
        ("<html/>", "an SVG"),
        (svg(before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "type"),
        (svg("<text>&b;</text>", before=BOMB), "type"),
        (svg('<image href="http://127.0.0.1:1/x.png"/>'), "shapes and text, no 'image'"),
        (svg("<style>@import url(http://x)</style>"), "no 'style'"),
        (svg("<script>1</script>"), "no 'script'"),
        (svg('<use href="#a"/>'), "no 'use'"),
        (svg('<path d="M0,0" style="fill: url(http://x/y)"/>'), "inside of the file"),
        (svg('<path d="M0,0" onclick="x"/>'), "refers or runs"),
        (svg("<g>" * 60 + "</g>" * 60), "40 levels"),
        (svg("<g/>" * 9_000), "8,000 elements"),
        (svg("x" * LARGEST), "900,000 characters"),
        (svg(head='width="99999999mm" height="2mm"'), "width"),
        (svg(head='width="90000mm" height="2mm"'), "3,000 points"),
        (svg("<text>网络</text>"), "SVG and PNG keep them"),
    ],
)
def test_what_is_no_figure_of_ours_is_refused_and_why_is_said(text, said):
    with pytest.raises(NoFigure, match=re.escape(said)):
        pdf(text)


def test_numbers_say_whose_each_curve_is_and_which_end_of_its_band():
    sides = []
    for label, errors in (("A", [5, 6, 7]), ("B", [6, 8, 9])):
        one = edf(errors)
        curve = one.at(one.cuts())
        sides.append(Drawn(label, LIGHT.current, one, curve, one.band(curve)))
    series = {*numbers(edfs_figure(sides)).columns["series"]}
    bands = {f"{x}: {end}, {sides[0].band.name}" for x in "AB" for end in ("lower", "upper")}
    assert series == {"A", "B"} | bands
