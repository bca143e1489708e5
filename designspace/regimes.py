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

    The reported error is the top-1 error of the test images after the last epoch: no epoch,
    and nothing else of one training, is selected by it.
    """

    data: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        description="`digits` (ships with scikit-learn), the name of a packed data set, or "
        "NAME of DATA_DIR/datasets/NAME.npz",
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

FASHION_14 = Regime(
    data="fashion-14",
    resolution=14,
    channels=1,
    classes=10,
    epochs=5,
    batch_size=128,
    lr=0.2,
    flip=True,
    shift=1,
)
"""Fashion-MNIST, mean-pooled to 14x14: 4,000 images to train on, all 10,000 test images."""

PRESETS: dict[str, Regime] = {
    "digits": DIGITS,
    "fashion-14": FASHION_14,
    "fashion-14-x4": FASHION_14.model_copy(update={"epochs": 20}),
}
