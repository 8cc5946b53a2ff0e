"""UFPR-ALPR: a text file beside every picture.

Its keys are camera, position_vehicle (x y width height), type, make, model, year, plate and, by
version, position_plate (x y width height) or corners (x1,y1 ... x4,y4), then `char 1`... with the
characters' boxes, which are not read. Files with several vehicles repeat the keys. The pictures
lie in `training`, `validation` and `testing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from platelens.datasets.readers.fields import Field, corners_text, find_pairs, read_fields
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import copy_picture
from platelens.datasets.readers.splits import split_of
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import quad_to_array
from platelens.types import Box

TWO_ROWS: Final = "motorcycle"
"""The type of vehicle whose plates have two rows."""

_FOLDERS: Final = {"": "", "train": "training", "valid": "validation", "test": "testing"}


def read_ufpr(source: Path) -> Loaded:
    """Read a folder of UFPR-ALPR, or any part of it.

    Raises:
        AnnotationError: a text file lacks a field or has a malformed one; names file and line.
    """
    log = LabelLog()
    samples = []
    for image, labels in find_pairs(source, log):
        fields = read_fields(labels)
        vehicles = [f.xywh_to_xyxy() for f in fields if f.key == "position_vehicle"]
        plates = _plates(labels, fields)
        split = split_of(image, source)
        sample = log.sample(image, plates, str(labels), split=split, vehicles=vehicles)
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def _plates(labels: Path, fields: Sequence[Field]) -> list[RawPlate]:
    """Gather the plates: each begins with its text, and has the rows of the vehicle before it."""
    plates: list[RawPlate] = []
    begun: list[Field] = []
    rows = 1
    for field in fields:
        if field.key == "type":
            rows = 2 if field.value.lower() == TWO_ROWS else 1
        elif field.key == "plate":
            begun.append(field)
            plates.append(RawPlate(text=field.value, rows=rows))
        elif field.key in ("position_plate", "corners"):
            if not plates:
                raise field.error("there is no 'plate' before it")
            plates[-1] = _placed(plates[-1], field)
    if not plates:
        raise AnnotationError(f"{labels}: plate: is missing")
    for field, plate in zip(begun, plates, strict=True):
        if plate.xyxy is None and plate.corners is None:
            raise field.error("neither 'position_plate' nor 'corners' says where it is")
    return plates


def _placed(plate: RawPlate, field: Field) -> RawPlate:
    if field.key == "corners":
        return replace(plate, corners=field.corners())
    return replace(plate, xyxy=field.xywh_to_xyxy())


def write_ufpr(samples: Sequence[Sample], folder: Path) -> None:
    """Write pictures and text files; boxes and corners in whole pixels.

    What the text files tell beyond that (camera, make, model, year) is written as "unknown".

    Raises:
        ValueError: a picture without plates, or a split that is not train, valid or test.
    """
    taken: set[str] = set()
    for sample in samples:
        part = _FOLDERS.get(sample.split)
        if part is None:
            raise ValueError(f"{sample.image}: no part is called {sample.split!r}")
        if not sample.plates:
            raise ValueError(f"{sample.image}: has no plate; each picture needs one")
        target = copy_picture(sample.image, folder / part, taken)
        lines = ["camera: unknown", *_vehicle_lines(sample)]
        target.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _vehicle_lines(sample: Sample) -> list[str]:
    """Write each plate behind the vehicle around it; vehicles without plates come last."""
    lines = []
    vehicles = list(sample.vehicles)
    for plate in sample.plates:
        around = next((v for v in vehicles if _holds_middle(v, plate.box)), None)
        if around is not None:
            vehicles.remove(around)
            lines.append(f"position_vehicle: {_xywh(around)}")
        lines += _plate_lines(plate)
    return lines + [f"position_vehicle: {_xywh(vehicle)}" for vehicle in vehicles]


def _plate_lines(plate: LabelledPlate) -> list[str]:
    lines = [
        f"\ttype: {TWO_ROWS if plate.rows == 2 else 'car'}",
        *(f"\t{key}: unknown" for key in ("make", "model", "year")),
        f"plate: {plate.text or ''}",
        f"position_plate: {_xywh(plate.box)}",
    ]
    if plate.quad is not None:
        lines.append(f"corners: {corners_text(quad_to_array(plate.quad))}")
    return lines


def _holds_middle(vehicle: Box, plate: Box) -> bool:
    x, y = (plate.x1 + plate.x2) / 2, (plate.y1 + plate.y2) / 2
    return vehicle.x1 <= x <= vehicle.x2 and vehicle.y1 <= y <= vehicle.y2


def _xywh(box: Box) -> str:
    x1, y1 = round(box.x1), round(box.y1)
    # At least a pixel: rounding must not make a small box empty.
    return f"{x1} {y1} {max(1, round(box.x2) - x1)} {max(1, round(box.y2) - y1)}"
