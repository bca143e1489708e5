"""A training's state as the bytes of a checkpoint: weights, running statistics, momenta.

A line of JSON says what follows: the tensors' numbers, one after the other. (torch.save makes
an archive with a file for each of 130 tensors, in ten times the time, and an epoch of a small
network is short.)
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workers.disk.checkpoints import Checkpoint

log = logging.getLogger(__name__)

FORMAT = 1
"""Another one where what is kept, or its order, changes."""


def save(
    checkpoint: Checkpoint,
    model: nn.Module,
    optimiser: torch.optim.SGD,
    numbers: Mapping[str, float],
    conditions: Mapping[str, str],
) -> None:
    """Keep all that the next epoch needs."""
    tensors = tensors_of(model, optimiser)
    header = header_of(checkpoint, tensors, conditions) | {"numbers": dict(numbers)}
    content = [json.dumps(header).encode(), b"\n"]
    content += [tensor.cpu().numpy().tobytes() for tensor in tensors.values()]
    checkpoint.save(b"".join(content))


def resume(
    checkpoint: Checkpoint,
    model: nn.Module,
    optimiser: torch.optim.SGD,
    conditions: Mapping[str, str],
) -> dict[str, Any] | None:
    """Put an untrained model and its optimiser where a former attempt left them.

    Returns:
        The numbers that were saved; None where there is nothing to go on with. A result has
        one device and one version of torch, so epochs of another are not mixed in.
    """
    content = checkpoint.load()
    if content is None:
        return None
    # An untrained optimiser has no momenta yet: these are the room for those that were saved.
    momenta = {parameter: torch.empty_like(parameter) for parameter in momentous(optimiser)}
    tensors = tensors_of(model, optimiser, momenta)
    first_line, _, packed = content.partition(b"\n")
    try:
        found = json.loads(first_line)
        numbers: dict[str, Any] = found.pop("numbers")
        # Through JSON, as what was read was: tuples are lists there.
        fits = found == json.loads(json.dumps(header_of(checkpoint, tensors, conditions)))
    except (ValueError, AttributeError, KeyError, TypeError):
        log.warning("%s ignored: no checkpoint", checkpoint.file.name)
        return None
    if not fits or len(packed) != sum(tensor.nbytes for tensor in tensors.values()):
        log.warning("%s ignored: of another run or device", checkpoint.file.name)
        return None
    fill(tensors, packed)
    for parameter, momentum in momenta.items():
        optimiser.state[parameter]["momentum_buffer"] = momentum
    return numbers


def tensors_of(
    model: nn.Module,
    optimiser: torch.optim.SGD,
    momenta: Mapping[nn.Parameter, Tensor] | None = None,
) -> dict[str, Tensor]:
    """All that training changes, by name; `momenta` in place of the optimiser's own."""
    if momenta is None:
        momenta = {
            parameter: optimiser.state[parameter]["momentum_buffer"]
            for parameter in momentous(optimiser)
        }
    names = {parameter: name for name, parameter in model.named_parameters()}
    return dict(model.state_dict()) | {
        f"momentum of {names[parameter]}": momentum for parameter, momentum in momenta.items()
    }


def momentous(optimiser: torch.optim.SGD) -> list[nn.Parameter]:
    """The parameters that have a momentum, from the first step on."""
    return [
        parameter
        for group in optimiser.param_groups
        if group["momentum"]
        for parameter in group["params"]
    ]


def header_of(
    checkpoint: Checkpoint, tensors: Mapping[str, Tensor], conditions: Mapping[str, str]
) -> dict[str, Any]:
    """What a checkpoint and whoever goes on with it agree on."""
    return {
        "format": FORMAT,
        "run": checkpoint.run,
        "conditions": dict(conditions),
        "tensors": [
            [name, str(tensor.dtype), list(tensor.shape)] for name, tensor in tensors.items()
        ],
    }


@torch.no_grad()
def fill(tensors: Mapping[str, Tensor], packed: bytes) -> None:
    """Give the tensors the numbers that `packed` has for them, in order; layouts stay."""
    start = 0
    for tensor in tensors.values():
        numbers = np.frombuffer(packed, np.uint8, tensor.nbytes, start).copy()
        tensor.copy_(torch.from_numpy(numbers).view(tensor.dtype).view(tensor.shape))
        start += tensor.nbytes
