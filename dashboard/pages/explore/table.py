"""The table of networks: which columns it has; its rows come from the browser's engine.

A page of rows is asked for by the grid and answered by assets/explore/table.mjs with texts, so
numbers read as they do everywhere; the engine sorts by the values behind them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import dash_ag_grid as dag

from columns.units import Unit
from dashboard.pages.explore.constraints import Control, told
from population.population import ERROR

GRID = "networks"
COMPOSED = (("widths", "Stage widths"), ("depths", "Stage depths"))
"""Columns that show one number a stage, widths as built."""

THEME = {
    "accentColor": "var(--current)",
    "backgroundColor": "var(--surface)",
    "foregroundColor": "var(--ink)",
    "borderColor": "var(--line)",
    "headerBackgroundColor": "var(--surface-2)",
    "headerTextColor": "var(--ink-2)",
    "rowHoverColor": "var(--surface-3)",
    "selectedRowBackgroundColor": "color-mix(in srgb, var(--selection) 18%, transparent)",
    "fontFamily": "var(--font)",
    "fontSize": 12,
    "headerFontSize": 11.5,
    "headerFontWeight": 600,
    "cellHorizontalPadding": 10,
    "wrapperBorder": False,
    "wrapperBorderRadius": 0,
}
"""Quartz in the colours of the page."""


def columns(
    criterion: Unit,
    found: Iterable[Control],
    staged: bool = True,
    texts: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Column definitions for a population with these controls.

    Args:
        criterion: what its networks are judged by.
        found: the controls.
        staged: whether its networks have widths of stages; cells and graphs have none.
        texts: labels of the texts that rows of a table have, by their names; None: no table.
    """
    shown = [one for one in found if one.section != "stage"]
    noun = "Network" if texts is None else "Row"
    if any(one.name == "w0" for one in shown):  # the fitted line is the drawn one
        shown = [one for one in shown if one.section != "fit" or one.name == "e_fit"]
    return [
        ticks(),
        {"field": "rank", "headerName": "#", "sortable": False, **wide(56), **number()},
        {"field": "id", "headerName": noun, "cellClass": "network-id", **wide(96)},
        *(of_text(name, label) for name, label in (texts or {}).items()),
        of_criterion(criterion),
        *(of_control(one) for one in shown if one.section == "parameter"),
        *(
            {"field": field, "headerName": title, "sortable": False, "cellClass": "stages"}
            | wide(150)
            for field, title in (COMPOSED if staged else ())
        ),
        *(
            of_control(one)
            for section in ("complexity", "result", "fit")
            for one in shown
            if one.section == section
        ),
    ]


def ticks() -> dict[str, Any]:
    """The column in which rows are selected; assets/explore/table.mjs ticks them."""
    return {
        "field": "tick",
        "headerName": "✓",
        "headerTooltip": "select: a click or Space, with Shift all rows since the last one",
        "sortable": False,
        "resizable": False,
        "cellClass": "tick",
    } | wide(34)


def of_control(one: Control) -> dict[str, Any]:
    """A whole column: its symbol and unit as header, its label in words on hover."""
    short = one.symbol if one.section != "complexity" else one.symbol.capitalize()
    return {
        "field": one.name,
        "headerName": f"{short} {one.mark}".strip(),
        "headerTooltip": told(one),
        **wide(112 if one.names else 92 if one.section != "parameter" else 76),
        **number(),
    }


def of_criterion(unit: Unit) -> dict[str, Any]:
    """What networks are judged by: `Error %`, `t₁ ms`."""
    about = unit.quantity
    short = "Error" if about.name == ERROR else about.symbol
    words = f"{unit.title}: networks are judged by it, less is better"
    return {
        "field": about.name,
        "headerName": f"{short} {unit.text if about.name == ERROR else unit.mark}".strip(),
        "headerTooltip": words,
        **wide(96),
        **number(),
    }


def of_text(name: str, label: str) -> dict[str, Any]:
    """A column of names."""
    return {
        "field": name,
        "headerName": label,
        "sortable": False,
        "cellClass": "row-text",
        "tooltipField": name,
        **wide(160),
    }


def wide(pixels: int) -> dict[str, int]:
    """A column's width, which is its least: cells are not clipped."""
    return {"width": pixels, "minWidth": pixels}


def number() -> dict[str, str]:
    return {"cellClass": "number", "headerClass": "ag-right-aligned-header"}


def grid() -> dag.AgGrid:
    """The empty table."""
    return dag.AgGrid(
        id=GRID,
        className="networks-grid",
        rowModelType="infinite",
        columnDefs=[],
        defaultColDef={"resizable": True, "suppressMovable": True, "sortable": True},
        getRowId="params.data.id",
        dashGridOptions={
            "rowHeight": 26,
            "headerHeight": 28,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "rowBuffer": 4,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressDragLeaveHidesColumns": True,
            "rowSelection": {
                "mode": "singleRow",
                "checkboxes": False,
                "enableClickSelection": True,
            },
            "tooltipShowDelay": 400,
            "rowClassRules": {"inherited": "params.data && params.data.inherited"},
            "theme": {"function": f"themeQuartz.withParams({json.dumps(THEME)})"},
            "localeText": {"noRowsToShow": "No network passes."},
        },
        style={"height": "100%", "width": "100%"},
    )
