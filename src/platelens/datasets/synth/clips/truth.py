"""What is true of a clip: which vehicles pass, and where their plates are in each picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from platelens.types import FloatArray

LEGIBLE_PX: Final = 60.0
"""A narrower plate counts as illegible."""

_WHOLE: Final = 0.97
"""A plate of which less is seen counts as illegible, since a character may be missing."""

_PRESENT: Final = 0.5
"""A plate of which less is seen counts as hidden."""

_SMEARED: Final = 0.04
"""A plate that moves by more than this part of its width while the shutter is open is illegible:
that is a third of a character."""


@dataclass(frozen=True, slots=True)
class PlateView:
    """A plate in one picture."""

    number: int  # of the picture
    time_s: float
    corners: FloatArray  # (4, 2) pixels, clockwise from its top left; may lie outside
    seen: float  # part that is in the picture and not hidden, 0..1
    smear_px: float  # how far it moves while the shutter is open
    least_px: float  # width under which nobody could read it

    @property
    def width_px(self) -> float:
        """The length of its upper edge."""
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @property
    def is_present(self) -> bool:
        """Whether at least half of it is seen."""
        return self.seen >= _PRESENT

    @property
    def is_legible(self) -> bool:
        """Whether it is large enough, whole and not smeared."""
        large = self.width_px >= self.least_px
        return large and self.seen >= _WHOLE and self.smear_px <= _SMEARED * self.width_px


@dataclass(slots=True)
class VehicleTruth:
    """A vehicle whose plate was seen at least once, as far as the clip was drawn."""

    text: str
    rows: int
    region: str | None
    views: list[PlateView] = field(default_factory=list)  # by time; those in which it is present

    @property
    def first_s(self) -> float:
        """When its plate is first present."""
        return self.views[0].time_s

    @property
    def last_s(self) -> float:
        """When its plate is last present."""
        return self.views[-1].time_s

    @property
    def legible_s(self) -> list[float]:
        """The times of the pictures in which its plate can be read."""
        return [view.time_s for view in self.views if view.is_legible]

    def is_legible(self, pictures: int = 5) -> bool:
        """Tell whether its plate can be read in at least so many pictures."""
        return len(self.legible_s) >= pictures


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """The vehicles of a clip, in the order in which their plates came into sight."""

    vehicles: tuple[VehicleTruth, ...]
    night: bool
