"""Studies: pages that ask REST a question, which the address says, and show what it answers.

The layout is made here; assets/base/study.mjs asks and follows, a folder a page draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, get_relative_path, html
from dash.development.base_component import Component

from dashboard.pages.figures import figure_menu
from dashboard.pages.markup import attributes, explained, notes, page_header, purpose


def study(
    page: str,
    title: str,
    what: str,
    cards: Mapping[str, tuple[str, Sequence[Component]]],
    words: Mapping[str, Mapping[str, str]],
    help: Component,
) -> Component:
    """A page that asks REST a question: its form, and the cards that answer it.

    Args:
        what: the page is for, in one line.
        cards: title, and what stands above the text that the browser writes, by name.
        words: explained at the title of each card.
    """
    return html.Div(
        [
            dcc.Store(id=f"{page}-shown"),
            page_header(
                title,
                html.Span(id=f"{page}-said", role="status", className="muted"),
                help=help,
            ),
            notes(page),
            html.Main(
                [
                    purpose(what),
                    html.Section(
                        html.Div(),
                        id=f"{page}-form",
                        className="card study-form",
                        **attributes(aria_label="what is asked"),
                    ),
                    html.P("asking ...", className="study-asking muted"),
                    html.Div(id=f"{page}-why", className="study-why", role="status"),
                    html.Div(
                        dcc.Link(
                            "New population",
                            href=get_relative_path("/new"),
                            className="button",
                        ),
                        className="study-way",
                    ),
                    html.Div(
                        [
                            study_card(page, name, *given, words[name])
                            for name, given in cards.items()
                        ],
                        id=f"{page}-cards",
                        className="study-cards",
                    ),
                ],
                className="study-body",
                tabIndex="0",  # it scrolls, also while nothing in it takes the focus
            ),
        ],
        id=page,
        className="study",
        **attributes(data_state="asking"),
    )


def study_card(
    page: str, name: str, title: str, content: Sequence[Component], words: Mapping[str, str]
) -> Component:
    id = f"{page}-{name}"
    head = [
        html.H2(title),
        explained(title, words),
        html.Span(id=f"{id}-note", className="muted note"),
    ]
    if content:
        head.append(figure_menu(id, title))
    return html.Section(
        [
            html.Div(head, className="section-head"),
            *content,
            html.Div(
                html.Div(),
                id=f"{id}-text",
                className="study-text",
                tabIndex="0",  # a table may be wider than its card
                role="group",
                **attributes(aria_label=title),
            ),
        ],
        id=f"{id}-card",
        className="card",
    )
