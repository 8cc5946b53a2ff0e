"""COCO: one JSON file for many pictures.

COCO knows no text of a plate. It is read from an annotation's `attributes`, as CVAT writes them,
or from the annotation itself.
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from platelens.datasets.readers.attributes import AttributeReader, Place, plate_attributes
from platelens.datasets.readers.gather import Gatherer, PictureLabel
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import (
    copy_picture,
    find_files,
    split_of_path,
    split_of_word,
    word_of_split,
)
from platelens.datasets.readers.plate_classes import PlateClasses, number_in_class
from platelens.datasets.readers.splits import SPLITS
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import quad_to_array
from platelens.types import FloatArray

_LABELS: Final = "annotations"
_PICTURES: Final = "images"
_TABLES: Final = ("images", "annotations", "categories")
_CLASS: Final = "plate"
_CLASS_ID: Final = 1

Row = dict[str, Any]
"""An object of one of the tables."""


@dataclass(frozen=True, slots=True)
class _Annotation:
    """An annotation that is bound to its category."""

    where: str  # file and element
    row: Row
    category: str


def read_coco(source: Path) -> Loaded:
    """Read a JSON file, or all below a folder that have the tables of COCO.

    A segmentation of four points is the plate's corners. Pictures may lie anywhere below the
    folder, or the file's. The split is named by the file, else by a folder.

    Raises:
        AnnotationError: a file is malformed, or none is there; names file and element.
    """
    paths = find_files(source, frozenset({".json"})) if source.is_dir() else [source]
    loaded = ((path, _load(path)) for path in paths)
    documents = {path: document for path, document in loaded if document is not None}
    if not documents:
        raise AnnotationError(f"{source}: no COCO JSON, with {', '.join(_TABLES)}, is there")
    annotations = {path: _annotations(path, d) for path, d in documents.items()}
    names = (a.category for found in annotations.values() for a in found)
    classes = PlateClasses(names, str(source))
    folder = source if source.is_dir() else source.parent
    if source.is_file() and folder.name == _LABELS:
        folder = folder.parent
    log = LabelLog()
    reader = _Reader(folder, log, classes)
    for path, document in documents.items():
        reader.read(path, document, annotations[path])
    classes.note_others(log)
    return reader.gatherer.loaded()


def _load(path: Path) -> Row | None:
    """Give the tables of a file; None if it is of another kind."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8 is one as well
        raise AnnotationError(f"{path}: is not JSON: {error}") from None
    if not isinstance(document, dict) or not all(name in document for name in _TABLES):
        return None
    for name in _TABLES:
        table = document[name]
        if not isinstance(table, list) or not all(isinstance(row, dict) for row in table):
            raise AnnotationError(f"{path}: {name}: expected a list of objects")
    return document


def _annotations(path: Path, document: Row) -> list[_Annotation]:
    names = {}
    for number, row in enumerate(document["categories"]):
        where = f"{path}: categories[{number}]"
        names[_field(row, "id", int, where)] = _field(row, "name", str, where)
    found = []
    for number, row in enumerate(document["annotations"]):
        where = f"{path}: annotations[{number}]"
        category = _field(row, "category_id", int, where)
        if category not in names:
            raise AnnotationError(f"{where}.category_id: there is no category {category}")
        found.append(_Annotation(where, row, names[category]))
    return found


class _Reader:
    """Makes samples of the tables."""

    def __init__(self, folder: Path, log: LabelLog, classes: PlateClasses) -> None:
        self._folder = folder
        self._log = log
        self._classes = classes
        self._attributes = AttributeReader(log)
        self.gatherer = Gatherer(folder, log)

    def read(self, path: Path, document: Row, annotations: Sequence[_Annotation]) -> None:
        """Add the samples of a file to the gatherer."""
        split = _split(path, self._folder, document)
        plates: defaultdict[int, list[RawPlate]] = defaultdict(list)
        for found in annotations:
            image_id = _field(found.row, "image_id", int, found.where)
            if self._classes.has(found.category):
                plates[image_id].append(self._plate(found))
        for number, row in enumerate(document["images"]):
            where = f"{path}: images[{number}]"
            raw = plates.pop(_field(row, "id", int, where), [])
            name = _field(row, "file_name", str, where)
            self.gatherer.add(PictureLabel([name], path, where, split, _size_hw(row, where)), raw)
        for image_id, lonely in plates.items():
            what = f"image_id: there is no picture {image_id}"
            self._log.note(lonely[0].where, what, dropped=True)

    def _plate(self, found: _Annotation) -> RawPlate:
        x, y, width, height = _numbers(found.row.get("bbox"), 4, f"{found.where}.bbox")
        attributes = found.row.get("attributes") or {}
        if not isinstance(attributes, dict):
            raise AnnotationError(f"{found.where}.attributes: expected an object")
        place = Place(found.where, (x, y, x + width, y + height), _corners(found))
        values = {"text": number_in_class(found.category)} | found.row | attributes
        return self._attributes.raw_plate(place, values)


