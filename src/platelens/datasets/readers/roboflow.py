"""Roboflow exports: a folder for each split, in one of several forms."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens.datasets.readers.attributes import AttributeReader, Place
from platelens.datasets.readers.coco import read_coco, write_coco_file
from platelens.datasets.readers.fields import finite_number, read_lines
from platelens.datasets.readers.gather import Gatherer, PictureLabel
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import (
    copy_picture,
    find_files,
    find_pictures,
    word_of_split,
)
from platelens.datasets.readers.plate_classes import PlateClasses, number_in_class
from platelens.datasets.readers.voc import read_voc
from platelens.datasets.readers.yolo import read_yolo, read_yolo_obb, read_yolo_pose
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError

_COCO: Final = "_annotations.coco.json"
_CSV: Final = "_annotations.csv"
_SIDES: Final = ("xmin", "ymin", "xmax", "ymax")
_COLUMNS: Final = ("filename", "class", *_SIDES)
_YOLO: Final[Mapping[int, Callable[[Path], Loaded]]] = {
    5: read_yolo,
    9: read_yolo_obb,
    13: read_yolo_pose,
    17: read_yolo_pose,
}
"""Numbers of a line -> reader."""


def read_roboflow(source: Path) -> Loaded:
    """Read an export in the form that it has: COCO, CSV, YOLO (of any kind) or Pascal VOC.

    Raises:
        AnnotationError: it has none of these forms, or is malformed; names file and line.
    """
    jsons = [path for path in find_files(source, frozenset({".json"})) if path.name == _COCO]
    if jsons:
        return read_coco(source)
    tables = [path for path in find_files(source, frozenset({".csv"})) if path.name == _CSV]
    if tables:
        return _read_csv(source, tables)
    count = _numbers_in_line(source)
    if count in _YOLO:
        return _YOLO[count](source)
    if find_files(source, frozenset({".xml"})):
        return read_voc(source)
    raise AnnotationError(
        f"{source}: no form of Roboflow that is known: {_COCO}, {_CSV}, labels of YOLO, XML files"
    )


def _numbers_in_line(source: Path) -> int:
    """Count the numbers of the first line of YOLO labels; 0 where there are none."""
    for path in find_files(source, frozenset({".txt"})):
        if path.parent.name == "labels":
            for line in read_lines(path):
                if line.strip():
                    return len(line.split())
    return 0


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table."""

    path: Path
    where: str  # file and line
    values: Mapping[str, str]

    def numbers(self, names: Sequence[str]) -> list[float]:
        """Give the values of columns as finite numbers; AnnotationError if one is none."""
        return [finite_number(self.values[name], f"{self.where}: {name}") for name in names]


def _read_csv(source: Path, tables: Sequence[Path]) -> Loaded:
    """Read tables of one box a row; pictures beside them without a row have no plates."""
    rows = [row for path in tables for row in _rows(path)]
    classes = PlateClasses((row.values["class"] for row in rows), str(source))
    log = LabelLog()
    attributes = AttributeReader(log)
    plates: defaultdict[tuple[Path, str], list[RawPlate]] = defaultdict(list)
    labels: dict[tuple[Path, str], PictureLabel] = {}
    for row in rows:
        key = (row.path, row.values["filename"])
        labels.setdefault(key, _label(row))
        if classes.has(row.values["class"]):
            x1, y1, x2, y2 = row.numbers(_SIDES)
            place = Place(row.where, (x1, y1, x2, y2))
            number = number_in_class(row.values["class"])
            plates[key].append(attributes.raw_plate(place, {"text": number}))
    for path in tables:
        for image in find_pictures(path.parent):
            if image.parent == path.parent:
                bare = PictureLabel([image.name], path, str(image))
                labels.setdefault((path, image.name), bare)
    gatherer = Gatherer(source, log)
    for key, label in labels.items():
        gatherer.add(label, plates[key])
    classes.note_others(log)
    return gatherer.loaded()


def _rows(path: Path) -> list[_Row]:
    reader = csv.DictReader(read_lines(path), strict=True)
    rows = []
    try:
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise AnnotationError(f"{path}:1: columns are missing: {', '.join(missing)}")
        for values in reader:
            where = f"{path}:{reader.line_num}"
            if None in values or None in values.values():
                raise AnnotationError(f"{where}: expected {len(reader.fieldnames or ())} columns")
            rows.append(_Row(path, where, values))
    except csv.Error as error:
        raise AnnotationError(f"{path}:{reader.reader.line_num}: is no CSV: {error}") from None
    return rows


def _label(row: _Row) -> PictureLabel:
    stated = [name for name in ("height", "width") if name in row.values]
    size = row.numbers(stated) if len(stated) == 2 else [0, 0]
    return PictureLabel([row.values["filename"]], row.path, row.where, size_hw=(size[0], size[1]))


def write_roboflow(samples: Sequence[Sample], folder: Path) -> None:
    """Write the COCO form: a folder for each split, with its pictures and its JSON file."""
    parts: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        parts[sample.split].append(sample)
    taken: set[str] = set()
    for split, part in parts.items():
        place = folder / word_of_split(split)
        names = [copy_picture(s.image, place, taken).name for s in part]
        write_coco_file(place / _COCO, part, names)
