"""Training: one network under one regime, from a seed to its error.

Everything that is read lies on the device, and nothing is asked of the device before the end
of an epoch: a loop that synchronises at each step leaves an accelerator idle. On a CPU one
thread computes: more of them pay only for larger networks, and a result is the same to the
last bit only where the number of threads is.

A checkpoint after each epoch lets the next attempt go on there. An epoch is drawn from the seed
and its number, and no layer draws anything, so weights, optimiser and the seconds so far are
all of a training's state.

Source: arXiv 2003.13678, section 3.1; here the cosine is stepped once a batch.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from designspace.networks.network import Network
from designspace.regimes import Regime
from jobs.messages import Epoch, Finished
from workers.disk.checkpoints import Checkpoint
from workers.training import states
from workers.training.augmenting import augment
from workers.training.augmenting.batches import batches, pad, steps_per_epoch
from workers.training.data import DataSet, check_fit
from workers.training.failures import Impossible, is_out_of_memory
from workers.training.networks import build
from workers.training.optimiser import optimiser_of, rate

DTYPE = torch.float32

TEST_BATCHES = 8
"""Batches that are tested at once: without gradients they need no more memory than one."""


@dataclass(frozen=True)
class Standing:
    """Where a training stands after an epoch."""

    epoch: int = 0  # the last one finished
    loss: float = math.nan  # mean of that epoch
    error: float = math.nan  # percent
    seconds: float = 0.0  # wall, of the epochs up to this one
    cpu_seconds: float = 0.0

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and math.isfinite(self.error)


def train(
    network: Network,
    regime: Regime,
    seed: int,
    data: DataSet,
    report: Callable[[Epoch], None],
    checkpoint: Checkpoint | None = None,
) -> Finished:
    """Train `network` and test it after every epoch.

    Args:
        seed: of the weights, and with the number of an epoch, of its order and its shifts.
        report: is told of each epoch as it ends.
        checkpoint: where an earlier attempt may have left its state. It is written before an
            epoch is reported, and not after the last one: then the result is there.

    Returns:
        error (percent, after the last epoch), loss (mean of the last epoch), seconds; of a
        network whose loss or logits are not finite any more, `diverged` and seconds. Seconds
        are those of the epochs that count, whichever attempt they were trained in, without
        those of writing checkpoints.

    Raises:
        DataError: the data set doesn't fit the regime.
        Impossible: torch refuses the network.
    """
    check_fit(data, regime)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = resident(data, regime, device)
    found = conditions(device) | ({"data": data.digest} if data.digest else {})
    torch.manual_seed(seed)
    model = built(network, regime).to(device)
    optimiser = optimiser_of(model, regime)
    standing = Standing()
    if checkpoint is not None:
        standing = Standing(**(states.resume(checkpoint, model, optimiser, found) or {}))
    while standing.epoch < regime.epochs:
        standing = train_epoch(model, optimiser, regime, seed, data, standing)
        if not standing.finite:
            report(as_epoch(standing))
            break
        if checkpoint is not None and standing.epoch < regime.epochs:
            states.save(checkpoint, model, optimiser, asdict(standing), found)
        report(as_epoch(standing))
    judged = (
        {"error": standing.error, "loss": standing.loss}
        if standing.finite
        else {"diverged": 1.0}
    )
    quantities = {
        "training_seconds": standing.seconds,
        "training_cpu_seconds": standing.cpu_seconds,
    }
    return Finished(quantities=judged | quantities, conditions=found)


def resident(data: DataSet, regime: Regime, device: torch.device) -> DataSet:
    """The data on the device, with room to shift into; what is too large stays as it is."""
    train = data.train if data.train.on_host else pad(data.train, regime.shift)
    return replace(data, train=train).to(device)


def train_epoch(
    model: nn.Module,
    optimiser: torch.optim.SGD,
    regime: Regime,
    seed: int,
    data: DataSet,
    before: Standing,
) -> Standing:
    """The epoch after `before`; `data` has room to shift into."""
    began, began_cpu = time.perf_counter(), time.process_time()
    epoch, steps = before.epoch + 1, steps_per_epoch(len(data.train), regime)
    total = torch.zeros((), device=data.train.labels.device)
    rng = augment.generator(seed, epoch)
    for step, (pixels, labels) in enumerate(batches(data.train, regime, seed, epoch)):
        optimiser.param_groups[0]["lr"] = rate(regime, before.epoch + step / steps)
        images, targets = augment.augmented(data, pixels, labels, regime, rng)
        # Added on the device: a number of it (`item`) would have the host wait for every step.
        total += train_step(model, optimiser, images, targets)
    # Here the host waits, once an epoch: for the error, which comes after all steps.
    error = top1_error(model, data, TEST_BATCHES * regime.batch_size, regime)
    loss = total.item() / steps
    return Standing(
        epoch,
        loss,
        error,
        before.seconds + time.perf_counter() - began,
        before.cpu_seconds + time.process_time() - began_cpu,
    )


def train_step(
    model: nn.Module, optimiser: torch.optim.SGD, images: Tensor, targets: Tensor
) -> Tensor:
    """One step of the optimiser; the mean loss of the batch before it.

    Targets are labels (n,), or shares of classes (n, classes).
    """
    loss = F.cross_entropy(model(images), targets)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()  # still on the device: the step itself may not be done


def as_epoch(standing: Standing) -> Epoch:
    """What is told of an epoch."""
    return Epoch(
        epoch=standing.epoch,
        loss=standing.loss if math.isfinite(standing.loss) else None,
        error=standing.error if standing.finite else None,
        seconds=standing.seconds,
    )


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
def top1_error(model: nn.Module, data: DataSet, batch_size: int, regime: Regime) -> float:
    """Top-1 error of the test images, percent; NaN where a logit is not finite.

    Of images larger than the regime's resolution the centre is shown.
    """
    wrong = torch.zeros((), device=data.test.labels.device)
    model.eval()
    for pixels, labels in zip(
        torch.split(data.test.pixels, batch_size),
        torch.split(data.test.labels, batch_size),
        strict=True,
    ):
        shown = augment.centre(pixels, regime.resolution, regime.exact_centre)
        logits = model(data.normalise(shown.to(labels.device)))
        wrong += count_wrong(logits, labels)  # on the device, like the loss
    model.train()
    return 100 * wrong.item() / len(data.test)


def count_wrong(logits: Tensor, labels: Tensor) -> Tensor:
    """How many of n logits, shape (n, classes), have their maximum beside the label.

    NaN where one is not finite: argmax alone would make a class of it.
    """
    wrong = (logits.argmax(1) != labels).sum()
    # `where` instead of `if`, which would ask the device whether it is so.
    return torch.where(logits.isfinite().all(), wrong, math.nan)


def conditions(device: torch.device) -> dict[str, str]:
    """What the numbers depend on besides the seed: equal conditions on a CPU, equal bits."""
    on_cpu = device.type == "cpu"
    return {
        "device": "cpu" if on_cpu else torch.cuda.get_device_name(device),
        "torch": str(torch.__version__),
        "threads": str(torch.get_num_threads()),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "dtype": str(DTYPE).removeprefix("torch."),
    }
