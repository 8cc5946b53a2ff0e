"""Labels as others write them -> as platelens keeps them; what had to be changed is kept too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from platelens import imaging
from platelens.alphabet import normalise
from platelens.datasets.readers.corners import in_reading_order, is_plate_shape
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import ImageError
from platelens.geometry import array_to_quad
from platelens.types import Box, FloatArray, Quad, RgbImage

_SLACK_PX: Final = 1.0
"""A box may leave its picture by so much: rounding, not a mistake."""

_SEPARATORS: Final = frozenset("-.·•_/|")
"""What stands, beside spaces, between the characters of a number and is no part of it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a label that is not as it should be."""

    where: str  # the file, with line or element where there is one
    what: str  # one line
    dropped: bool = False  # the picture or plate was left out; else it was mended


@dataclass(frozen=True, slots=True)
class Loaded:
    """A data set as its reader gives it."""

    samples: Sequence[Sample]
    problems: Sequence[Problem] = ()
    pictures: Mapping[Path, RgbImage] = field(default_factory=dict)
    """Pictures without a file of their own, by the `Sample.image` that stands for them."""

    def load(self, sample: Sample) -> RgbImage:
        """Give the picture of a sample; ImageError if it cannot be read."""
        image = self.pictures.get(sample.image)
        return imaging.load(sample.image) if image is None else image


@dataclass(frozen=True, slots=True)
class RawPlate:
    """A plate as its source labels it. Pixels; nothing is checked yet."""

    xyxy: tuple[float, float, float, float] | None = None  # None: the box around the corners
    corners: FloatArray | None = None  # (N, 2) in order; four are the plate's own corners
    text: str | None = None  # with any separators; None or "" = not readable
    rows: int = 1
    region: str | None = None
    other_script: bool = False  # its source says that `text` leaves characters out
    where: str = ""  # file and line or element; "": as its picture


class LabelLog:
    """Makes samples of raw labels and notes every problem it meets."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._sizes_hw: dict[Path, tuple[int, int]] = {}

    def note(self, where: str, what: str, *, dropped: bool = False) -> None:
        """Note a problem."""
        self.problems.append(Problem(where, what, dropped))

    def size_hw(self, image: Path, where: str) -> tuple[int, int] | None:
        """Give height and width of a picture as displayed; None, noted, if it cannot be read."""
        if image not in self._sizes_hw:
            try:
                self._sizes_hw[image] = imaging.read_size_hw(image)
            except ImageError as error:
                self.note(where, f"the picture is left out: {error}", dropped=True)
                return None
        return self._sizes_hw[image]

    def sample(
        self, image: Path, plates: Iterable[RawPlate], where: str, *, split: str = "",
        vehicles: Iterable[tuple[float, float, float, float]] = (),
    ) -> Sample | None:  # fmt: skip
        """Make a sample of a picture and its raw labels; None, noted, if it cannot be read."""
        size_hw = self.size_hw(image, where)
        if size_hw is None:
            return None
        height, width = size_hw
        kept = (self.plate(plate, size_hw, where) for plate in plates)
        around = (self.box(xyxy, size_hw, where) for xyxy in vehicles)
        return Sample(
            image=image,
            width=width,
            height=height,
            plates=tuple(plate for plate in kept if plate is not None),
            vehicles=tuple(box for box in around if box is not None),
            split=split,
        )

    def note_size(self, where: str, stated_hw: tuple[float, float], sample: Sample) -> None:
        """Note that labels were made for a picture of another size; 0 = they do not say."""
        height, width = stated_hw
        if height and width and (height, width) != (sample.height, sample.width):
            found = f"it has {sample.width}x{sample.height}"
            self.note(where, f"labels are for a picture of {width:g}x{height:g}, {found}: kept")

    def crop_sample(
        self, image: Path, plate: RawPlate, where: str, *, split: str = ""
    ) -> Sample | None:
        """Make a sample of a picture that is one plate; `plate` needs no box."""
        size_hw = self.size_hw(image, where)
        if size_hw is None:
            return None
        return self.whole_sample(image, size_hw, plate, where, split=split)

    def whole_sample(
        self, image: Path, size_hw: tuple[int, int], plate: RawPlate, where: str, *, split: str = ""
    ) -> Sample:
        """Do as `crop_sample` for a picture of known size."""
        height, width = size_hw
        text, strange = self.text(plate.text, where)
        box = Box(0.0, 0.0, float(width), float(height))
        other_script = strange or plate.other_script
        whole = LabelledPlate(box, None, text, plate.rows, plate.region, other_script)
        return Sample(image, width, height, (whole,), split=split)

    def plate(self, raw: RawPlate, size_hw: tuple[int, int], where: str) -> LabelledPlate | None:
        """Make a plate of a raw label; None, noted, if its box is none."""
        where = raw.where or where
        xyxy = raw.xyxy
        if xyxy is None and raw.corners is not None:
            x1, y1 = map(float, raw.corners.min(axis=0))
            x2, y2 = map(float, raw.corners.max(axis=0))
            xyxy = (x1, y1, x2, y2)
        if xyxy is None:
            self.note(where, "a plate without box and corners is left out", dropped=True)
            return None
        box = self.box(xyxy, size_hw, where)
        if box is None:
            return None
        text, strange = self.text(raw.text, where)
        other_script = strange or raw.other_script
        quad = self._quad(raw.corners, where)
        return LabelledPlate(box, quad, text, raw.rows, raw.region, other_script)

    def box(
        self, xyxy: tuple[float, float, float, float], size_hw: tuple[int, int], where: str
    ) -> Box | None:
        """Make a box cut at its picture's edge, None if none is left; both are noted."""
        if not all(math.isfinite(v) for v in xyxy):
            self.note(where, f"a box with {xyxy} is left out", dropped=True)
            return None
        height, width = size_hw
        x1, y1, x2, y2 = xyxy
        inside = max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2)
        shown = f"box {tuple(round(v, 1) for v in xyxy)}"
        if inside[2] <= inside[0] or inside[3] <= inside[1]:
            problem = "is empty" if x2 <= x1 or y2 <= y1 else "lies outside its picture"
            self.note(where, f"{shown} {problem} and is left out", dropped=True)
            return None
        if max(abs(a - b) for a, b in zip(xyxy, inside, strict=True)) > _SLACK_PX:
            self.note(where, f"{shown} leaves its picture of {width}x{height}: cut at the edge")
        return Box(*inside)

    def text(self, raw: str | None, where: str) -> tuple[str | None, bool]:
        """Give the text in A-Z and 0-9, and whether characters outside of them were left out."""
        if raw is None:
            return None, False
        text = normalise(raw)
        strange = "".join(
            c for c in raw.upper() if c not in text and c not in _SEPARATORS and not c.isspace()
        )
        if strange:
            self.note(where, f"text {raw!r}: {strange!r} is outside A-Z, 0-9 and left out")
        return text or None, bool(strange)

    def _quad(self, corners: FloatArray | None, where: str) -> Quad | None:
        if corners is None:
            return None
        if corners.shape != (4, 2):
            self.note(where, f"corners of shape {corners.shape} are left out: four points needed")
            return None
        if not bool(np.isfinite(corners).all()) or not is_plate_shape(corners):
            self.note(where, f"corners {_shown(corners)} are left out: they enclose no plate")
            return None
        ordered = in_reading_order(corners)
        if not np.array_equal(ordered, corners):
            self.note(where, f"corners {_shown(corners)} put in order: clockwise from top-left")
        return array_to_quad(ordered)


def _shown(corners: FloatArray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
