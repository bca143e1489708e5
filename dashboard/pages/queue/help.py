"""Help on Queue: what its words mean, and its keys."""

from __future__ import annotations

READ = {
    "Job": "One training, or one benchmark, of one network under one regime and seed. "
    "Populations that draw the same network share it.",
    "Slot": "A place of a worker for one job at a time.",
    "Disk": "What is left where a worker keeps its data; opened: what takes how much. Below "
    "5 % (NETSPACE_LEAST_FREE_PERCENT) it takes no new job; those at work go on.",
    "Waiting": "Each job says why: others go before it, nobody has its images, it is paused.",
    "Without result": "Failed (its class and what was said), dead (the worker went away too "
    "often) or cancelled by somebody; Retry asks for it again.",
    "Pause": "Holds up the jobs that wait; those at work end as they would. Resume lets them "
    "go on.",
    "Cancel": "Ends all jobs of a population that no other one wants. What was trained stays.",
    "Manage": "Name, study, tags and note of a population; archive puts it away, so that "
    "nothing of it runs and pages offer it only to who asks for archived ones; delete can be "
    "undone.",
    "Notify me": "The browser notifies, while a page of ours is open, when a population of "
    "yours is complete, is decided, or more than 20 % of it fails. Off unless pressed.",
    "Benchmark": "Measures latency, training step and memory of every network, alone on its "
    "device.",
}
KEYS = {"D": "light or dark", "?": "this help", "Esc": "close"}