def _corners(found: _Annotation) -> FloatArray | None:
    """Give the corners of a segmentation of four points; None for any other."""
    polygons = found.row.get("segmentation")
    if not isinstance(polygons, list) or len(polygons) != 1 or not isinstance(polygons[0], list):
        return None
    if len(polygons[0]) != 8:
        return None
    numbers = _numbers(polygons[0], 8, f"{found.where}.segmentation")
    return np.array(numbers, dtype=np.float32).reshape(4, 2)


def _size_hw(row: Row, where: str) -> tuple[float, float]:
    if row.get("height") is None or row.get("width") is None:
        return 0, 0
    return _field(row, "height", int, where), _field(row, "width", int, where)


def _field(row: Row, name: str, kind: type, where: str) -> Any:
    value = row.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise AnnotationError(f"{where}.{name}: expected {kind.__name__}, got {value!r}")
    return value


def _numbers(value: Any, count: int, where: str) -> list[float]:
    try:
        numbers = [float(v) for v in value]
    except (TypeError, ValueError, OverflowError):
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise AnnotationError(f"{where}: expected {count} numbers, got {value!r}")
    return numbers


def _split(path: Path, folder: Path, document: Row) -> str:
    """Give the split that a file states, as ours do, or is named after: "instances_val2017"."""
    info = document.get("info")
    if isinstance(info, dict) and isinstance(info.get("split"), str):
        return split_of_word(info["split"])
    words = re.findall(r"[a-z]+", path.stem.lower())
    named = next((SPLITS[word] for word in words if word in SPLITS), "")
    return named or split_of_path(path.relative_to(folder))


def write_coco(samples: Sequence[Sample], folder: Path) -> None:
    """Write `images/SPLIT` and `annotations/SPLIT.json`."""
    parts: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        parts[sample.split].append(sample)
    taken: set[str] = set()
    for split, part in parts.items():
        word = word_of_split(split)
        images = [copy_picture(s.image, folder / _PICTURES / word, taken) for s in part]
        names = [image.relative_to(folder / _PICTURES).as_posix() for image in images]
        write_coco_file(folder / _LABELS / f"{word}.json", part, names)


def write_coco_file(path: Path, samples: Sequence[Sample], names: Sequence[str]) -> None:
    """Write one file, and the folder that it needs.

    Args:
        path: of the file.
        samples: of one split.
        names: `file_name` of each sample's picture.
    """
    images: list[Row] = []
    annotations: list[Row] = []
    for image_id, (sample, name) in enumerate(zip(samples, names, strict=True), start=1):
        size = {"width": sample.width, "height": sample.height}
        images.append({"id": image_id, "file_name": name, **size})
        for plate in sample.plates:
            ids = {"id": len(annotations) + 1, "image_id": image_id, "category_id": _CLASS_ID}
            annotations.append(ids | _row(plate))
    document = {
        "info": {"description": "Licence plates", "split": samples[0].split if samples else ""},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": [{"id": _CLASS_ID, "name": _CLASS, "supercategory": ""}],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _row(plate: LabelledPlate) -> Row:
    box = plate.box
    corners = [] if plate.quad is None else [quad_to_array(plate.quad).reshape(-1).tolist()]
    return {
        "bbox": [box.x1, box.y1, box.width, box.height],
        "area": box.width * box.height,
        "segmentation": corners,
        "iscrowd": 0,
        "attributes": plate_attributes(plate),
    }
