"""Networks of the small rivals, and how torch counts them."""

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from designspace.layers.complexity import complexity
from designspace.sampling import sample
from designspace.spaces.presets import PRESETS
from workers.training.networks import build

SIDE, CHANNELS, CLASSES = 14, 1, 10  # 14, 7, 4: sides that pools must not round down


def drawn(name, n, seed):
    """n networks of a space, or all that it has."""
    space, rng = PRESETS[name], np.random.default_rng(seed)
    found = sample(space, min(n, space.count()), rng, resolution=SIDE, channels=CHANNELS)
    return [draw.network for draw in found.draws]


def hooked(model, image):
    """Activations, and additions of biases, as hooks on its modules count them."""
    outputs, biases = [], []

    def note(module, _, output):
        outputs.append(output.numel())
        if getattr(module, "bias", None) is not None and not isinstance(module, nn.MaxPool2d):
            biases.append(output.numel())

    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear):
            module.register_forward_hook(note)
    with FlopCounterMode(display=False) as counter:
        model(image)
    return sum(outputs), counter.get_total_flops() // 2 + sum(biases)


def assert_counted_as_torch_counts(networks):
    image = torch.randn(1, CHANNELS, SIDE, SIDE)
    for network in networks:
        model = build(network, CHANNELS, CLASSES).eval()
        activations, flops = hooked(model, image)
        params = sum(p.numel() for p in model.parameters())
        count = complexity(network, SIDE, CHANNELS, CLASSES)
        assert (count.params, count.flops, count.activations) == (params, flops, activations)
