"""One labelled picture, as every data set is seen inside platelens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from platelens.types import Box, Quad


@dataclass(frozen=True, slots=True)
class LabelledPlate:
    """A plate that somebody labelled."""

    box: Box
    quad: Quad | None  # None where only the box is known
    text: str | None  # A-Z and 0-9, top row first; None where nobody could read it
    rows: int  # 1 or 2


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture and its labels. Pixels of the stored picture."""

    image: Path
    width: int
    height: int
    plates: tuple[LabelledPlate, ...]
    vehicles: tuple[Box, ...] = ()
