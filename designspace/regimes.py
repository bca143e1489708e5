"""Training regimes: the data, the schedule and the optimiser under which networks are compared.

A regime gives a network its complexity (resolution, channels, classes) and its error: numbers
measured under two regimes are never mixed.

Source: arXiv 2003.13678, section 3.1 (the low-compute, low-epoch regime).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from designspace.values import Definition

DATA_NAME = r"[a-z0-9][a-z0-9_-]*"
"""What a data set may be called."""


class Regime(Definition):
    """SGD with Nesterov momentum and a cosine schedule stepped once per batch, down to zero.

    The reported error is the top-1 error of the test images after the last epoch: no epoch,
    and nothing else of one training, is selected by it.
    """

    data: str = Field(
        pattern=f"^{DATA_NAME}$",
        max_length=255,
        description="`digits` (ships with scikit-learn), the name of a packed data set, or "
        "NAME of DATA_DIR/datasets/NAME.npz",
    )
    resolution: int = Field(ge=4, le=1024, description="side of the image, pixels")
    channels: int = Field(ge=1, le=16)
    classes: int = Field(ge=2, le=100_000)
    epochs: int = Field(ge=1, le=10_000)
    batch_size: int = Field(128, ge=2, le=65_536)
    # A rate below this moves no weight of single precision; a decay above 1 leaves none.
    lr: float = Field(ge=1e-6, le=100, description="peak learning rate at this batch size")
    weight_decay: float = Field(5e-5, ge=0, le=1)
    momentum: float = Field(0.9, ge=0, lt=1)
    flip: bool = Field(False, description="mirror training images at random")
    shift: int = Field(
        0, ge=0, le=64, description="shift training images by up to this, pixels"
    )
    needs_gpu: bool = Field(
        False, description="hopeless without: only workers with a GPU take its jobs"
    )
    warmup_epochs: int = Field(
        0,
        ge=0,
        lt=10_000,
        description="in which the rate rises on a line from a tenth of the cosine",
    )
    crop_area: float = Field(
        1,
        ge=1e-4,
        le=1,
        description="least share of a larger stored image that a random resized crop shows; "
        "1: images are stored at the resolution, and not cropped",
    )
    exact_centre: bool = Field(
        False,
        exclude_if=lambda exact: not exact,
        description="tests cut every larger image to the resolution; where this is not said, "
        "as up to release 0.1, one that is larger by one pixel is shown whole",
    )
    lighting: float = Field(
        0, ge=0, le=1, description="standard deviation of PCA lighting, of colour images"
    )
    randaugment: int = Field(0, ge=0, le=8, description="operations of RandAugment an image")
    magnitude: float = Field(0.3, ge=0, le=1, description="of RandAugment, of its highest")
    label_smoothing: float = Field(
        0, ge=0, lt=1, description="share of a target that all classes share"
    )
    mixup: float = Field(
        0,
        ge=0,
        le=10,
        description="alpha of the Beta law that two images are mixed by; 0: none",
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.warmup_epochs >= self.epochs:
            raise ValueError(
                f"warmup_epochs {self.warmup_epochs} should be below epochs {self.epochs}"
            )
        if self.shift and self.crop_area < 1:
            raise ValueError(
                f"shift {self.shift} and crop_area {self.crop_area:g} both move images: "
                "shift should be 0, or crop_area 1"
            )
        if self.exact_centre and self.crop_area == 1:
            raise ValueError("exact_centre is of larger images: crop_area should be below 1")
        if self.lighting and self.channels != 3:
            raise ValueError(f"lighting is of 3 channels, not {self.channels}")
        return self

    @classmethod
    def asked(cls, given: Any) -> Any:
        """A definition as it is asked for today: tests of cropped images are exact.

        One that is stored, or comes in an archive, means what it meant when it was measured.
        """
        if isinstance(given, Mapping) and "exact_centre" not in given:
            area = given.get("crop_area", 1)
            if isinstance(area, int | float) and area < 1:
                return {**given, "exact_centre": True}
        return given

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

FASHION_14_DEEP = FASHION_14.model_copy(update={"epochs": 8, "lr": 0.1, "warmup_epochs": 1})
"""The same images for networks of 12 to 28 blocks: at the rate of `fashion-14` they train to
anything from 25 to 87 %, at this one to 22 - 31 % (five networks, tried before the study)."""

FASHION = FASHION_14.model_copy(
    update={"data": "fashion-mnist", "resolution": 28, "epochs": 20, "lr": 0.1, "shift": 2}
)
"""Fashion-MNIST as published: 60,000 images of 28x28 to train on."""

CIFAR10 = Regime(
    data="cifar10",
    resolution=32,
    channels=3,
    classes=10,
    epochs=200,
    batch_size=128,
    lr=0.1,
    weight_decay=5e-4,
    flip=True,
    shift=4,
)
"""As residual networks are trained on CIFAR. Source: arXiv 1512.03385, section 4.2; there
weight decay is 1e-4 and the rate falls in steps."""

COMPARISON = Regime(
    data="imagenet",
    resolution=224,
    channels=3,
    classes=1000,
    epochs=10,
    batch_size=128,
    lr=0.05,
    flip=True,
    crop_area=0.08,
    exact_centre=True,
    lighting=0.1,
    needs_gpu=True,
)
"""How design spaces are compared. Source: arXiv 2003.13678, section 3.1. Its authors step the
cosine once an epoch, we once a batch; crops and lighting are those of their code."""

TRENDS = COMPARISON.model_copy(update={"epochs": 25, "lr": 0.1})
"""Networks across flops. Source: arXiv 2003.13678, section 4."""

FINAL = COMPARISON.model_copy(update={"epochs": 100, "lr": 0.1, "warmup_epochs": 5})
"""Networks that are published. Source: arXiv 2003.13678, section 5 and appendix."""

PRESETS: dict[str, Regime] = {
    "digits": DIGITS,
    "fashion-14": FASHION_14,
    "fashion-14-deep": FASHION_14_DEEP,
    "fashion-14-x4": FASHION_14.model_copy(update={"epochs": 20}),
    "fashion": FASHION,
    "cifar10-quick": CIFAR10.model_copy(update={"epochs": 10}),
    "cifar10": CIFAR10,
    "cifar100": CIFAR10.model_copy(update={"data": "cifar100", "classes": 100}),
    "imagenet-comparison": COMPARISON,
    "imagenet-trends": TRENDS,
    "imagenet-final": FINAL,
}
