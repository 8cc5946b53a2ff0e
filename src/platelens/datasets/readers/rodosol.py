"""RodoSol-ALPR: a text file beside every picture, with type, plate, layout and corners.

The pictures lie in `images/cars-br`, `images/cars-me`, `images/motorcycles-br` and
`images/motorcycles-me`: Brazilian or Mercosur layout. `split.txt` names the part of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from platelens.datasets.readers.fields import (
    Field,
    corners_text,
    find_pairs,
    read_fields,
    read_lines,
)
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import copy_picture
from platelens.datasets.readers.splits import split_name
from platelens.datasets.readers.ufpr import TWO_ROWS
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import quad_to_array

_SPLIT_NAME: Final = "split.txt"
_LAYOUTS: Final = (
    ("Brazilian", "-br", re.compile(r"[A-Z]{3}\d{4}")),
    ("Mercosur", "-me", re.compile(r"[A-Z]{3}\d[A-Z]\d\d")),
    ("unknown", "", re.compile(r".*")),
)
"""What stands in the text file, the end of the folder's name, and which texts are such."""

_PARTS: Final = {"train": "training", "valid": "validation", "test": "testing"}


def read_rodosol(source: Path) -> Loaded:
    """Read a folder of RodoSol-ALPR; motorcycles have two rows.

    Raises:
        AnnotationError: a text file lacks a field or has a malformed one, or a line of
            `split.txt` is malformed; names file and line.
    """
    log = LabelLog()
    splits = _read_splits(source / _SPLIT_NAME)
    samples = []
    for image, labels in find_pairs(source, log, skip=_SPLIT_NAME):
        plate = _plate(labels, {field.key: field for field in read_fields(labels)})
        split = splits.get(image.relative_to(source).as_posix(), "")
        sample = log.sample(image, [plate], str(labels), split=split)
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def _plate(labels: Path, fields: Mapping[str, Field]) -> RawPlate:
    for key in ("type", "plate", "corners"):
        if key not in fields:
            raise AnnotationError(f"{labels}: {key}: is missing")
    rows = 2 if fields["type"].value.lower() == TWO_ROWS else 1
    corners = fields["corners"].corners()
    return RawPlate(corners=corners, text=fields["plate"].value, rows=rows)


def _read_splits(path: Path) -> dict[str, str]:
    """Give the part of every picture that the file names; {} if there is no file."""
    if not path.exists():
        return {}
    splits = {}
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        picture, semicolon, part = line.partition(";")
        if not semicolon or not part.strip():
            raise AnnotationError(f"{path}:{number}: expected 'picture;part', got {line[:40]!r}")
        splits[str(PurePosixPath(picture.strip()))] = split_name(part)
    return splits


def write_rodosol(samples: Sequence[Sample], folder: Path) -> None:
    """Write pictures, text files and `split.txt`; corners in whole pixels.

    Plates of neither layout come into `cars` or `motorcycles`, their layout "unknown".

    Raises:
        ValueError: a picture does not have exactly one plate.
    """
    taken: set[str] = set()
    splits = []
    for sample in samples:
        if len(sample.plates) != 1:
            raise ValueError(f"{sample.image}: has {len(sample.plates)} plates, not one")
        plate = sample.plates[0]
        kind = TWO_ROWS if plate.rows == 2 else "car"
        layout, ending = _layout(plate)
        target = copy_picture(sample.image, folder / "images" / f"{kind}s{ending}", taken)
        corners = quad_to_array(plate.outline)
        lines = (
            f"type: {kind}",
            f"plate: {plate.text or ''}",
            f"layout: {layout}",
            f"corners: {corners_text(corners)}",
        )
        target.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if sample.split:
            part = _PARTS.get(sample.split, sample.split)
            splits.append(f"./{target.relative_to(folder).as_posix()};{part}\n")
    if splits:
        (folder / _SPLIT_NAME).write_text("".join(splits), encoding="utf-8")


def _layout(plate: LabelledPlate) -> tuple[str, str]:
    text = plate.text or ""
    return next((name, end) for name, end, form in _LAYOUTS if form.fullmatch(text))
