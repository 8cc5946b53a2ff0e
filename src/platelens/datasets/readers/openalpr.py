"""The benchmark of OpenALPR: a text file a picture, a line a plate.

A line has six fields with tabs between them: name of the picture, x, y, width, height, text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from platelens.datasets.readers.fields import find_pairs, finite_number, read_lines
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import copy_picture
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError

_FIELDS: Final = ("picture", "x", "y", "width", "height", "text")


def read_openalpr(source: Path) -> Loaded:
    """Read a folder of the benchmark; an empty text file says that there is no plate.

    Raises:
        AnnotationError: a line has not six fields, or its box is no box; names file and line.
    """
    log = LabelLog()
    samples = []
    for image, labels in find_pairs(source, log):
        plates = []
        for number, line in enumerate(read_lines(labels), start=1):
            if line.strip():
                name, plate = _plate(line, f"{labels}:{number}")
                if name != image.name:
                    log.note(f"{labels}:{number}", f"names {name!r}, not {image.name!r}")
                plates.append(plate)
        sample = log.sample(image, plates, str(labels))
        samples += [sample] if sample else []
    return Loaded(samples, log.problems)


def _plate(line: str, where: str) -> tuple[str, RawPlate]:
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != len(_FIELDS):
        raise AnnotationError(
            f"{where}: expected {len(_FIELDS)} fields ({', '.join(_FIELDS)}) with tabs between "
            f"them, got {len(fields)}"
        )
    x, y, width, height = (
        finite_number(word, f"{where}: {name}")
        for name, word in zip(_FIELDS[1:5], fields[1:5], strict=True)
    )
    return fields[0], RawPlate(xyxy=(x, y, x + width, y + height), text=fields[5])


def write_openalpr(samples: Sequence[Sample], folder: Path) -> None:
    """Write pictures and text files, boxes in whole pixels; no text for what nobody could read."""
    taken: set[str] = set()
    for sample in samples:
        target = copy_picture(sample.image, folder, taken)
        lines = (f"{target.name}\t{_fields(plate)}\n" for plate in sample.plates)
        target.with_suffix(".txt").write_text("".join(lines), encoding="utf-8")


def _fields(plate: LabelledPlate) -> str:
    box = plate.box
    x, y = round(box.x1), round(box.y1)
    # At least a pixel: rounding must not make a small box empty.
    width, height = max(1, round(box.x2) - x), max(1, round(box.y2) - y)
    return f"{x}\t{y}\t{width}\t{height}\t{plate.text or ''}"
