"""Help on Explore: the keys, and one sentence on how to read each plot."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes

KEYS = {
    "1 – 8": "go to a constraint, then arrow keys",
    "Z": "undo",
    "R": "reset all constraints",
    "P": "pin the current set",
    "/": "filter the constraints",
    "J": "what networks are judged by",
    "B": "select by numbers",
    "Space": "in the table's first column: tick a row, with Shift all since the last",
    "T": "table or parallel coordinates",
    "← →": "on the EDF: move the threshold e",
    "D": "light or dark",
    "L": "copy a link to this view",
    "V": "kept views: keep this one, open another",
    "M": "manage: name, study, note, tags; archive, delete",
    "S": "keep what passes as a set",
    "E": "refine: a new population of what passes",
    "C": "compare these constraint sets and populations",
    "N": "new population",
    "Q": "queue: jobs and workers",
    "?": "this help",
    "Esc": "close, or let go of the network, or of the selection",
}
READ = {
    "Error EDF": "At each error e the curve is the share of networks that do better, so the "
    "curve further left and up belongs to the better set; the band is where that share lies "
    "with 95 % confidence at one error, not for the whole curve. Dashed: another population.",
    "Judged by": "Any column may be what networks are judged by: curve, best ranges and plots "
    "are then of it, and the error is a constraint. Less counts as better, whatever "
    "it is; networks that lack it are left out and counted as failed.",
    "Fitted widths": "Each line is one network's block widths from input to output: solid as "
    "built, dotted the line w₀ + wₐ j drawn or fitted; good spaces show good networks alike. "
    "Thick: the least-squares line through all of them, w_j = a + s j; its e_fit is how far it "
    "is from their widths on average, |ln(line / width)|, so 0.1 is about 10 %.",
    "Error by parameter": "Each dot is a network; the amber band holds the best network's "
    "value in 95 of 100 redraws of a quarter of them and its line is the median: the spread "
    "of the best dozen, no confidence interval. A click on a title plots another column.",
    "What matters": "Which parameters tell the best networks from all that pass, each by "
    "itself: the distribution of its values among the best against that among all, less what "
    "chance gives. It follows the constraints; a click leads to the parameter's own.",
    "Selection": "A drag over a plot selects networks: a box, a lasso, an interval of the EDF, "
    "a range of an axis of parallel coordinates; with Shift it narrows what is selected. The "
    "same networks are violet everywhere; statistics stay those of all that pass. Where a "
    "column has few values, and its dots are spread, a lasso counts as its box.",
    "Colour": "Dots and lines are coloured by a column from its least value, dark, to its "
    "greatest, bright; on a dark page too. Grey is not measured, or not selected.",
    "Parallel coordinates": "Each line is a network, each axis a column. Drag along an axis to "
    "select, its name to move it, or use ← →, F and Delete on the name.",
    "Counting": "Numbers read the first networks of the sampling order that are all finished, "
    "so small networks, which finish first, don't bend the curves; diverged networks count as "
    "infinite error, failed ones are left out and counted.",
    "The paper's": "What its authors found good RegNets to have in common (arXiv 2003.13678, "
    "section 4): about 20 blocks, no bottleneck, widths that grow by about 2.5 a stage.",
    "Regime": "The images and the schedule that every network of a population was trained by. "
    "Errors of different regimes cannot be compared.",
    "Windows": "Ranges of flops or parameters that a population was sampled in, so that its "
    "networks cost alike.",
}


def popover() -> Component:
    """Closed; what it says is put in when it is opened first."""
    return html.Div(
        [
            html.Div(
                [
                    html.H2("How to read this"),
                    html.Span(className="spring"),
                    html.Button(
                        "×", className="button icon close", **attributes(aria_label="close")
                    ),
                ],
                className="panel-head",
            ),
            html.Div(id="help-read"),
            dcc.Store(id="help-said", data=said()),
        ],
        id="help",
        className="popover",
        role="dialog",
        hidden=True,
        **attributes(aria_label="help"),
    )


def said() -> list[Component]:
    return [
        html.Dl(
            [part for name, text in READ.items() for part in (html.Dt(name), html.Dd(text))]
        ),
        html.H2("Keys"),
        html.Dl(
            [
                part
                for key, text in KEYS.items()
                for part in (html.Dt(html.Kbd(key)), html.Dd(text))
            ],
            className="keys",
        ),
    ]
