"""Training regimes: the data, the schedule and the optimiser under which networks are compared.

A regime gives a network its complexity (resolution, channels, classes) and its error: numbers
measured under two regimes are never mixed.

Source: arXiv 2003.13678, section 3.1 (the low-compute, low-epoch regime).
"""

from __future__ import annotations

from pydantic import Field

from designspace.network import Frozen


class Regime(Frozen):
    """SGD with Nesterov momentum and a cosine schedule stepped once per batch, down to zero.

    The reported error is the top-1 error of the test images after the last epoch.
    """

    data: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        description="`digits` (ships with scikit-learn), or NAME of DATA_DIR/datasets/NAME.npz",
    )
    resolution: int = Field(ge=4, le=1024, description="side of the image, pixels")
    channels: int = Field(ge=1, le=16)
    classes: int = Field(ge=2, le=100_000)
    epochs: int = Field(ge=1, le=10_000)
    batch_size: int = Field(128, ge=2, le=65_536)
    lr: float = Field(gt=0, le=100, description="peak learning rate at this batch size")
    weight_decay: float = Field(5e-5, ge=0)
    momentum: float = Field(0.9, ge=0, lt=1)
    flip: bool = Field(False, description="mirror training images at random")
    shift: int = Field(
        0, ge=0, le=64, description="shift training images by up to this, pixels"
    )
    needs_gpu: bool = Field(
        False, description="hopeless without: only workers with a GPU take its jobs"
    )

    @property
    def chance(self) -> float:
        """Top-1 error of guessing, percent."""
        return 100 * (1 - 1 / self.classes)


DIGITS = Regime(
    data="digits",
    resolution=8,
    channels=1,
    classes=10,
    epochs=10,
    batch_size=64,
    lr=0.1,
    shift=1,
)
"""Small and real: scikit-learn's 8x8 digits, 1,200 images to train on and 597 to test on."""

PRESETS: dict[str, Regime] = {"digits": DIGITS}
