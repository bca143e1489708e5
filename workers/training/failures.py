"""Why a job failed, in the classes of `jobs.messages.Failure`, as its child process sees it."""

from __future__ import annotations

import traceback

import torch

from jobs.messages import Failed
from workers.training.data import DataError

DETAIL_LINES = 12
DETAIL_CHARACTERS = 2000
"""Of a traceback's end: what is worth a look in a table, and fits into a pipe at once."""


class Impossible(ValueError):
    """Torch can't build the network, or can't feed it the regime's images."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` means that there was too little memory, of the host or the device."""
    # On the host torch raises a bare RuntimeError that only its text tells apart.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError)
        and any(words in str(error) for words in ("DefaultCPUAllocator", "out of memory"))
    )


def is_of_device(error: BaseException) -> bool:
    """Whether the accelerator failed, and not what was asked of it."""
    # Versions of torch differ in the class; the words are those of CUDA and its libraries.
    said = ("CUDA error", "CUDNN_STATUS", "CUBLAS_STATUS", "cuDNN error")
    return isinstance(error, RuntimeError) and any(words in str(error) for words in said)


def failed(error: BaseException) -> Failed:
    """The failure that an exception is: a sentence where it is expected, else its traceback."""
    if is_out_of_memory(error):
        return Failed(failure="out_of_memory", detail=last_lines(error))
    if isinstance(error, DataError):
        return Failed(failure="data", detail=str(error))
    if isinstance(error, Impossible):
        return Failed(failure="impossible", detail=str(error))
    if is_of_device(error):
        return Failed(failure="device", detail=last_lines(error))
    return Failed(failure="error", detail=last_lines(error))


def last_lines(error: BaseException) -> str:
    """The end of the traceback."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return "\n".join(lines[-DETAIL_LINES:])[-DETAIL_CHARACTERS:]
