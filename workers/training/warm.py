"""What the fork server holds ready, so that a child's first step comes in a tenth of a second.

Preloaded by name (`workers.supervision.processes`), so importing is all that happens, and
everything here is done on import. Torch alone is not enough: an optimiser's first step imports
800 modules more. No backward pass and no CUDA call, though: both start threads, or a context,
that a forked child can't use.
"""

from __future__ import annotations

import gc
import signal

gc.disable()  # what is imported is no garbage; looking for some took a sixth of the time

import torch

import workers.training.child  # noqa: F401  # what children run
from designspace.networks.ends import Stem
from designspace.networks.network import Network
from designspace.networks.repeats import Stage
from designspace.regimes import DIGITS
from workers.training import data, networks, train

torch.set_num_threads(1)  # before any operation: a pool of threads doesn't survive a fork

# The fork server is in its worker's process group, has to see the children out, and ends when
# the worker does. Blocked, not ignored: a child that is asked to end while it starts keeps the
# signal until it listens (`workers.supervision.processes`).
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

TINY = Network(
    stem=Stem(width=8, stride=1),
    stages=(Stage(depth=1, width=8, group_width=4),),
    se_ratio=0.25,
)


def take_a_step() -> None:
    """Everything of a training step but its backward pass."""
    digits = data.digits()
    model = networks.build(TINY, channels=1, classes=10)
    train.top1_error(model, digits, len(digits.test), DIGITS)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimiser.step()


take_a_step()
gc.enable()
gc.collect()
gc.freeze()  # pages that the collector never marks stay shared with the children
