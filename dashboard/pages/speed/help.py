"""Help on Speed: how to read it, its keys, and the words of each card."""

from __future__ import annotations

READ = {
    "Time": "A benchmark's latency or training step, or any column of a table: seconds, or "
    "what else is to be predicted.",
    "Condition": "Times of different devices, number formats, batches or resolutions are "
    "different things: each condition has fits of its own. Where a table's column may be "
    "mixed in, a line says so, and parts the rows by it.",
    "Which predicts better": "Each model is judged by networks that it has not seen. That one "
    "is ahead is decided, or not: the table says which.",
    "A point": "is a network: a click opens it. So does its number in a table.",
    "Budget": "A time such as 20 ms: the networks that are faster, their errors beside those "
    "of all, and the way to them on Explore and Compare.",
    "The address": "It is the question: who opens the link asks the same, of the results of "
    "that moment.",
}
KEYS = {"V": "kept views", "D": "light or dark", "?": "this help", "Esc": "close"}

WORDS = {
    "fits": {
        "f, A": "multiply-adds and activations for one image.",
        "a sqrt(f) + b A": "the paper's model of an accelerator: neither a nor b is negative.",
        "R²": "share of the variance of log(time) that the fit has of the networks it was made "
        "of.",
        "× 1.13 off": "the typical error on networks that were not seen (ten folds of "
        "networks), as a factor: 1.13 is 13 % too long or too short.",
        "decided against": "the best model predicts better than this one: the interval of the "
        "difference of their squared errors, widened for all pairs, is above 0.",
        "[a, b]": "95 % intervals, a bootstrap of networks: rows of one network stay together.",
    },
    "times": {
        "lines": "of each complexity alone: solid a power of it, dashed in proportion to it.",
        "last plot": "the best model: what it says against what was measured.",
    },
    "residuals": {
        "1.5": "measured over predicted: half as long again as the best model says.",
    },
    "front": {
        "line": "the Pareto front: no network is both faster and better.",
        "ring": "no time was measured: it is what the best model says. Rings are on no front.",
        "curves": "the EDF of networks with a time, and of those within the budget: at each "
        "error the share that does better.",
    },
}
"""By the name of the card."""
