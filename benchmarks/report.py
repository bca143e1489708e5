"""One JSON object a line: what a benchmark measured."""

from __future__ import annotations

import json
import platform

from services.exchange import provenance


def report(name: str, value: float, unit: str, **conditions: object) -> None:
    """Print a measurement, with whatever it depends on."""
    rounded = float(f"{value:.4g}")
    print(json.dumps({"name": name, "value": rounded, "unit": unit, **conditions}), flush=True)


def processor() -> str:
    """The processor's name, for figures that are compared between machines."""
    return provenance.processor() or platform.processor()
