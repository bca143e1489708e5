"""A training's state as the bytes of a checkpoint: weights, optimiser, numbers so far."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from workers.checkpoints import Checkpoint

log = logging.getLogger(__name__)

State = dict[str, Any]


def save(
    checkpoint: Checkpoint,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    numbers: Mapping[str, float],
    conditions: Mapping[str, str],
) -> None:
    """Keep what the next epoch needs."""
    packed = io.BytesIO()
    state = {
        "run": checkpoint.run,
        "conditions": dict(conditions),
        "numbers": dict(numbers),
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
    }
    torch.save(state, packed)
    checkpoint.save(packed.getvalue())


def load(checkpoint: Checkpoint, conditions: Mapping[str, str]) -> State | None:
    """What was kept of this run; None where there is nothing that may be gone on with.

    A result has one device and one version of torch: epochs of another are not mixed in.
    """
    packed = checkpoint.load()
    if packed is None:
        return None
    try:
        # On the CPU at first: `restore` copies to wherever the model is.
        state: State = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)
        found = state["run"], state["conditions"]
    except Exception as error:  # torch raises all sorts
        log.warning("checkpoint %s ignored: %s", checkpoint.file.name, error)
        return None
    if found != (checkpoint.run, conditions):
        log.warning("checkpoint %s ignored: of another run or device", checkpoint.file.name)
        return None
    return state


def restore(
    state: State, model: nn.Module, optimiser: torch.optim.Optimizer
) -> dict[str, Any]:
    """Put model and optimiser where they stood; the numbers so far."""
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    numbers: dict[str, Any] = state["numbers"]
    return numbers
