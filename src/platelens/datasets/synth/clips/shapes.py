"""The outlines of vehicles as data: what a car, a van or a lorry measures, in metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import Colour

Stations = tuple[tuple[float, float, float, float, float, float], ...]

GLASS: Final[Colour] = (24, 28, 33)
BLACK: Final[Colour] = (16, 16, 18)


@dataclass(frozen=True, slots=True)
class Shape:
    """The skin of a vehicle, from its front to its rear.

    A station is (behind the front, half width, lower edge, belt, top, half width of the roof).
    """

    stations: Stations
    screens: tuple[int, ...]  # the spaces behind these stations have glass on top
    windows: tuple[int, ...]  # and those behind these, at the sides
    wheels: tuple[float, float]  # behind the front
    wheel_m: float  # radius
    plate_up_m: tuple[float, float]  # of the middle of the plate: at the front, at the rear
    lamps_up_m: tuple[float, float]
    kind: Literal["car", "box"]
    share: float

    @property
    def length_m(self) -> float:
        """From the front to the rear."""
        return self.stations[-1][0]

    @property
    def half_width_m(self) -> float:
        """Half of the greatest width."""
        return max(station[1] for station in self.stations)


_SALOON: Final = Shape(
    stations=(
        (0.00, 0.60, 0.26, 0.60, 0.66, 0.52),
        (0.06, 0.74, 0.22, 0.66, 0.74, 0.64),
        (0.20, 0.84, 0.20, 0.72, 0.80, 0.72),
        (0.50, 0.89, 0.19, 0.80, 0.87, 0.76),
        (1.25, 0.90, 0.18, 0.90, 0.99, 0.76),
        (1.62, 0.90, 0.18, 0.92, 1.22, 0.66),
        (2.05, 0.90, 0.18, 0.93, 1.41, 0.57),
        (2.50, 0.90, 0.18, 0.94, 1.45, 0.57),
        (3.15, 0.90, 0.18, 0.96, 1.41, 0.56),
        (3.50, 0.90, 0.18, 0.97, 1.24, 0.62),
        (3.85, 0.89, 0.20, 0.98, 1.07, 0.70),
        (4.30, 0.87, 0.24, 0.94, 1.04, 0.70),
        (4.44, 0.80, 0.26, 0.90, 1.00, 0.66),
        (4.50, 0.70, 0.30, 0.84, 0.96, 0.60),
    ),
    screens=(4, 5, 8, 9),
    windows=(5, 6, 7, 8),
    wheels=(0.86, 3.62),
    wheel_m=0.32,
    plate_up_m=(0.44, 0.70),
    lamps_up_m=(0.62, 0.80),
    kind="car",
    share=0.35,
)
_HATCHBACK: Final = Shape(
    stations=(
        (0.00, 0.60, 0.27, 0.62, 0.70, 0.52),
        (0.06, 0.73, 0.23, 0.69, 0.78, 0.64),
        (0.20, 0.83, 0.21, 0.76, 0.84, 0.72),
        (0.45, 0.87, 0.20, 0.84, 0.92, 0.75),
        (1.05, 0.88, 0.19, 0.94, 1.05, 0.75),
        (1.40, 0.88, 0.19, 0.95, 1.28, 0.67),
        (1.80, 0.88, 0.19, 0.96, 1.46, 0.59),
        (2.40, 0.88, 0.19, 0.97, 1.51, 0.59),
        (3.35, 0.88, 0.19, 1.00, 1.47, 0.57),
        (3.60, 0.87, 0.20, 1.01, 1.36, 0.60),
        (3.85, 0.85, 0.23, 1.00, 1.08, 0.66),
        (3.98, 0.80, 0.25, 0.92, 1.00, 0.64),
        (4.04, 0.72, 0.29, 0.84, 0.94, 0.60),
    ),
    screens=(4, 5, 8, 9),
    windows=(5, 6, 7),
    wheels=(0.80, 3.30),
    wheel_m=0.31,
    plate_up_m=(0.46, 0.72),
    lamps_up_m=(0.68, 0.90),
    kind="car",
    share=0.35,
)
_OFF_ROADER: Final = Shape(
    stations=(
        (0.00, 0.66, 0.36, 0.78, 0.88, 0.58),
        (0.06, 0.80, 0.32, 0.86, 0.97, 0.72),
        (0.20, 0.88, 0.29, 0.92, 1.02, 0.78),
        (0.45, 0.93, 0.28, 0.98, 1.07, 0.81),
        (1.20, 0.95, 0.27, 1.05, 1.15, 0.81),
        (1.50, 0.95, 0.27, 1.06, 1.40, 0.74),
        (1.85, 0.95, 0.27, 1.07, 1.66, 0.66),
        (2.60, 0.95, 0.27, 1.08, 1.72, 0.66),
        (4.00, 0.94, 0.27, 1.10, 1.68, 0.64),
        (4.25, 0.93, 0.28, 1.10, 1.52, 0.68),
        (4.42, 0.90, 0.30, 1.06, 1.15, 0.72),
        (4.52, 0.84, 0.33, 0.98, 1.06, 0.70),
        (4.57, 0.76, 0.37, 0.90, 1.00, 0.66),
    ),
    screens=(4, 5, 8, 9),
    windows=(5, 6, 7, 8),
    wheels=(0.92, 3.66),
    wheel_m=0.37,
    plate_up_m=(0.56, 0.82),
    lamps_up_m=(0.84, 1.02),
    kind="car",
    share=0.2,
)
_VAN: Final = Shape(
    stations=(
        (0.00, 0.72, 0.34, 0.74, 0.92, 0.62),
        (0.07, 0.86, 0.30, 0.84, 1.05, 0.76),
        (0.25, 0.96, 0.28, 0.94, 1.16, 0.84),
        (0.65, 1.00, 0.27, 1.10, 1.30, 0.88),
        (1.00, 1.00, 0.27, 1.18, 1.72, 0.88),
        (1.40, 1.00, 0.27, 1.20, 2.12, 0.84),
        (2.20, 1.00, 0.27, 1.24, 2.28, 0.84),
        (5.20, 1.00, 0.30, 1.24, 2.28, 0.84),
        (5.26, 0.98, 0.34, 1.22, 2.24, 0.80),
    ),
    screens=(3, 4),
    windows=(4, 5),
    wheels=(1.0, 4.2),
    wheel_m=0.35,
    plate_up_m=(0.52, 0.62),
    lamps_up_m=(0.88, 0.95),
    kind="box",
    share=0.1,
)
SHAPES: Final = (_SALOON, _HATCHBACK, _OFF_ROADER, _VAN)


def rings(shape: Shape) -> NDArray[np.float32]:
    """Give the sections of a shape, (S, R, 3), each from its lower left over the top."""
    found = []
    for behind, half, low, belt, top, roof in shape.stations:
        lip = 0.96 * half
        eaves = roof + 0.12 * (lip - roof)
        right = [
            (0.0, top + 0.012),
            (0.45 * roof, top),
            (0.9 * roof, top - 0.03 * (top - belt)),
            (eaves, belt + 0.84 * (top - belt)),
            (lip, belt),
            (half, low + 0.72 * (belt - low)),
            (half, low + 0.34 * (belt - low)),
            (0.95 * half, low),
        ]
        left = [(-x, y) for x, y in reversed(right[1:])]
        found.append([(x, y, behind) for x, y in left + right])
    return np.array(found, np.float32)


def surface_m(shape: Shape, across: float, *, rear: bool) -> float:
    """Give how far behind the foremost point of an end its skin is, `across` from the middle."""
    ends = shape.stations[::-1] if rear else shape.stations
    first = ends[0][0]
    halves = [0.0, *(station[1] for station in ends[:5])]
    depths = [0.0, *(abs(station[0] - first) for station in ends[:5])]
    return float(np.interp(abs(across), halves, depths))
