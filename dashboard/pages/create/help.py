"""Help on New population: how to read it, its keys, and the words of each part."""

from __future__ import annotations

READ = {
    "Design space": "A law for each parameter of a network; networks are drawn from it at "
    "random. Its JSON can be edited, which makes another space.",
    "Preview": "Sampled just now with the seed of the form: what is accepted, why candidates "
    "are refused, and what the networks look like. Nothing is stored before Start.",
    "Start": "Samples the networks, queues their training and goes to Explore, where the "
    "curves grow while they train.",
}
KEYS = {
    "Enter": "start, in any field of one line",
    "D": "light or dark",
    "?": "this help",
    "Esc": "close",
}

WORDS = {
    "Design space": {
        "law": "how a parameter is drawn: uniform, log_uniform (as often between 8 and 16 as "
        "between 16 and 32), or a choice among values.",
        "d, w0, wa, wm": "blocks, and the line of their widths: u_j = w0 + wa j, rounded to "
        "powers of wm (Designing Network Design Spaces, equations 2 to 4).",
        "b, g": "bottleneck ratio, width over inner width; group width of the convolutions.",
    },
    "Regime": {
        "regime": "what networks are trained on, and how: images, epochs, learning rate. "
        "Errors under two regimes don't compare.",
    },
    "Windows": {
        "window": "bounds on what one image costs: only networks inside are accepted, so that "
        "spaces are compared at equal cost.",
        "flops": "multiply-adds of one forward pass.",
        "activations": "outputs of all convolutions; they go with the running time.",
        "flops regimes": "so many populations instead of one, each in its part of the window "
        "of flops, in geometric steps; they train in turns, and Trends sets them in a row.",
    },
    "Numbers": {
        "all": "of a space of few networks each is trained once. Then nothing is estimated any "
        "more; before, in random order, what is measured is a sample of all of them.",
        "seed of the draws": "which networks are drawn; the same seed draws the same ones.",
        "seed of training": "how weights begin and images are shuffled; populations of one "
        "seed share the results of networks that both have.",
    },
}
"""By the title of the part."""
