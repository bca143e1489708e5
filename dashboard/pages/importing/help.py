"""Help on Import: what its words mean, and its keys."""

from __future__ import annotations

READ = {
    "Role": "What a column says of a network. Error: what networks are judged by. Parameter: "
    "what was chosen. Complexity: what was counted. Time and result: what was measured. Name: "
    "text that is shown and searched. Seed: tells repeats of one network apart.",
    "Quantity": "The column's name here. Columns of one name are compared across populations, "
    "so take one of ours where it means the same; any other name of small letters is one of "
    "your own.",
    "The file has": "How a number of the file becomes ours: an accuracy of 0.931 is an error "
    "of 6.9 %, 12 milliseconds are 0.012 s.",
    "Cells": "Above as the file has it, below as it would be stored. ∞ is a network that "
    "diverged; what can't be read is red, and refuses its row.",
    "Rows": "What is a network can be drawn, counted again and scaled. Other rows are numbers "
    "and names, and are compared as any others.",
    "Repeats": "Several rows of one network: their mean, or each for itself.",
}
KEYS = {
    "Z": "undo the last change",
    "D": "light or dark",
    "?": "this help",
    "Esc": "close",
}
