"""Images a second of our training loop, and of a plain DataLoader loop on the same networks.

Both train an epoch in turns, in this process, on one thread; CPU seconds, so that other work on
the machine counts less. The images are random, of the form of fashion-14.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.parts.plain import epoch, loader_of, model_of, sgd
from benchmarks.report import processor, report
from columns import constraints
from designspace.networks.network import Network
from designspace.regimes import FASHION_14, Regime
from designspace.sampling import sample
from designspace.spaces.presets import PRESETS
from workers.training.augmenting.batches import pad
from workers.training.data import DataSet, Images, data_set
from workers.training.optimiser import optimiser_of
from workers.training.train import Standing, built, train_epoch

SPACES = ("RegNetX small", "AnyNetX_A small")
NETWORKS = 4
"""Of each space."""
TIMES = 3
WINDOW = {"flops": constraints.parse("300k..600k")}


def compare(regime: Regime = FASHION_14) -> None:
    """Report both loops' images a second, and the median of their ratios."""
    torch.set_num_threads(1)
    data = random_images(regime)
    measured = [rates(network, regime, data) for network in networks(regime)]
    ours, plain = np.median(measured, axis=0)
    ratios = sorted(mine / other for mine, other in measured)
    about = {
        "regime": "fashion-14",
        "networks": len(measured),
        "threads": 1,
        "cpu": processor(),
    }
    report("images a second, our loop", ours, "1/s", **about)
    report("images a second, DataLoader loop", plain, "1/s", **about)
    report(
        "our loop over a DataLoader loop",
        statistics.median(ratios),
        "x",
        lowest=round(ratios[0], 2),
        highest=round(ratios[-1], 2),
        **about,
    )


def networks(regime: Regime) -> list[Network]:
    """The first of each space."""
    of_regime = {"resolution": regime.resolution, "channels": regime.channels}
    return [
        draw.network
        for name in SPACES
        for draw in sample(
            PRESETS[name],
            NETWORKS,
            np.random.default_rng(0),
            WINDOW,
            classes=regime.classes,
            **of_regime,
        ).draws
    ]


def random_images(regime: Regime, n: int = 4000) -> DataSet:
    """Images of the regime's form."""
    rng = np.random.default_rng(0)
    shape = (n, regime.resolution, regime.resolution, regime.channels)
    pixels = torch.from_numpy(rng.integers(0, 256, shape, dtype=np.uint8))
    images = Images(pixels, torch.from_numpy(rng.integers(0, regime.classes, n)))
    return data_set("random", images, images)


def rates(network: Network, regime: Regime, data: DataSet) -> tuple[float, float]:
    """Images a second of our loop and of the plain one, medians of several epochs."""
    one = Images(data.test.pixels[:1], data.test.labels[:1])  # an epoch ends with a test
    padded = replace(data, train=pad(data.train, regime.shift), test=one)
    model = built(network, regime)
    optimiser = optimiser_of(model, regime)
    other = model_of(network, regime)
    plain, loader = sgd(other, regime), loader_of(data, regime)
    loops: tuple[Callable[[], object], ...] = (
        lambda: train_epoch(model, optimiser, regime, 0, padded, Standing()),
        lambda: epoch(other, plain, regime, loader),
    )
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for loop, times in zip(loops, seconds, strict=True):
            began = time.process_time()
            loop()
            times.append(time.process_time() - began)
    shown = len(data.train) // regime.batch_size * regime.batch_size
    ours, others = (shown / statistics.median(times) for times in seconds)
    return ours, others
