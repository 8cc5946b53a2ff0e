"""What a picture is known by: its bytes, a hash of its looks, and a small grey copy of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from platelens import imaging
from platelens.errors import ImageError
from platelens.types import RgbImage

GREY_HW: Final = (36, 64)
"""Height and width of the grey copy; any picture is stretched to it."""

_HASH_SIDE: Final = 16
"""The hash has 16 x 16 bits: 8 x 8 cannot tell the plates of one state apart."""

HASH_BITS: Final = _HASH_SIDE**2

_DCT_FACTOR: Final = 4
"""imagehash looks at the picture in 4 x 16 pixels a side."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a picture that could be read is known by."""

    sha256: str  # of the file; of the pixels where the picture has no file of its own
    size_hw: tuple[int, int]  # as displayed
    bits: NDArray[np.bool_]  # (HASH_BITS,), a perceptual hash by the discrete cosine transform
    grey: NDArray[np.uint8]  # GREY_HW


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that could not be read."""

    reason: str  # one line, without the file's name


def take_fingerprints(
    images: Sequence[Path], pictures: Mapping[Path, RgbImage], on_picture: Callable[[], None]
) -> list[Fingerprint | Unreadable]:
    """Give the fingerprint of every picture, in their order.

    Args:
        images: files, or keys of `pictures`.
        pictures: those without a file, see `Loaded.pictures`.
        on_picture: called after each.
    """
    found = []
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    try:
        for each in pool.map(partial(_fingerprint_of, pictures=pictures), images):
            found.append(each)
            on_picture()
    finally:
        pool.shutdown(cancel_futures=True)  # or Ctrl-C would wait for all the others
    return found


def fingerprint(image: RgbImage, sha256: str) -> Fingerprint:
    """Give the fingerprint of a picture whose bytes have that SHA-256."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    side = _HASH_SIDE * _DCT_FACTOR
    square = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    hashed = imagehash.phash(Image.fromarray(square), _HASH_SIDE, _DCT_FACTOR)
    small = cv2.resize(grey, GREY_HW[::-1], interpolation=cv2.INTER_AREA)
    return Fingerprint(
        sha256=sha256,
        size_hw=image.shape[:2],
        bits=np.asarray(hashed.hash, dtype=np.bool_).ravel(),
        grey=np.asarray(small, dtype=np.uint8),
    )


def _fingerprint_of(path: Path, pictures: Mapping[Path, RgbImage]) -> Fingerprint | Unreadable:
    image = pictures.get(path)
    if image is not None:
        return fingerprint(image, hashlib.sha256(image.tobytes()).hexdigest())
    try:
        data = path.read_bytes()
        return fingerprint(imaging.decode(data, name=path.name), hashlib.sha256(data).hexdigest())
    except OSError as error:
        return Unreadable(error.strerror or str(error))
    except ImageError as error:
        return Unreadable(str(error).removeprefix(f"{path.name}: "))
