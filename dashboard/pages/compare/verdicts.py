"""What Compare says in sentences: every pair, and whether it is decided."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from columns.numbers import fixed, percent
from dashboard.pages.compare.words import swatch
from dashboard.pages.markup import attributes
from population.comparing.sequential import FEWEST, ConfidenceSequence
from services.comparing.adjusted import COVARIATES, Adjusted
from services.comparing.comparisons import Compared, Pair
from services.comparing.sides import Side
from services.comparing.watches import Watch


def levels(found: Compared) -> str:
    if len(found.pairs) == 1:
        return f"intervals of {100 * found.level:g} %"
    return (
        f"{len(found.pairs)} pairs by Holm's rule: intervals of "
        f"{100 * found.level_of_pair:.3g} % each, and the verdicts hold together"
    )


def verdicts(found: Compared, picked: tuple[int, int]) -> list[Component]:
    """One row a pair, which picks it, and what to mind."""
    sampled = [one.side.view.snapshot.table is None for one in found.drawn]
    rows = [
        verdict_row(pair, (pair.a, pair.b) == picked, sampled[pair.a] and sampled[pair.b])
        for pair in found.pairs
    ]
    warned = [html.P(text, className="warned") for text in found.warnings]
    return [html.Div(rows, className="verdicts"), *warned]


def verdict_row(pair: Pair, is_picked: bool, is_awaited: bool = True) -> Component:
    """A verdict, and whether it is decided, where networks of both sides are awaited."""
    first = pair.oriented
    return html.Button(
        [
            html.Span([swatch(first.a), swatch(first.b)], className="swatches"),
            html.B(pair.verdict),
            html.Span(standing(pair) if is_awaited else effect(pair), className="muted"),
        ],
        type="button",
        className="verdict",
        title="look at this pair below",
        **attributes(
            aria_pressed=str(is_picked).lower(),
            data_pair=f"{pair.a},{pair.b}",
            data_outcome=pair.found.outcome,
        ),
    )


def disagreement(pair: Pair, matched: Adjusted, a: str, b: str) -> list[Component]:
    """Where the pair at equal covariates says something else than the pair as it is."""
    raw = pair.found.outcome
    theta = matched.matched.theta
    if not theta.bounded or raw == "few":
        return []
    at_equal = "A" if theta.lo > 0.5 else "B" if theta.hi < 0.5 else "open"
    if raw == at_equal or (raw == "same" and at_equal == "open"):
        return []
    held = ", ".join(COVARIATES[name] for name in matched.covariates)
    raw_said = f"{a} is better as the sides are" if raw == "A" else "As the sides are, open"
    equal_said = {
        "A": f"{a} is better at equal {held}",
        "B": f"{b} is better at equal {held}",
        "open": f"at equal {held} it is not decided, so the lead may come from {held} alone",
    }[at_equal]
    return [html.P(f"{raw_said}; {equal_said}.", className="warned")]


def standing(pair: Pair) -> str:
    """Effect, and whether it would hold if one had looked all along."""
    outcome = pair.decided.looks[-1].outcome if pair.decided.looks else "few"
    decided = {
        "few": f"looked at while training: too early, {FEWEST} networks of each are needed",
        "open": f"looked at while training: open; {ahead(pair.decided)}",
        "same": "decided, however often one looked: no difference that matters",
    }.get(outcome, "decided, however often one looked")
    return " · ".join([said, decided] if (said := effect(pair)) else [decided])


def effect(pair: Pair) -> str:
    """theta in a word, where it is known."""
    known = pair.found.effect and pair.found.outcome != "few"
    return f"{pair.found.effect} effect" if known else ""


def ahead(found: ConfidenceSequence) -> str:
    """How many networks it takes, about: theta itself is only an estimate."""
    far = found.projection
    if far is None or far.likely is None:
        return "more than 20,000 networks a side would decide"
    soonest = f"{far.soonest:,}" if far.soonest is not None else "few"
    latest = f"{far.latest:,}" if far.latest is not None else "no end"
    return f"about {far.likely:,} networks a side decide ({soonest} to {latest})"


def band_name(found: Compared) -> str:
    x, word = found.criterion.variable, found.criterion.quantity.word
    return f"F({x}): share with {word} below {x} · band: {found.drawn[0].band.name}"


def decided_note(pair: Pair) -> str:
    found = pair.decided
    return (
        f"{100 * found.level:.3g} % confidence sequence, valid at every look, the same number "
        f"of networks of each side; planned for {found.planned}"
    )


def decided(
    pair: Pair, chosen: Sequence[Side], watch: Watch | None, may_stop: bool
) -> list[Component]:
    """Where it stands, in a sentence, and whether both are told to stop when decided."""
    if not pair.decided.looks:
        return [html.P("no network has a result yet"), *watched(pair, chosen, watch, may_stop)]
    look = pair.decided.looks[-1]
    a, b = chosen[pair.a].label, chosen[pair.b].label
    share = (
        f"{percent(look.estimate, 0)} [{fixed(100 * look.lower)}, {fixed(100 * look.upper)}] "
        f"of pairs won by {a}"
    )
    said = {
        "A": f"Decided for {a}: {share}.",
        "B": f"Decided for {b}: {share}.",
        "same": f"Decided: no difference that matters, {share}.",
        "open": f"Open after {look.n} networks of each: {share}; {ahead(pair.decided)}.",
        "few": f"Too early: {look.n} of {a}, {look.m} of {b}; {FEWEST} of each are needed.",
    }[look.outcome]
    return [html.P(said), *watched(pair, chosen, watch, may_stop)]


def watched(
    pair: Pair, chosen: Sequence[Side], watch: Watch | None, may_stop: bool
) -> list[Component]:
    """A button that stops both populations when it is decided, or what came of it.

    Args:
        may_stop: whether who asks may pause both.
    """
    a, b = chosen[pair.a], chosen[pair.b]
    if a.population_id == b.population_id:
        return []
    if watch is None and not may_stop:
        return [html.P("Who may pause both can have them stopped when it is decided.")]
    if watch is None:
        title = (
            "what is queued of both is paused once it is decided; level and plan are fixed now"
        )
        sides = {
            "data_a": a.text,
            "data_b": b.text,
            "data_level": f"{pair.decided.level:.6g}",
            "data_planned": str(pair.decided.planned),
        }
        return [act("Stop both when decided", title, data_act="watch", **sides)]
    if watch.outcome is None:
        title = "whatever is decided"
        forget = act("Let them go on", title, data_act="forget", data_watch=str(watch.id))
        said = "Both stop when it is decided. "
        return [html.P([said, *([forget] if may_stop else [])], className="watched")]
    found = watch.found or {}
    n, m = int(found.get("n", 0)), int(found.get("m", 0))
    if watch.a != a.text:
        n, m = m, n
    said = f"Both were stopped when it was decided, after {n} and {m} networks. "
    again = act(
        "Forget it",
        "so that they can be told to stop once more",
        data_act="forget",
        data_watch=str(watch.id),
    )
    return [html.P([said, *([again] if may_stop else [])], className="watched")]


def act(label: str, title: str, **data: str) -> Component:
    return html.Button(
        label, type="button", className="button", title=title, **attributes(**data)
    )
