"""Benchmarks: how long a network takes and how much memory, alone on its device.

Nothing here reads a data set: images are random, of the regime's size. Each time is the median
of many runs with its quartiles, after a warm-up, and each run is waited for by the host.

Peak memory is that of one training step at the regime's batch size: weights, gradients,
optimiser, activations and the batch. On CUDA it is what torch's allocator held at most. On a
CPU it is how far the resident memory of the process rose over what it was before the network
was built, after a first network of the same kind came and went: so it counts neither python,
torch and its code, nor what the libraries set up once, and it is as coarse as the system's
counting (some 100 kB).
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from designspace.networks.network import Network
from designspace.regimes import Regime
from jobs.messages import Finished
from services.exchange.provenance import processor
from workers.training.optimiser import optimiser_of
from workers.training.train import built, conditions, train_step

BATCH = 64
"""Images in the second latency, `latency_64`; the first is of one image."""

WARM_UP_SECONDS = 0.1
MEASURING_SECONDS = 0.5
RUNS = (5, 200)
"""At least and at most, of each quantity; between them, as many as its seconds allow."""

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def benchmark(network: Network, regime: Regime, seed: int) -> Finished:
    """Measure a network: forward latencies, a training step, and the step's peak memory.

    Returns:
        latency, latency_64 and train_step in seconds, with _q1 and _q3; peak_memory in bytes.

    Raises:
        Impossible: torch refuses the network.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    quantities = {
        **latency(network, regime, 1, device, "latency"),
        **latency(network, regime, BATCH, device, f"latency_{BATCH}"),
        **step_time(network, regime, device),
        "peak_memory": float(peak_memory(network, regime, device)),
    }
    about = {
        "batch": f"1, {BATCH}; steps {regime.batch_size}",
        "resolution": str(regime.resolution),
        "processor": processor() or "unknown",  # latencies of two are not compared
        "python": sys.version.split()[0],
    }
    return Finished(quantities=quantities, conditions=conditions(device) | about)


def latency(
    network: Network, regime: Regime, batch: int, device: torch.device, name: str
) -> dict[str, float]:
    """Seconds of a forward pass, as it is used: without gradients, norms fixed."""
    model = built(network, regime).to(device).eval()
    images, _ = random_batch(regime, batch, device)
    with torch.inference_mode():
        return quartiles(name, seconds_of(lambda: model(images), device))


def step_time(network: Network, regime: Regime, device: torch.device) -> dict[str, float]:
    """Seconds of a training step at the regime's batch size."""
    return quartiles("train_step", seconds_of(steps(network, regime, device), device))


def peak_memory(network: Network, regime: Regime, device: torch.device) -> int:
    """Bytes that training takes at most, as the module's docstring says."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        take_two(steps(network, regime, device))
        torch.cuda.synchronize(device)
        return torch.cuda.max_memory_allocated(device) - before
    take_two(steps(network, regime, device))
    give_back_freed_memory()
    before = reset_peak()
    take_two(steps(network, regime, device))
    return max(0, peak() - before)


def steps(network: Network, regime: Regime, device: torch.device) -> Callable[[], Tensor]:
    """Training steps of a new network, always on the same batch."""
    model = built(network, regime).to(device)
    optimiser = optimiser_of(model, regime)
    images, labels = random_batch(regime, regime.batch_size, device)
    return lambda: train_step(model, optimiser, images, labels)


def take_two(step: Callable[[], Tensor]) -> None:
    """From the second on there are momenta."""
    step()
    step()


def random_batch(regime: Regime, n: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Normalised images, channels_last as in training, and labels."""
    side = regime.resolution
    images = torch.randn(n, side, side, regime.channels, device=device).permute(0, 3, 1, 2)
    return images, torch.randint(regime.classes, (n,), device=device)


def seconds_of(run: Callable[[], Tensor], device: torch.device) -> list[float]:
    """Seconds that each of several runs takes, after a warm-up."""
    least, most = RUNS
    timed(run, device, WARM_UP_SECONDS, least, most)
    return timed(run, device, MEASURING_SECONDS, least, most)


def timed(
    run: Callable[[], Tensor], device: torch.device, seconds: float, least: int, most: int
) -> list[float]:
    """Seconds of each of `least` to `most` runs, `seconds` in all where that is enough."""
    times: list[float] = []
    synchronise(device)
    while len(times) < least or (sum(times) < seconds and len(times) < most):
        began = time.perf_counter()
        run()
        synchronise(device)
        times.append(time.perf_counter() - began)
    return times


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def quartiles(name: str, times: list[float]) -> dict[str, float]:
    """The median as `name`, and the quartiles beside it."""
    q1, median, q3 = np.quantile(times, (0.25, 0.5, 0.75))
    return {name: float(median), f"{name}_q1": float(q1), f"{name}_q3": float(q3)}


def give_back_freed_memory() -> None:
    """Let the system have what was freed, so that it counts when it is taken again."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
        if trim is not None:
            trim(0)


def reset_peak() -> int:
    """Let the peak of resident memory start anew where the system can; bytes resident now."""
    with contextlib.suppress(OSError):
        RESET.write_text("5")  # proc(5): the peak becomes the current size
    return peak()


def peak() -> int:
    """The peak of resident memory, bytes."""
    try:
        lines = STATUS.read_text().splitlines()
        (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return 1024 * int(kilobytes)
    except (OSError, ValueError):
        found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return found if sys.platform == "darwin" else 1024 * found
