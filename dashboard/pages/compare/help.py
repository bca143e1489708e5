"""Help on Compare: how to read it, its keys, and the words of each card."""

from __future__ import annotations

READ = {
    "Sides": "A side is a population, or the part of one that passes constraints such as "
    "depth=5..8; wm=2..2.5. Two to six sides are compared, each in its colour.",
    "Verdicts": "One sentence a pair. A click picks the pair that the cards below look at.",
    "At equal covariates": "Where one side is deeper or larger, that alone may be why it wins: "
    "the matched EDF compares networks that are alike in what is ticked on the left.",
    "The address": "It is the comparison: who opens the link sees the same question, "
    "answered with the results of that moment.",
}
KEYS = {
    "A": "add a side",
    "V": "kept views",
    "D": "light or dark",
    "?": "this help",
    "Esc": "close",
}

WORDS = {
    "verdicts": {
        "beats in 67 % of pairs": "one network of either side at random: how often the first "
        "has the lower error (theta, a tie counts half), with a confidence interval.",
        "one page, one risk": "several pairs are looked at together, so each is held to more: "
        "alpha, the 5 % risk of a wrong word, is shared among them as the note says.",
    },
    "edf": {
        "error EDF": "at each error e the share of networks that do better; the better side "
        "is further left and up.",
        "band": "where that share lies with the confidence that the note names, at one error "
        "(pointwise) or for the whole curve.",
    },
    "matched": {
        "overlap weights": "a network counts by how likely one like it is on the other side, "
        "so those without a counterpart count little.",
        "bins": "networks are counted bin by bin of the covariates; bins with one side only "
        "are dropped.",
        "worth n = 59": "weights make an estimate as uncertain as one of that many networks "
        "that count alike: (sum w)² / sum w².",
    },
    "decided": {
        "confidence sequence": "an interval that holds at every look at once, so one may look "
        "after each result and stop when it leaves 50 %; it is wider than an interval for one "
        "look.",
        "planned networks": "the sequence is tightest there; fix it before looking.",
    },
    "details": {
        "area between EDFs": "the mean difference of errors, each counted up to a limit.",
        "largest distance": "of the two EDFs, and at which error (Kolmogorov-Smirnov).",
        "better at every error level": "whether one EDF lies above the other everywhere "
        "between two errors, which is more than being better on the whole.",
    },
    "efficiency": {
        "random search": "what the best of k networks drawn at random reaches on average; "
        "nothing else is searched here.",
    },
    "balance": {
        "SMD": "standardised mean difference: how far apart the sides' means of a covariate "
        "are, in standard deviations, before and after matching.",
        "covariate": "a quantity that the sides may differ in beside their space: depth, "
        "flops, parameters, activations.",
        "factor on the error": "0.95: at equal covariates the errors of A are 5 % lower than "
        "those of B, by a regression of the logarithm.",
        "HC3": "standard errors of that regression that don't suppose an equal spread "
        "everywhere.",
    },
    "enough": {
        "95 % of subsamples": "take so many of the networks at random: the EDF is this close "
        "to that of all in 95 of 100 draws.",
        "95 % in any space": "what holds whatever the errors are (the bound of Dvoretzky, "
        "Kiefer, Wolfowitz and Massart).",
    },
    "stability": {
        "rank correlation": "Spearman's: 1 where another training puts the networks in the "
        "same order, 0 where in any.",
        "pairs in order": "of two networks, how often the other training agrees which one is "
        "better.",
    },
    "sides": {
        "regime": "what networks are trained on, and how; errors under two regimes don't "
        "compare.",
        "diverged": "trained to a loss that is no number; it counts as an infinite error.",
        "pending": "not trained yet. What is counted are the first networks of the sampling "
        "order that have all ended.",
    },
}
"""By the name of the card."""
