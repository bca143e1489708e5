"""The words and tables of one network: what became of it, stages, conditions, history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed
from columns.quantities import described, quantity
from columns.units import unit_of
from dashboard.pages.markup import attributes, facts, section, table
from designspace.lines.line import Line
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from population.population import Status
from services.reading.networks import EpochRecord, Event, JobRecord, NetworkRecord

WAITING = {
    "queued": "waits in the queue for a worker",
    "paused": "its population is paused, Resume goes on",
    "running": "training now",
}
FAILURES = {
    "impossible": "torch refuses this network",
    "out_of_memory": "the worker ran out of memory",
    "data": "the data set is missing or does not fit the regime",
    "error": "the training raised an exception",
    "crashed": "the training process died",
    "device": "the accelerator failed",
    "timeout": "it took longer than a job may",
    "cancelled": "somebody cancelled it",
    "lost": "no sign of life from its workers, and no attempts left",
}
FIRST = ("loss", "training_seconds", "training_cpu_seconds")
"""Measured quantities in the order in which they are told; others follow."""


def title(record: NetworkRecord) -> list[Any]:
    name = [f" · {record.name}"] if record.name else []
    return [f"Network {record.id} ", html.Code(record.hash), *name]


def told(record: NetworkRecord, status: Status) -> list[Component]:
    """What became of the network, what it costs, and its stages."""
    line = "drawn" if {"w0", "wa", "wm"} <= record.parameters.keys() else "fitted"
    note = "sampled → built where they differ"
    if record.line:
        note += f"; u and quantised: of the line as {line}"
    return [
        standing(record, status),
        facts(numbers(record)),
        section("Stages", note, stages_of(record), *bodies(record.network)),
    ]


def bodies(network: Network) -> list[Component]:
    """What stages are made of, where they repeat no one block; those alike together."""
    alike: dict[str, list[str]] = {}
    for i, stage in enumerate(network.stages, start=1):
        if stage.words:
            alike.setdefault(stage.words, []).append(str(i))
    return [
        html.P([f"{', '.join(numbers)}: ", html.Code(words)], className="made-of")
        for words, numbers in alike.items()
    ]


def standing(record: NetworkRecord, status: Status) -> Component:
    """Its error, or what it waits for, or why it failed."""
    job = record.job
    times = f", {record.multiplicity} times" if record.multiplicity > 1 else ""
    why = [html.Pre(job.detail, tabIndex="0")] if job.detail else []
    return html.Div(
        [
            html.P(outcome(job, status)),
            html.P(
                f"number {record.ordinal + 1:,} of the sampling order, drawn{times or ' once'}"
            ),
            *why,
        ],
        id="network-standing",
        className="standing",
        **attributes(
            data_network=str(record.id),
            data_status=status.name.lower(),
            data_job=f"{job.state} {len(job.events)} {len(job.epochs)}",
        ),
    )


def nothing(id: int, why: str) -> list[Component]:
    """Where there is no such network, as after a link that is old."""
    about = attributes(data_network=str(id), data_status="none")
    return [html.Div(html.P(f"Nothing to show: {why}."), id="network-standing", **about)]


def outcome(job: JobRecord, status: Status) -> list[Any]:
    """A word or a number, and what it means."""
    error, failure = quantity("error"), job.failure or job.state
    if status == Status.MEASURED:
        return [html.B(f"{error.show(job.quantities['error'])} %"), " top-1 error"]
    if status == Status.DIVERGED:
        ended = job.quantities.get("error")
        at = "" if ended is None else f" (it ended at {error.show(ended)} %)"
        return [html.B("diverged"), f" counts as an infinite error{at}"]
    if status == Status.FAILED:
        return [html.B(failure.replace("_", " ")), f" {FAILURES.get(failure, '')}; no result"]
    done = f", {len(job.epochs)} epochs done" if job.epochs else ""
    at = f" on {job.worker}" if job.worker else ""
    return [html.B("pending"), f" {WAITING.get(job.state, job.state)}{at}{done}"]


def numbers(record: NetworkRecord) -> Iterator[tuple[str, str]]:
    """(label with unit, value) of what it costs and of what was measured beside the error."""
    measured = record.job.quantities
    others = sorted(set(measured) - {*FIRST, "error", "diverged"})
    values: dict[str, float] = {
        "depth": record.network.depth,
        "flops": record.flops,
        "params": record.params,
        "activations": record.activations,
    }
    if record.network.resolution:
        values["resolution"] = record.network.resolution
    values |= {name: measured[name] for name in (*FIRST, *others) if name in measured}
    for name, value in values.items():
        unit = unit_of(described(name), [value])
        yield unit.title, unit.show(float(value))


def stages_of(record: NetworkRecord) -> Component:
    """The stages of a network that was drawn here."""
    widths = (record.line_widths, record.quantised_widths) if record.line else None
    return stages(record.network, record.parameters, widths)


def stages(
    network: Network,
    drawn: Mapping[str, float],
    widths: tuple[Sequence[float], Sequence[int]] | None,
) -> Component:
    """A row for each stage; u and quantised are the line's over the blocks of the stage.

    Args:
        drawn: parameters, as far as they are known.
        widths: u_j and w_j of all blocks; None where there is no line.
    """
    repeated = any(isinstance(stage, Stage) for stage in network.stages)
    head = ["", "d", "w"]
    head += ["b", "g", "stride"] if repeated else []
    head += ["u", "quantised"] if widths else []
    rows = []
    ends = list(accumulate((stage.depth for stage in network.stages), initial=0))
    for i, stage in enumerate(network.stages, start=1):
        row = [str(i), str(stage.depth), changed(drawn.get(f"width_{i}"), stage.width)]
        if isinstance(stage, Stage):
            row += repeats(stage, drawn.get(f"group_width_{i}", drawn.get("group_width")))
        if widths:
            blocks = slice(ends[i - 1], ends[i])
            row.append(span(widths[0][blocks], ".1f"))
            row.append(span(widths[1][blocks], "d"))
        rows.append(row)
    return table(head, rows, numeric=True)


def repeats(stage: Stage, group_width: float | None) -> list[str]:
    """Bottleneck ratio, group width and stride of a stage that repeats one block."""
    return [
        f"{stage.bottleneck_ratio:g}",
        changed(group_width, stage.group_width),
        str(stage.stride),
    ]


def changed(drawn: float | None, built: float) -> Any:
    """`48 → 40`, or one number where drawing and building agree."""
    if drawn is None or drawn == built:
        return f"{built:g}"
    return html.Span([f"{drawn:g} → ", html.B(f"{built:g}")])


def span(values: Sequence[float], form: str) -> str:
    """`16.0–41.5`, or one number."""
    ends = (format(values[0], form), format(values[-1], form))
    return "–".join(dict.fromkeys(ends))


def line(record: NetworkRecord) -> str:
    """The line with its numbers, and how far the widths are from the nearest of the grid."""
    if record.line is None or record.e_fit is None:
        return "the graph of its first stage: no row of blocks, so no line"
    return said_of(record.line, record.e_fit)


def said_of(line: Line, e_fit: float) -> str:
    """`w₀ 24, wₐ 36.4, wₘ 2.49; e_fit 0.0350`"""
    numbers = {"w0": line.w0, "wa": line.wa, "wm": line.wm}
    values = ", ".join(
        f"{quantity(name).symbol} {quantity(name).show(value)}"
        for name, value in numbers.items()
    )
    return f"{values}; e_fit {quantity('e_fit').show(e_fit)}"


def epochs(epochs: Sequence[EpochRecord]) -> str:
    return f"{len(epochs)} epochs in {fixed(epochs[-1].seconds, 1)} s" if epochs else ""


def record(job: JobRecord) -> list[Component]:
    """Under which conditions it was measured, and what happened to its job."""
    parts = [
        section("History", f"job {job.id}, attempt {job.attempt}; UTC", history(job.events))
    ]
    if job.conditions:
        measured = facts(sorted(job.conditions.items()))
        parts.insert(0, section("Conditions", "of the measurement", measured))
    return parts


def history(events: Sequence[Event]) -> Component:
    """What happened to the job, with the time since the line before."""
    if not events:
        return html.P("Nothing has happened yet.", className="muted")
    rows = [
        [
            moment(event.at),
            f"+{fixed((event.at - before.at) / 1000, 1)} s",
            event.what,
            event.worker or "–",
        ]
        for before, event in zip([events[0], *events[:-1]], events, strict=True)
    ]
    return table(["at", "after", "what", "worker"], rows)


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
