"""Several plates in one picture: beside each other, or over those that were there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from platelens.datasets.synth.paint import between, pick
from platelens.datasets.synth.paste import paste_plate, random_quad
from platelens.datasets.synth.plate import FlatPlate
from platelens.types import FloatArray, RgbImage

_TRIES: Final = 12


@dataclass(frozen=True, slots=True)
class PlacedPlate:
    """A plate in a picture."""

    plate: FlatPlate
    corners: FloatArray  # (4, 2) pixels of the picture, clockwise from top-left


def place_plate(
    rng: np.random.Generator,
    picture: RgbImage,
    plate: FlatPlate,
    height_px: float,
    taken: Sequence[FloatArray],
) -> tuple[RgbImage, PlacedPlate] | None:
    """Put a plate anywhere into a picture, whole and beside those at `taken`.

    Returns:
        The new picture and where the plate is; None where no room for it was found.
    """
    height, width = picture.shape[:2]
    aspect = plate.pixels.shape[1] / plate.pixels.shape[0]
    for _ in range(_TRIES):
        centre = np.array([between(rng, 0, width), between(rng, 0, height)], np.float32)
        bend = pick(rng, (0.3, 1.0, 1.6))
        corners = random_quad(rng, centre, (height_px * aspect, height_px), bend)
        inside = (corners >= 0).all() and (corners <= (width, height)).all()
        if inside and all(apart(corners, other) for other in taken):
            return paste_plate(rng, picture, plate.pixels, corners), PlacedPlate(plate, corners)
    return None


def cover_plate(
    rng: np.random.Generator, picture: RgbImage, plate: FlatPlate, old: FloatArray
) -> tuple[RgbImage, PlacedPlate]:
    """Put a plate over the one at the (4, 2) corners `old`, large enough to hide all of it."""
    aspect = plate.pixels.shape[1] / plate.pixels.shape[0]
    span = old.max(axis=0) - old.min(axis=0)
    centre = old.mean(axis=0)
    width = max(float(span[0]), float(span[1]) * aspect)
    shape = random_quad(rng, np.zeros(2, np.float32), (width, width / aspect), 0.8)
    for grow in np.geomspace(1.05, 8, 60):
        corners = np.asarray(shape * grow + centre, dtype=np.float32)
        if _hides(corners, old):
            break
    return paste_plate(rng, picture, plate.pixels, corners), PlacedPlate(plate, corners)


def apart(one: FloatArray, other: FloatArray) -> bool:
    """Tell whether the boxes around two plates' (4, 2) corners do not overlap."""
    before = one.max(axis=0) <= other.min(axis=0)
    after = one.min(axis=0) >= other.max(axis=0)
    return bool((before | after).any())


def _hides(corners: FloatArray, old: FloatArray) -> bool:
    points = [(float(x), float(y)) for x, y in old]
    return all(cv2.pointPolygonTest(corners, point, True) > 1 for point in points)
