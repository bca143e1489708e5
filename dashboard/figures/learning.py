"""The learning curve of one network: top-1 error and training loss after each epoch."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.style import LIGHT, Palette, empty, styled


def learning_figure(
    epochs: Sequence[int],
    error: Sequence[float | None],
    loss: Sequence[float | None],
    palette: Palette = LIGHT,
) -> go.Figure:
    """Error (percent) above loss, over epochs counted from 1; a gap where one is missing."""
    if not epochs:
        return empty(palette, "no epoch yet", height=120)
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.1)
    panels = (
        ("error (%)", error, palette.current, ".2f"),
        ("loss", loss, palette.muted, ".3f"),
    )
    for row, (name, values, colour, places) in enumerate(panels, start=1):
        figure.add_scatter(
            x=list(epochs),
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=f"epoch %{{x}}: %{{y:{places}}}<extra></extra>",
            row=row,
            col=1,
        )
    styled(figure, palette, height=260)
    for row, (name, *_) in enumerate(panels, start=1):
        figure.update_yaxes(title_text=name, rangemode="tozero", row=row)
    figure.update_xaxes(title_text="epoch", row=2)
    figure.update_xaxes(dtick=max(1, len(epochs) // 10))
    return figure
