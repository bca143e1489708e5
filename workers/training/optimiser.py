"""The optimiser that a regime asks for, and the learning rate at each of its steps."""

from __future__ import annotations

import math

import torch
from torch import nn

from designspace.regimes import Regime


def optimiser_of(model: nn.Module, regime: Regime) -> torch.optim.SGD:
    """SGD at the regime's peak learning rate."""
    return torch.optim.SGD(
        model.parameters(),
        regime.lr,
        momentum=regime.momentum,
        weight_decay=regime.weight_decay,
        nesterov=regime.momentum > 0,
        fused=True,
    )


def rate(regime: Regime, epochs: float) -> float:
    """The learning rate after so many epochs: half a cosine, from the peak down to zero.

    While it warms up, times a factor that rises from 0.1 to 1 on a line.
    Source: the code of the authors of arXiv 2003.13678 (pycls, `optimizer.py`).
    """
    cosine = regime.lr * (1 + math.cos(math.pi * epochs / regime.epochs)) / 2
    if epochs >= regime.warmup_epochs:
        return cosine
    return cosine * (0.1 + 0.9 * epochs / regime.warmup_epochs)
