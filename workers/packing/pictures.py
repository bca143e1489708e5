"""Image files of any kind as squares of RGB, eight bits a channel.

What Pillow reads is read, but for what it hands to other programs (EPS to Ghostscript) or has
no decoder for. An image stands as its EXIF data say; of several frames the first is taken, and
transparency is dropped. Grey values of more than eight bits are scaled by their range; where
that is not known, as for floating-point numbers, the image is not read.
"""

from __future__ import annotations

import contextlib
import functools
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from PIL.Image import Image as Picture

NOT_READ = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})
"""Formats that Pillow knows and has another program, or nothing, to read with."""

BITS_PER_SAMPLE, PHOTOMETRIC, WHITE_IS_ZERO = 258, 262, 0
"""Tags of TIFF, and one's value."""


@dataclass(frozen=True)
class Unreadable:
    why: str


@functools.cache
def formats() -> tuple[str, ...]:
    """Names of the formats that are read."""
    Image.init()
    return tuple(sorted({*Image.OPEN} - NOT_READ))


@functools.cache
def endings() -> frozenset[str]:
    """Endings of the files that are read, in small letters."""
    known = Image.registered_extensions()
    return frozenset(ending for ending, name in known.items() if name in formats())


def is_image(file: Path) -> bool:
    """Whether it is one by its ending; where that says nothing at all, by its first bytes."""
    if file.suffix.lower() in endings():
        return True
    if mimetypes.guess_type(file.name)[0] is not None:
        return False
    try:
        Image.open(file, formats=formats()).close()
    except Exception:  # a broken file may raise anything
        return False
    return True


def decoder(side: int) -> Callable[[Path], bytes | Unreadable]:
    """What makes the pixels, uint8 (side, side, 3), of an image file.

    The shorter side is scaled to `side`, then the middle is cut out.
    """

    def decode(file: Path) -> bytes | Unreadable:
        try:
            with Image.open(file, formats=formats()) as image:
                image.draft("RGB", (2 * side, 2 * side))  # JPEG: decoded smaller
                whole = upright(eight_bits(image))
                return ImageOps.fit(whole, (side, side), Image.Resampling.BILINEAR).tobytes()
        except Exception as error:  # a broken file may raise anything
            said = f"{type(error).__name__}: {error}"[:200]
            return Unreadable(said.encode(errors="backslashreplace").decode())

    return decode


def eight_bits(image: Picture) -> Picture:
    """As RGB.

    Raises:
        ValueError: grey values of which nobody says where white is.
    """
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return scaled(image).convert("RGB")
    if image.mode == "P" and "transparency" in image.info:
        return image.convert("RGBA").convert("RGB")
    return image.convert("RGB")


def scaled(image: Picture) -> Picture:
    """Deep grey as eight bits: white is 255, whatever number it was.

    Raises:
        ValueError: no range is known.
    """
    sixteen = image.mode.startswith("I;16") or (
        image.mode == "I" and image.format in ("PNG", "PPM")
    )
    if not sixteen:
        kind = "floating-point" if image.mode == "F" else "32-bit"
        raise ValueError(f"{kind} grey has no known range: save it with 8 or 16 bits")
    tags = getattr(image, "tag_v2", {})  # of TIFF
    white = 2 ** int(np.min(tags.get(BITS_PER_SAMPLE, 16))) - 1
    values = np.asarray(image).astype(np.int64)
    if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO:
        values = white - values
    found = Image.fromarray(((2 * 255 * values + white) // (2 * white)).astype(np.uint8))
    with contextlib.suppress(Exception):  # broken EXIF data are no broken image
        found.info["exif"] = image.getexif().tobytes()
    return found


def upright(image: Picture) -> Picture:
    """Turned as its EXIF data say."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF data are no broken image
        return image
