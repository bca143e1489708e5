"""Help on Views: what its words mean, and its keys."""

from __future__ import annotations

READ = {
    "View": "What Explore, Compare, Trends or Speed shows, by its address, under a name. It is "
    "there for who sees all its populations, or for its owner alone; opened, it shows the "
    "results that there are by then.",
    "Note": "Plain text that stands with a population, one network of it, or a view. Who may "
    "change the thing writes it; who sees the thing reads it.",
    "Tag": "A word of small letters, without blanks. A press on one finds what has it.",
    "Archived": "Nothing of it runs, and pages offer it only to who asks for archived ones.",
    "Deleted": "It is there for nobody until it is restored; nothing of it is lost.",
    "Purge": "An administrator removes what is deleted for good. Results of networks stay: "
    "others may have drawn the same ones.",
}
KEYS = {"D": "light or dark", "?": "this help", "Esc": "close"}
