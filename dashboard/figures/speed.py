"""Speed: times by what networks cost, what the best model leaves, and errors by time.

Lines are the models of one complexity: solid a power of it, dashed in proportion to it.
Source: arXiv 2003.13678, section 4; population/speed/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from columns.arrays import Bools, Floats, Ints
from columns.quantities import Quantity
from columns.units import Unit, unit_of
from dashboard.figures.style import LIGHT, Palette, empty, log_ticks, styled, titled
from population.curves.edf import EDF
from population.speed.fits import Fit, Speed

ALONE = {
    "a f": ("flops", "dash"),
    "k f^p": ("flops", "solid"),
    "a A": ("activations", "dash"),
    "k A^p": ("activations", "solid"),
}
"""Which complexity a model has alone, and how its line is drawn."""
STEPS = 60  # of a drawn fit


@dataclass(frozen=True, eq=False)
class Timed:
    """Rows under one condition, shape (n,)."""

    time: Floats  # nan where none was measured
    said: Floats  # by the best model; nan where nothing is said
    x: Mapping[str, Floats]
    judged: Floats  # nan without a result
    front: Ints  # rows that are on the front, by time

    def some(self, most: int) -> Timed:
        """So many rows at random, and those of the front; all where there are no more."""
        n = self.time.size
        if n <= most:
            return self
        rows = np.random.default_rng(0).choice(n, most, replace=False)
        kept = np.union1d(rows, self.front)
        return Timed(
            self.time[kept],
            self.said[kept],
            {name: one[kept] for name, one in self.x.items()},
            self.judged[kept],
            np.searchsorted(kept, self.front),
        )


def times_figure(
    timed: Timed,
    speed: Speed,
    time: Unit,
    quantities: Mapping[str, Quantity],
    lines: Sequence[str],
    across: int = 4,
    palette: Palette = LIGHT,
) -> go.Figure:
    """The time against each complexity with its fits, and against what the best model says."""
    title = f"{_capital(time.quantity.word)} by complexity"
    names = [name for name in timed.x if _both(timed.x[name], timed.time).any()]
    if not names:
        return titled(empty(palette, "no row has a time"), palette, title, lines)
    best = speed.fits[0] if speed.fits else None
    panels = [*names, *(["said"] if best else [])]
    across = min(across, len(panels))
    down = -(-len(panels) // across)
    units = {name: unit_of(quantities[name], timed.x[name]) for name in names}
    titles = [f"<b>by {quantities[name].label}</b>" for name in names]
    titles += [f"<b>by predicted time</b><br>t = {best.model.name}"] if best else []
    figure = make_subplots(
        down,
        across,
        horizontal_spacing=0.2 / across,
        vertical_spacing=0.3 / down,
        subplot_titles=titles,
    )
    styled(figure, palette, height=110 + 230 * down)
    for i, name in enumerate(panels):
        place = {"row": i // across + 1, "col": i % across + 1}
        x, unit = (timed.said, time) if name == "said" else (timed.x[name], units[name])
        _cloud(figure, x / unit.scale, timed.time / time.scale, palette.current, place)
        if name == "said":
            ends = np.array([np.nanmin(x), np.nanmax(x)]) / time.scale
            _line(figure, ends, ends, "as predicted", palette.ink, "solid", place)
        else:
            _fits(figure, speed.fits, name, x, unit, time, palette, place)
        _log(figure, "x", x / unit.scale, place)
        _log(figure, "y", timed.time / time.scale, place)
        label = f"predicted ({time.text})" if name == "said" else unit.title
        figure.update_xaxes(title_text=label, **place)
        if place["col"] == 1:
            figure.update_yaxes(title_text=time.short, **place)
    told = [*lines, "lines: a power of the complexity, dashed: in proportion to it"]
    return titled(figure, palette, title, told, space=50)


def residuals_figure(
    timed: Timed, speed: Speed, time: Unit, lines: Sequence[str], palette: Palette = LIGHT
) -> go.Figure:
    """The measured time over the predicted one, by the predicted one."""
    title = f"Measured over predicted {time.quantity.word}"
    if not speed.fits:
        return titled(empty(palette, speed.statement), palette, title, lines)
    ratio = timed.time / timed.said
    figure = styled(go.Figure(), palette, height=360)
    _cloud(figure, timed.said / time.scale, ratio, palette.current, {})
    _log(figure, "x", timed.said / time.scale, {})
    _log(figure, "y", np.append(ratio, (0.8, 1.25)), {})
    figure.add_hline(1, line={"color": palette.muted, "width": 1})
    figure.update_xaxes(title_text=f"predicted {time.short}")
    figure.update_yaxes(title_text="measured / predicted")
    return titled(figure, palette, title, [*lines, f"t = {speed.fits[0].model.name}"])


def front_figure(
    timed: Timed,
    time: Unit,
    judged: Unit,
    lines: Sequence[str],
    edfs: Sequence[tuple[str, EDF]] = (),
    budget: float | None = None,
    palette: Palette = LIGHT,
) -> go.Figure:
    """What networks are judged by against their time, and EDFs of those with a time.

    Args:
        edfs: of all, then of those within the budget.
        budget: seconds.
    """
    title = f"{_capital(judged.quantity.word)} for its time"
    some = _both(np.where(np.isfinite(timed.time), timed.time, timed.said), timed.judged)
    if not some.any():
        why = "no network has both a time and a result"
        return titled(empty(palette, why), palette, title, lines)
    curves = [(name, one) for name, one in edfs if one.finite.size]
    across = 2 if curves else 1
    figure = make_subplots(1, across, horizontal_spacing=0.14)
    styled(figure, palette, height=420)
    place = {"row": 1, "col": 1}
    known = np.isfinite(timed.time)
    x = np.where(known, timed.time, timed.said) / time.scale
    for mask, symbol, name in (
        (known, "circle", "measured"),
        (~known, "circle-open", "predicted time"),
    ):
        _cloud(
            figure,
            np.where(mask, x, np.nan),
            timed.judged / judged.scale,
            palette.current,
            place,
            name,
            symbol,
        )
    figure.add_scatter(
        x=timed.time[timed.front] / time.scale,
        y=timed.judged[timed.front] / judged.scale,
        name="Pareto front",
        mode="lines",
        line={"color": palette.band, "width": 2.5, "shape": "hv"},
        **place,
    )
    if budget is not None:
        figure.add_vline(
            budget / time.scale,
            line={"color": palette.pins[2], "width": 1.5, "dash": "dash"},
            **place,
        )
    _log(figure, "x", x, place)
    figure.update_xaxes(title_text=time.short, **place)
    figure.update_yaxes(title_text=judged.short, **place)
    for (name, one), colour in zip(curves, (palette.all, palette.current), strict=False):
        steps = one.steps()
        figure.add_scatter(
            x=steps.error / judged.scale,
            y=100 * steps.share,
            name=f"{name} · n = {one.n:,}",
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hv"},
            row=1,
            col=2,
        )
    if curves:
        figure.update_xaxes(title_text=judged.short, row=1, col=2)
        figure.update_yaxes(title_text="EDF (%)", range=[-2, 102], row=1, col=2)
    figure.update_layout(showlegend=True)
    told = [*lines, "line: Pareto front, no network is both faster and better"]
    return titled(figure, palette, title, told)


def _both(x: Floats, y: Floats) -> Bools:
    both: Bools = np.isfinite(x) & np.isfinite(y)
    return both


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cloud(
    figure: go.Figure,
    x: Floats,
    y: Floats,
    colour: str,
    place: Mapping[str, Any],
    name: str = "measured",
    symbol: str = "circle",
) -> None:
    there = _both(x, y)
    if not there.any():
        return
    figure.add_scatter(
        x=x[there],
        y=y[there],
        name=name,
        mode="markers",
        marker={"size": 4, "color": colour, "opacity": 0.6, "symbol": symbol},
        **place,
    )


def _line(
    figure: go.Figure,
    x: Floats,
    y: Floats,
    name: str,
    colour: str,
    dash: str,
    place: Mapping[str, Any],
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines",
        line={"color": colour, "width": 1.5, "dash": dash},
        **place,
    )


def _fits(
    figure: go.Figure,
    fits: Sequence[Fit],
    column: str,
    x: Floats,
    unit: Unit,
    time: Unit,
    palette: Palette,
    place: Mapping[str, Any],
) -> None:
    positive = x[np.isfinite(x) & (x > 0)]
    at = np.geomspace(positive.min(), positive.max(), STEPS)
    for one in fits:
        name, dash = ALONE.get(one.model.name, ("", ""))
        if name != column:
            continue
        k, *p = (c.value for c in one.coefficients.values())
        said = k * at ** (p[0] if p else 1.0)
        label = f"t = {one.model.name}"
        _line(figure, at / unit.scale, said / time.scale, label, palette.ink, dash, place)


def _log(figure: go.Figure, axis: str, values: Floats, place: Mapping[str, Any]) -> None:
    ticks = log_ticks(values, powers_of_two=False)
    update = figure.update_xaxes if axis == "x" else figure.update_yaxes
    update(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], **place)
