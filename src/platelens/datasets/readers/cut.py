"""Plates cut out of their pictures, for the formats that keep one picture a plate."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens import imaging
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.geometry import cut_plate
from platelens.types import RgbImage

_LOSSLESS: Final = ".png"


@dataclass(frozen=True, slots=True)
class PlateCut:
    """The picture of one plate, to be written."""

    sample: Sample
    plate: LabelledPlate
    pixels: RgbImage | None  # None: the sample's picture is the plate, and its file is copied

    @property
    def suffix(self) -> str:
        """The suffix of the file that `save` writes: ".png", or that of the picture."""
        return self.sample.image.suffix if self.pixels is None else _LOSSLESS

    def load(self) -> RgbImage:
        """Give the pixels; ImageError if the picture cannot be read."""
        return imaging.load(self.sample.image) if self.pixels is None else self.pixels

    def save(self, path: Path) -> None:
        """Write the file, and the folder that it needs; OSError or ImageError if that fails."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.pixels is None:
            shutil.copyfile(self.sample.image, path)
        else:
            path.write_bytes(imaging.encode(self.pixels, path.suffix))


def cut_plates(samples: Sequence[Sample]) -> Iterator[PlateCut]:
    """Give the plates of all samples, seen through their corners where these are known.

    Raises:
        ImageError: a picture cannot be read.
    """
    for sample in samples:
        if sample.is_crop:
            yield PlateCut(sample, sample.plates[0], None)
        elif sample.plates:
            image = imaging.load(sample.image)
            for plate in sample.plates:
                yield PlateCut(sample, plate, _cut(image, plate))


def _cut(image: RgbImage, plate: LabelledPlate) -> RgbImage:
    if plate.quad is None:
        return imaging.crop(image, plate.box)
    return cut_plate(image, plate.quad)


def free_path(wanted: Path, taken: set[str]) -> Path:
    """Give `wanted`, or with "_2", "_3"... behind its stem, so that no two stems are equal.

    Args:
        wanted: where a file would lie.
        taken: the places given so far, without suffix and in lower case, for file systems that
            do not tell "a" from "A"; the new one is added.
    """
    path, number = wanted, 1
    while str(path.with_suffix("")).casefold() in taken:
        number += 1
        path = wanted.with_stem(f"{wanted.stem}_{number}")
    taken.add(str(path.with_suffix("")).casefold())
    return path
