"""Help on Explore: the keys, and one sentence on how to read each plot."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.pages.markup import attributes

KEYS = {
    "1 – 8": "go to a constraint, then arrow keys",
    "Z": "undo",
    "R": "reset all constraints",
    "P": "pin the current set",
    "/": "filter the constraints",
    "← →": "on the EDF: move the threshold e",
    "D": "light or dark",
    "L": "copy a link to this view",
    "E": "refine: a new population of what passes",
    "C": "compare these constraint sets and populations",
    "N": "new population",
    "Q": "queue: jobs and workers",
    "?": "this help",
    "Esc": "close, or let go of the network",
}
READ = {
    "Error EDF": "At each error e the curve is the share of networks that do better, so the "
    "curve further left and up belongs to the better set; the band is where that share lies "
    "with 95 % confidence at one error, not for the whole curve. Dashed: another population.",
    "Fitted widths": "Each line is one network's block widths from input to output: solid as "
    "built, dotted the line w₀ + wₐ j drawn or fitted; good spaces show good networks alike. "
    "Thick: the least-squares line through all of them, w_j = a + s j; its e_fit is how far it "
    "is from their widths on average, |ln(line / width)|, so 0.1 is about 10 %.",
    "Error by parameter": "Each dot is a network; the amber band holds the best network's "
    "value in 95 of 100 redraws of a quarter of them and its line is the median: the spread "
    "of the best dozen, no confidence interval. A click on a title plots another column.",
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
        ],
        id="help",
        className="popover",
        role="dialog",
        hidden=True,
        **attributes(aria_label="help"),
    )
