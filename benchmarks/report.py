"""One JSON object a line: what a benchmark measured."""

from __future__ import annotations

import json
import platform
from pathlib import Path


def report(name: str, value: float, unit: str, **conditions: object) -> None:
    """Print a measurement, with whatever it depends on."""
    rounded = float(f"{value:.4g}")
    print(json.dumps({"name": name, "value": rounded, "unit": unit, **conditions}), flush=True)


def processor() -> str:
    """The processor's name, for figures that are compared between machines."""
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    )
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
