"""A sweep of pycls: an object for each network, with its configuration and its epochs.

`tools/sweep_collect.py` writes a list of what each log says: `cfg`, `complexity`, and for each
epoch lists in `train_epoch`, `test_epoch` and `test_ema_epoch`. A row of it is the least error
over the epochs, as `pycls/sweep/analysis.py` takes it, and the settings.

Source: github.com/facebookresearch/pycls, pycls/core/logging.py, pycls/sweep/analysis.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

CONFIGURATION = "cfg"
SECTIONS = ("MODEL", "ANYNET", "REGNET", "RESNET", "EN")
SETTINGS = {
    "epochs": ("OPTIM", "MAX_EPOCH"),
    "lr": ("OPTIM", "BASE_LR"),
    "wd": ("OPTIM", "WEIGHT_DECAY"),
    "batch_size": ("TRAIN", "BATCH_SIZE"),
    "resolution": ("TRAIN", "IM_SIZE"),
    "dataset": ("TRAIN", "DATASET"),
    "num_classes": ("MODEL", "NUM_CLASSES"),
    "seed": ("RNG_SEED", ""),
}
LINE = {
    "depth": "DEPTH",
    "w0": "W0",
    "wa": "WA",
    "wm": "WM",
    "group_width": "GROUP_W",
    "bot_mul": "BOT_MUL",
}
"""Of REGNET, where it is the model's type."""


def is_sweep(record: Any) -> bool:
    """Whether an object is that of a network of a sweep."""
    return (
        isinstance(record, dict)
        and isinstance(record.get("cfg"), dict)
        and bool({"log_file", "test_epoch", "train_epoch", "complexity"} & set(record))
    )


def row(record: Mapping[str, Any]) -> dict[str, Any]:
    """What a sweep says of one network."""
    said = record.get("cfg")
    settings: Mapping[str, Any] = said if isinstance(said, dict) else {}
    counted = record.get("complexity")
    tested, averaged = _errors(record, "test_epoch"), _errors(record, "test_ema_epoch")
    found = {
        "name": _name(record.get("log_file")),
        "error": tested if averaged is None else averaged,
        "error_without_ema": None if averaged is None else tested,
        "top5_error": _over(record, "test_epoch", "min_top5_err", min),
        **(counted if isinstance(counted, dict) else {}),
        "train_loss": _over(record, "train_epoch", "loss", lambda values: values[-1]),
        "peak_memory_mib": _over(record, "train_epoch", "mem", max),
        "training_seconds": _over(record, "train_epoch", "time_epoch", sum),
        **{name: _setting(settings, *path) for name, path in SETTINGS.items()},
        **_line(settings),
        CONFIGURATION: _configuration(settings),
    }
    return {name: value for name, value in found.items() if not isinstance(value, dict | list)}


def _name(log_file: Any) -> str | None:
    """The folder that a network's log is in."""
    return PurePosixPath(log_file[:4000]).parent.name if isinstance(log_file, str) else None


def _errors(record: Mapping[str, Any], of: str) -> float | None:
    least = _over(record, of, "min_top1_err", min)
    return _over(record, of, "top1_err", min) if least is None else least


def _over(
    record: Mapping[str, Any], of: str, name: str, taken: Callable[[list[float]], float]
) -> float | None:
    """One number of all epochs."""
    epochs = record.get(of)
    values = epochs.get(name) if isinstance(epochs, dict) else None
    if not isinstance(values, list):
        values = [values]
    numbers = [value for value in values if type(value) in (int, float)]
    return taken(numbers) if numbers else None


def _setting(settings: Mapping[str, Any], section: str, name: str) -> Any:
    found = settings.get(section)
    return found.get(name) if isinstance(found, dict) else None if name else found


def _line(settings: Mapping[str, Any]) -> dict[str, Any]:
    if _setting(settings, "MODEL", "TYPE") != "regnet":
        return {}
    return {name: _setting(settings, "REGNET", field) for name, field in LINE.items()}


def _configuration(settings: Mapping[str, Any]) -> str | None:
    """The sections that make the network, as JSON, which is YAML."""
    said = {name: settings[name] for name in SECTIONS if settings.get(name)}
    images = settings.get("TRAIN")
    if isinstance(images, dict):
        kept = ("DATASET", "IM_SIZE")
        said["TRAIN"] = {name: images[name] for name in kept if name in images}
    return json.dumps(said) if said else None
