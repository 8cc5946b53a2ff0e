"""Reads and writes `annotations.jsonl`, the form in which platelens keeps labelled pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from platelens.alphabet import CHARACTERS
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import array_to_quad
from platelens.runtime import write_whole
from platelens.types import Box, Quad

INDEX_NAME: Final = "annotations.jsonl"

_MOST_PX: Final = 1e9
"""No picture is as large; 32-bit floats hold such numbers."""

Record = dict[str, Any]
"""One line of the file: a picture. Keys that platelens does not know are allowed."""


class _FieldError(ValueError):
    """A value is not what its field holds; the message begins with the field."""


def load_samples(folder: Path) -> list[Sample]:
    """Read the labelled pictures of `folder`; boxes marked `not_a_plate` are left out.

    Raises:
        AnnotationError: the file is missing or a line is malformed; names file, line and field.
    """
    path = folder / INDEX_NAME
    samples = []
    for number, record in enumerate_records(folder):
        try:
            samples.append(_sample(record, folder))
        except _FieldError as error:
            raise AnnotationError(f"{path}:{number}: {error}") from None
    return samples


def enumerate_records(folder: Path) -> list[tuple[int, Record]]:
    """Give the lines of the folder's file as they stand, with their numbers.

    Raises:
        AnnotationError: the file is missing, or a line is no JSON object; names file and line.
    """
    path = folder / INDEX_NAME
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # others may stand in strings
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: is not UTF-8 text") from error
    records = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise AnnotationError(f"{path}:{number}: is not JSON: {error}") from None
        if not isinstance(record, dict):
            raise AnnotationError(f"{path}:{number}: expected a JSON object, got {line[:40]!r}")
        records.append((number, record))
    return records


def write_samples(samples: Iterable[Sample], folder: Path) -> None:
    """Write `annotations.jsonl` into `folder`, below which all pictures lie.

    Raises:
        AnnotationError: as `write_records`.
        OSError: it cannot be written.
        ValueError: a picture lies elsewhere.
    """
    write_records((sample_record(sample, folder) for sample in samples), folder)


def write_records(records: Iterable[Record], folder: Path) -> None:
    """Put `records` in place of the folder's file, all at once: an old file stays until then.

    Raises:
        AnnotationError: a record has what JSON or UTF-8 cannot hold, as the name of a picture may.
        OSError: it cannot be written; names the file.
    """
    path = folder / INDEX_NAME
    write_whole(path, (_line(record, path) for record in records))


def parse_record(record: Record, folder: Path) -> Sample:
    """Read one line of the file in `folder`, wherever it comes from.

    Raises:
        AnnotationError: it is malformed; names the field.
    """
    try:
        return _sample(record, folder)
    except _FieldError as error:
        raise AnnotationError(str(error)) from None


def _line(record: Record, path: Path) -> str:
    try:
        line = json.dumps(record, ensure_ascii=False, allow_nan=False)
        line.encode()
    except ValueError as error:
        raise AnnotationError(f"{path}: {record['image']!r}: cannot be written: {error}") from None
    return f"{line}\n"


def sample_record(sample: Sample, folder: Path) -> Record:
    """Give a sample as a line of the file in `folder`; ValueError if its picture lies outside."""
    record: Record = {
        "image": sample.image.relative_to(folder).as_posix(),
        "width": sample.width,
        "height": sample.height,
        "plates": [_plate_record(p) for p in sample.plates],
        "vehicles": [_box_record(v) for v in sample.vehicles],
    }
    return record | ({"split": sample.split} if sample.split else {})


def _plate_record(plate: LabelledPlate) -> Record:
    corners = [list(point) for point in plate.quad.points] if plate.quad else None
    return {
        "box": _box_record(plate.box),
        **({"corners": corners} if corners else {}),
        "text": plate.text,
        "rows": plate.rows,
        **({"region": plate.region} if plate.region else {}),
        "other_script": plate.other_script,
    }


def _box_record(box: Box) -> list[float]:
    return [box.x1, box.y1, box.x2, box.y2]


def _sample(record: Record, folder: Path) -> Sample:
    plates = [
        _plate(plate, f"plates[{number}]")
        for number, plate in enumerate(_field(record, "plates", list))
        if _is_plate(plate, f"plates[{number}]")
    ]
    vehicles = _field(record, "vehicles", list, [])
    return Sample(
        image=folder / _image_name(record),
        width=_side(record, "width"),
        height=_side(record, "height"),
        plates=tuple(plates),
        vehicles=tuple(_box(v, f"vehicles[{number}]") for number, v in enumerate(vehicles)),
        split=_field(record, "split", str, ""),
    )


def _image_name(record: Record) -> str:
    name: str = _field(record, "image", str)
    if not name or "\0" in name:
        raise _FieldError(f"image: expected the path of a picture, got {name!r}")
    return name


def _side(record: Record, key: str) -> int:
    side: int = _field(record, key, int)
    if not 1 <= side <= _MOST_PX:
        raise _FieldError(f"{key}: expected pixels, 1 or more, got {_shown(side)}")
    return side


def _is_plate(record: Any, where: str) -> bool:
    if not isinstance(record, dict):
        raise _FieldError(f"{where}: expected an object, got {_shown(record)}")
    return not _field(record, "not_a_plate", bool, False, where=f"{where}.")


def _plate(record: Record, where: str) -> LabelledPlate:
    if "text" not in record:
        raise _FieldError(f"{where}.text: is missing; null says that nobody could read it")
    corners = record.get("corners")
    text = _field(record, "text", str, None, where=f"{where}.")
    strange = set(text or "") - set(CHARACTERS)
    if strange:
        raise _FieldError(f"{where}.text: {text!r} has {''.join(sorted(strange))!r}; A-Z, 0-9 only")
    rows = _field(record, "rows", int, 1, where=f"{where}.")
    if rows not in (1, 2):
        raise _FieldError(f"{where}.rows: expected 1 or 2, got {rows}")
    return LabelledPlate(
        box=_box(record.get("box"), f"{where}.box"),
        quad=_quad(corners, f"{where}.corners") if corners not in (None, []) else None,
        text=text or None,
        rows=rows,
        region=_field(record, "region", str, None, where=f"{where}."),
        other_script=_field(record, "other_script", bool, False, where=f"{where}."),
    )


_REQUIRED: Final = object()


def _field(
    record: Record, key: str, kind: type, default: Any = _REQUIRED, *, where: str = ""
) -> Any:
    """Give a field of the right kind; a missing or null one is its default, if it has one."""
    value = record.get(key)
    if value is None and default is not _REQUIRED:
        return default
    # To Python, True is an int too.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _FieldError(f"{where}{key}: expected {kind.__name__}, got {_shown(value)}")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _FieldError(f"{where}{key}: {value!r} has half a character") from None
    return value


def _box(value: Any, where: str) -> Box:
    if not _are_numbers(value, 4):
        raise _FieldError(f"{where}: expected [x1, y1, x2, y2] in pixels, got {_shown(value)}")
    try:
        return Box(*map(float, value))
    except ValueError as error:
        raise _FieldError(f"{where}: {error}") from None


def _quad(value: Any, where: str) -> Quad:
    points = value if isinstance(value, list) else []
    if len(points) != 4 or not all(_are_numbers(point, 2) for point in points):
        raise _FieldError(f"{where}: expected four [x, y] in pixels, got {_shown(value)}")
    return array_to_quad(np.array(points, dtype=np.float32))


def _are_numbers(value: Any, count: int) -> bool:
    """Tell whether a value is a list of so many numbers, all of them finite."""
    return (
        isinstance(value, list)
        and len(value) == count
        and all(type(v) in (int, float) and abs(v) <= _MOST_PX for v in value)
    )


def _shown(value: Any) -> str:
    return repr(value)[:80]
