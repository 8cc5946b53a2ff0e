"""Where the camera of a clip stands, and what it makes of the street's coordinates.

Street coordinates are metres: across (to the right), up (from the road) and along (away from the
camera). Their origin is the point of the main lane that the camera looks at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import between, pick
from platelens.types import FloatArray

NEAREST_M: Final = 0.4
"""What is nearer than this is not drawn: it would be behind the lens or all over the picture."""

PLATE_M: Final = 0.5
"""Width of the plates that a camera's place is chosen for."""

_PLATE_UP_M: Final = 0.5
_BESIDE_M: Final = 2.9
"""A camera beside the road is at least so far from the middle of the lane that it looks at."""

_NEAREST_PLATE_M: Final = 3.5

_STEEPEST: Final = 0.55
"""Sine of the angle at which cameras look down on plates, at most."""

_AIM: Final = 0.2
"""Plates at the origin stand so far below the middle, as part of the picture's height."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A camera's place. Its axis passes over the origin."""

    height_m: float
    distance_m: float  # from the camera's foot to the origin
    turn: float  # radians from the camera's axis to the street's, to the right
    focal_px: float
    roll: float = 0.0  # radians


@dataclass(frozen=True, slots=True)
class StreetView:
    """A camera that looks at a street."""

    size_hw: tuple[int, int]
    matrix: NDArray[np.float64]  # (3, 4), street coordinates to pixels and depth
    eye: tuple[float, float, float]  # street coordinates of the camera
    focal_px: float

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the pixels, (N, 2), and depths in metres, (N,), of (N, 3) points of the street.

        Pixels of points nearer than NEAREST_M mean nothing.
        """
        mapped = points @ self.matrix[:, :3].T + self.matrix[:, 3]  # (N, 3)
        depth = mapped[:, 2]
        pixels = mapped[:, :2] / np.maximum(depth, NEAREST_M)[:, None]
        return pixels.astype(np.float32), depth.astype(np.float32)

    def ground(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give across, along and depth, (H, W) each, of the road at each pixel.

        The depth is inf at and above the horizon.
        """
        height, width = self.size_hw
        back = np.linalg.inv(self.matrix[:, [0, 2, 3]])
        v, u = np.mgrid[0:height, 0:width].astype(np.float64) + 0.5
        across, along, scale = (row[0] * u + row[1] * v + row[2] for row in back)
        below = scale > 1e-4
        safe = np.where(below, scale, 1.0)
        depth = np.where(below, 1 / safe, np.inf)
        return tuple(a.astype(np.float32) for a in (across / safe, along / safe, depth))  # type: ignore[return-value]  # three of them


def make_view(size_hw: tuple[int, int], stand: Stand) -> StreetView:
    """Give the view from a place."""
    sin, cos = math.sin(stand.turn), math.cos(stand.turn)
    down = math.atan2(stand.height_m - _PLATE_UP_M, stand.distance_m)
    pitch = max(0.0, down - math.atan(_AIM * size_hw[0] / stand.focal_px))
    # Street coordinates -> the camera's foot: right, down, ahead.
    foot = np.array(
        [[cos, 0, sin, 0], [0, -1, 0, stand.height_m], [-sin, 0, cos, stand.distance_m]]
    )
    sp, cp = math.sin(pitch), math.cos(pitch)
    tilt = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    sr, cr = math.sin(stand.roll), math.cos(stand.roll)
    roll = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    height, width = size_hw
    f = stand.focal_px
    lens = np.array([[f, 0, width / 2], [0, f, height / 2], [0, 0, 1]])
    eye = (stand.distance_m * sin, stand.height_m, -stand.distance_m * cos)
    return StreetView(size_hw, lens @ roll @ tilt @ foot, eye, f)


def draw_view(
    rng: np.random.Generator, size_hw: tuple[int, int], plate_px: tuple[float, float]
) -> StreetView:
    """Choose a place: over the lanes, or beside the road.

    Args:
        rng: the source of chance.
        size_hw: of the picture.
        plate_px: width of a plate where the camera looks at, from - to; nearer ones are larger.
    """
    field = math.radians(between(rng, 24, 42))
    focal = size_hw[1] / 2 / math.tan(field / 2)
    # Of a plate that is seen from straight ahead.
    away = max(_NEAREST_PLATE_M, focal * PLATE_M / between(rng, *plate_px))
    # Beside the road, far enough from the middle of the lane: away * cos * sin of the turn.
    least = 0.5 * math.asin(min(1.0, 2 * _BESIDE_M / away))
    if rng.random() < 0.5 or away < 2.2 * _BESIDE_M:  # on a gantry
        turn = math.radians(between(rng, -10, 10))
        height = between(rng, 3.4, 5.5)
    else:
        turn = between(rng, max(least, math.radians(16)), math.radians(46)) * pick(rng, (-1, 1))
        height = between(rng, 2.0, 4.5)
    away *= math.cos(turn)
    height = max(2.0, min(height, _PLATE_UP_M + _STEEPEST * away))
    distance = math.sqrt(away**2 - (height - _PLATE_UP_M) ** 2)
    roll = math.radians(float(np.clip(rng.normal(0, 0.8), -2.5, 2.5)))
    return make_view(size_hw, Stand(height, distance, turn, focal, roll))
