"""Help on Trends: how to read it, its keys, and the words of each card."""

from __future__ import annotations

READ = {
    "Levels": "Networks of one cost: several populations, each drawn in a window of its own, "
    "or one population cut into levels of equally many networks.",
    "Trends": "Of each parameter, how the median of the best fifth of each level changes when "
    "the cost doubles, and whether that is decided.",
    "Of all networks": "Where windows of flops move a parameter by themselves, all networks "
    "move, not only the best. What all do is not what makes the best good.",
    "A range": "Where the best network of a level sits (95 % of the empirical bootstrap). A "
    "click takes it to Explore as a constraint; so does its link in the table.",
    "A dot": "is a network. A box or a lasso around some selects them in all plots, whichever "
    "populations they are of, leads to each population on Explore, and keeps them as a set.",
    "The address": "It is the question: who opens the link asks the same, of the results of "
    "that moment.",
}
KEYS = {
    "A": "add a level",
    "V": "kept views",
    "D": "light or dark",
    "?": "this help",
    "Esc": "close, or let go of the selection",
}

WORDS = {
    "verdicts": {
        "+23 % [+18, +29]": "the rank-based slope through the levels, as the change when the "
        "cost doubles, and its interval: a bootstrap of the networks of each level, in which "
        "the best are chosen anew each time.",
        "grows, falls": "p of no change, by Holm over all parameters, is below 5 %.",
        "constant": "the whole interval lies inside the margin, which was set before looking.",
        "not decided": "neither: more networks or levels may decide it. It is not 'constant'.",
        "of all": "the same slope of all networks of each level: what windows move by "
        "themselves.",
    },
    "ranges": {
        "dots": "all networks of the levels, as they are; of very many some, which is said.",
        "bar": "95 % of where the best network of a level sits in the parameter; it does not "
        "narrow with n and is shown from 20 networks on.",
        "line": "through the medians of the best fifth, of which the trend is.",
        "dashed": "through the medians of all networks.",
        "cross, dotted": "the paper's RegNetX, 200 MF to 32 GF, and what it finds at all "
        "sizes: d = 20, b = 1, wm = 2.5 (arXiv 2003.13678, section 4). Of 224-pixel ImageNet.",
    },
    "costs": {
        "flops^0.5": "the slope as a power: 0.5 is the square root, 1 is in proportion.",
    },
}
"""By the name of the card."""
