"""Training: one network under one regime, from a seed to its error.

Everything that is read lies on the device, and nothing is asked of the device before the end
of an epoch: a loop that synchronises at each step leaves an accelerator idle. On a CPU one
thread computes: more of them pay only for larger networks, and a result is the same to the
last bit only where the number of threads is.

Source: arXiv 2003.13678, section 3.1; here the cosine is stepped once a batch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from designspace.network import Network
from designspace.regimes import Regime
from jobs.messages import Epoch, Finished
from workers.batches import batches, pad, steps_per_epoch
from workers.data import DataSet, check_fit
from workers.failures import Impossible, is_out_of_memory
from workers.networks import build

DTYPE = torch.float32

TEST_BATCHES = 8
"""Batches that are tested at once: without gradients they need no more memory than one."""


def train(
    network: Network,
    regime: Regime,
    seed: int,
    data: DataSet,
    report: Callable[[Epoch], None],
) -> Finished:
    """Train `network` and test it after every epoch.

    Args:
        seed: of the weights, and with the number of an epoch, of its order and its shifts.
        report: is told of each epoch as it ends.

    Returns:
        error (percent, after the last epoch), loss (mean of the last epoch), seconds; of a
        network whose loss or logits are not finite any more, `diverged` and seconds.

    Raises:
        DataError: the data set doesn't fit the regime.
        Impossible: torch refuses the network.
    """
    check_fit(data, regime)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    model = built(network, regime).to(device)
    data = replace(data, train=pad(data.train, regime.shift)).to(device)
    optimiser = torch.optim.SGD(
        model.parameters(),
        regime.lr,
        momentum=regime.momentum,
        weight_decay=regime.weight_decay,
        nesterov=regime.momentum > 0,
        fused=True,
    )
    steps = steps_per_epoch(len(data.train), regime)
    began, began_cpu = time.perf_counter(), time.process_time()
    loss = error = math.nan
    for epoch in range(1, regime.epochs + 1):
        total = torch.zeros((), device=device)
        for step, (pixels, labels) in enumerate(batches(data.train, regime, seed, epoch)):
            done = (epoch - 1 + step / steps) / regime.epochs
            optimiser.param_groups[0]["lr"] = regime.lr * (1 + math.cos(math.pi * done)) / 2
            batch_loss = F.cross_entropy(model(data.normalise(pixels)), labels)
            optimiser.zero_grad()
            batch_loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            total += batch_loss.detach()
        error = top1_error(model, data, TEST_BATCHES * regime.batch_size)
        loss = total.item() / steps  # like the error: the host waits here, once an epoch
        finite = math.isfinite(loss) and math.isfinite(error)
        report(
            Epoch(
                epoch=epoch,
                loss=loss if math.isfinite(loss) else None,
                error=error if finite else None,
                seconds=time.perf_counter() - began,
            )
        )
        if not finite:
            break
    quantities = {
        "training_seconds": time.perf_counter() - began,
        "training_cpu_seconds": time.process_time() - began_cpu,
    }
    judged = {"error": error, "loss": loss} if finite else {"diverged": 1.0}
    return Finished(quantities=judged | quantities, conditions=conditions(device))


def built(network: Network, regime: Regime) -> nn.Module:
    """The network, shown to work on a blank image before anything is spent on it."""
    try:
        model = build(network, regime.channels, regime.classes).eval()
        with torch.inference_mode():
            model(torch.zeros(1, regime.channels, regime.resolution, regime.resolution))
    except (RuntimeError, ValueError) as refusal:
        if is_out_of_memory(refusal):
            raise
        raise Impossible(f"torch refuses the network: {refusal}") from refusal
    return model.train()


@torch.inference_mode()
def top1_error(model: nn.Module, data: DataSet, batch_size: int) -> float:
    """Top-1 error of the test images, percent; NaN where a logit is not finite."""
    wrong = torch.zeros((), device=data.test.labels.device)
    model.eval()
    for pixels, labels in zip(
        torch.split(data.test.pixels, batch_size),
        torch.split(data.test.labels, batch_size),
        strict=True,
    ):
        logits = model(data.normalise(pixels))
        wrong += count_wrong(logits, labels)
    model.train()
    return 100 * wrong.item() / len(data.test)


def count_wrong(logits: Tensor, labels: Tensor) -> Tensor:
    """How many of n logits, shape (n, classes), have their maximum beside the label.

    NaN where one is not finite: argmax alone would make a class of it.
    """
    wrong = (logits.argmax(1) != labels).sum()
    return torch.where(logits.isfinite().all(), wrong, math.nan)


def conditions(device: torch.device) -> dict[str, str]:
    """What the numbers depend on besides the seed: equal conditions on a CPU, equal bits."""
    on_cpu = device.type == "cpu"
    return {
        "device": "cpu" if on_cpu else torch.cuda.get_device_name(device),
        "torch": torch.__version__,
        "threads": str(torch.get_num_threads()),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "dtype": str(DTYPE).removeprefix("torch."),
    }
