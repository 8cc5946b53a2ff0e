"""One labelled picture, as every data set is seen inside platelens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens.geometry import box_to_quad
from platelens.types import Box, Quad

_WHOLE: Final = 0.98
"""A plate's box that covers this part of its picture's width and height covers all of it."""


@dataclass(frozen=True, slots=True)
class LabelledPlate:
    """A plate that somebody labelled."""

    box: Box
    quad: Quad | None  # None where only the box is known
    text: str | None  # A-Z and 0-9, top row first; None where nobody could read it
    rows: int = 1  # 1 or 2
    region: str | None = None  # ISO 3166 code, lower case: "de", "us-ca"; None where not known
    other_script: bool = False  # the number has characters that `text` leaves out

    @property
    def outline(self) -> Quad:
        """Its corners, those of the box where no others are known."""
        return self.quad or box_to_quad(self.box)

    @property
    def readable(self) -> bool:
        """Whether its text is known, so that reading it can be measured."""
        return self.text is not None


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture and its labels. Pixels of the picture as displayed."""

    image: Path
    width: int
    height: int
    plates: tuple[LabelledPlate, ...]
    vehicles: tuple[Box, ...] = ()
    split: str = ""  # "train", "valid", "test" or a name of the publisher's; "" where it has none

    @property
    def is_crop(self) -> bool:
        """Whether the picture is one plate and nothing else."""
        if len(self.plates) != 1:
            return False
        box = self.plates[0].box
        return box.width >= _WHOLE * self.width and box.height >= _WHOLE * self.height
