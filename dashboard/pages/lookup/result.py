"""What a text means: the network's costs, shape, stages, who has drawn it, who can say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from columns.quantities import quantity
from columns.units import unit_of
from dashboard.figures.graphs import graph_figure
from dashboard.figures.style import Palette
from dashboard.figures.widths import sampled_widths_figure
from dashboard.pages.markup import facts, section, table
from dashboard.sources import Sources
from designspace.naming import written
from designspace.naming.written import Form
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from services import numbers
from services.defining import regimes
from services.errors import NotFound, Refused
from services.reading import lookups
from services.reading.lookups import Asked, Drawn, Found

PUBLISHED = "published"
"""Of the images: those that its counts are published for."""

SAID: dict[Form, str] = {
    "nb201": "NAS-Bench-201",
    "nats": "NATS-Bench, size space",
    "nb101": "NAS-Bench-101",
    "ofa": "Once-for-All",
    "yaml": "pycls",
    "json": "JSON",
    "py": "PyTorch",
}
"""Titles of the forms, in the order in which they are shown."""


def told(sources: Sources, what: str, chosen: str | None, palette: Palette) -> dict[str, Any]:
    """What the page shows of a text, by the names of its outputs."""
    if not what.strip():
        return nothing(None, "Nothing is looked up yet.")
    try:
        found = lookups.find(asked(sources, what, chosen))
    except (Refused, NotFound) as error:
        reason = error.allowed if isinstance(error, Refused) else str(error)
        return nothing(reason, "Mend what is marked, then the network comes.")
    with sources.database.read() as session:
        drawn = lookups.drawn(session, found.network)
    return {
        "problem": None,
        "told": [*head(found), section("Stages", "", stages(found.network))],
        "shaped": shaped(found.network),
        "shape": shape(found.network, palette),
        "no_shape": False,
        "more": [populations(drawn), section("As others write it", "", *texts(found))],
    }


def nothing(problem: str | None, said: str) -> dict[str, Any]:
    words = html.P(said, className="muted")
    empty: dict[str, Any] = {"shaped": "", "shape": None, "no_shape": True, "more": []}
    return empty | {"problem": problem, "told": words}


def asked(sources: Sources, what: str, chosen: str | None) -> Asked:
    """The text, on the images that are chosen.

    Raises:
        NotFound: a regime that there is not.
    """
    id = numbers.whole(chosen or "")
    if id is None:
        return Asked(what)
    with sources.database.read() as session:
        regime = regimes.get(session, id).regime
    return Asked(what, regime.resolution, regime.channels, regime.classes)


def head(found: Found) -> Iterator[Component]:
    """What it is called, what it costs, on which images."""
    images = found.images
    yield html.P([html.B(found.name or "A network"), " ", html.Code(found.network.hash)])
    values = {
        "depth": found.network.depth,
        "flops": found.complexity.flops,
        "params": found.complexity.params,
        "activations": found.complexity.activations,
    }
    yield facts(
        (quantity(name).label, count(name, int(value))) for name, value in values.items()
    )
    yield html.P(
        f"of one image of {images.resolution} x {images.resolution} with {images.channels} "
        f"channel{'s' if images.channels > 1 else ''}, {images.classes:,} classes",
        className="muted",
    )
    if found.left_out:
        left = ", ".join(found.left_out)
        yield html.P(
            f"Left out, as it says nothing of the network: {left}.", className="warned"
        )


def count(name: str, value: int) -> Component:
    """To the digit; hovering tells it in the unit of plots."""
    unit = unit_of(quantity(name), [value])
    return html.Span(f"{value:,}", title=f"{unit.show(float(value))} {unit.title}")


def shaped(network: Network) -> str:
    if network.wiring is not None:
        return "the graph of its first cell or wired stage"
    return "widths as built, over the block index"


def shape(network: Network, palette: Palette) -> go.Figure:
    """Its graph; of rows of blocks their widths."""
    if (wiring := network.wiring) is not None:
        return graph_figure(wiring, palette)
    return sampled_widths_figure([network.block_widths], palette)


def stages(network: Network) -> Component:
    """A row for each stage: blocks, width, and what it is made of."""
    rows = [
        [str(i), str(stage.depth), f"{stage.width:,}", html.Span(made_of(stage))]
        for i, stage in enumerate(network.stages, start=1)
    ]
    return table(["", "d", "w", "of"], rows)


def made_of(stage: Any) -> str:
    if isinstance(stage, Stage):
        ratio, group, stride = stage.bottleneck_ratio, stage.group_width, stage.stride
        return f"b {ratio:g}, g {group}, stride {stride}"
    return str(stage.words) or "blocks of its space"


def populations(drawn: Sequence[Drawn]) -> Component:
    """Where it has been drawn, each a link to it in the drawer."""
    if not drawn:
        content: Component = html.P("No population has drawn it.", className="muted")
    else:
        content = html.Ul(
            [
                html.Li(
                    html.A(
                        one.name, href=f"./?population={one.population}&network={one.network}"
                    )
                )
                for one in drawn
            ]
        )
    many = len(drawn) == lookups.MOST
    note = f"the newest {lookups.MOST} that have drawn it" if many else "that have drawn it"
    return section("Populations", note, content)


def texts(found: Found) -> Iterator[Component]:
    """It in each form that can say it, to copy."""
    for i, (form, title) in enumerate(SAID.items()):
        if form in found.forms:
            text = written.write(found.network, form, found.images)
            yield html.Details(
                [html.Summary(title), html.Pre(text, tabIndex="0")],
                open=i < 4,
                className="lookup-text",
            )
