"""YOLO: a text file for each picture, a line for each object, in parts of the picture's size.

detect  class, centre x, centre y, width, height
pose    the same, then x and y of each corner, with or without its visibility (0 = unknown)
OBB     class, then x and y of each corner
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from platelens.datasets.readers.corners import in_reading_order, is_plate_shape
from platelens.datasets.readers.fields import finite_number, read_lines
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import (
    copy_picture,
    find_files,
    find_pictures,
    split_of_path,
    word_of_split,
)
from platelens.datasets.readers.plate_classes import PlateClasses
from platelens.datasets.readers.yolo_classes import (
    YAML_NAME,
    YoloClasses,
    read_yolo_classes,
    yaml_text,
)
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import quad_to_array
from platelens.types import FloatArray

_PICTURES: Final = "images"
_LABELS: Final = "labels"
_SUFFIX: Final = ".txt"
_UNKNOWN, _HIDDEN, _VISIBLE = 0, 1, 2  # of a corner

Numbers = Sequence[float]
MakePlate = Callable[[Numbers, FloatArray, str], RawPlate]
"""Called with a line's numbers behind its class, (width, height) in pixels, and file and line."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a label file."""

    where: str  # file and line
    class_number: int
    numbers: Numbers


def read_yolo(source: Path) -> Loaded:
    """Read boxes; pictures without a label file or line are samples without plates.

    Label files lie beside the pictures, or in `labels` where these are in `images`. Splits are
    those of `data.yaml`, else folders of such names.

    Raises:
        AnnotationError: a line is malformed, or no label file is there; names file and line.
    """
    return _read(source, (4,), _plate_of_box)


def read_yolo_pose(source: Path) -> Loaded:
    """Do as `read_yolo` for boxes with four corners, clockwise from the plate's top-left."""
    return _read(source, (12, 16), _plate_of_pose)


def read_yolo_obb(source: Path) -> Loaded:
    """Do as `read_yolo` for corners; the box is that around them.

    Which corner comes first is not settled in this form: the plate's top-left one is found by
    the sides' directions.
    """
    return _read(source, (8,), _plate_of_obb)


def _read(source: Path, counts: Sequence[int], make: MakePlate) -> Loaded:
    pictures = find_pictures(source)
    info = read_yolo_classes(source)
    files = {image: _label_file(image, source) for image in pictures}
    rows = {image: _read_rows(path, counts) for image, path in files.items() if path is not None}
    if not rows:
        raise AnnotationError(f"{source}: no YOLO label file of a picture is there")
    names = _class_names(info, rows)
    classes = PlateClasses(names.values(), str(info.path if info else source))
    log = LabelLog()
    samples = []
    for image in pictures:
        where = str(files[image] or image)
        size_hw = log.size_hw(image, where)
        if size_hw is None:
            continue
        size_wh = np.array(size_hw[::-1], dtype=np.float32)
        kept = [row for row in rows.get(image, ()) if classes.has(names[row.class_number])]
        plates = [make(row.numbers, size_wh, row.where) for row in kept]
        sample = log.sample(image, plates, where, split=_split(image, source, info))
        samples += [sample] if sample else []
    classes.note_others(log)
    _note_lonely_labels(source, {path for path in files.values() if path}, log)
    return Loaded(samples, log.problems)


def _label_file(image: Path, source: Path) -> Path | None:
    """Find the label file of a picture: in `labels`, where the last `images` is, or beside it."""
    inside = list(image.relative_to(source).with_suffix(_SUFFIX).parts)
    for position in range(len(inside) - 2, -1, -1):
        if inside[position].lower() == _PICTURES:
            for name in (_LABELS, _LABELS.capitalize()):
                path = source.joinpath(*inside[:position], name, *inside[position + 1 :])
                if path.is_file():
                    return path
            break
    beside = image.with_suffix(_SUFFIX)
    return beside if beside.is_file() else None


def _note_lonely_labels(source: Path, used: set[Path], log: LabelLog) -> None:
    for path in find_files(source, frozenset({_SUFFIX})):
        folders = {part.lower() for part in path.relative_to(source).parent.parts}
        if path not in used and _LABELS in folders and path.name != "classes.txt":
            log.note(str(path), "labels of a picture that is not there", dropped=True)


def _read_rows(path: Path, counts: Sequence[int]) -> list[_Row]:
    rows = []
    for number, line in enumerate(read_lines(path), start=1):
        words = line.split()
        if not words:
            continue
        where = f"{path}:{number}"
        if len(words) - 1 not in counts:
            wanted = " or ".join(str(count + 1) for count in counts)
            raise AnnotationError(f"{where}: expected {wanted} numbers, got {len(words)}")
        numbers = [finite_number(word, where) for word in words]
        if numbers[0] < 0 or numbers[0] % 1:
            raise AnnotationError(f"{where}: class: expected a whole number, got {words[0]!r}")
        rows.append(_Row(where, int(numbers[0]), numbers[1:]))
    return rows


def _class_names(info: YoloClasses | None, rows: Mapping[Path, Sequence[_Row]]) -> dict[int, str]:
    """Give the names of the classes in use; without names every class is one of plates."""
    used = {row.class_number: row.where for found in rows.values() for row in reversed(found)}
    if info is None or not info.names:
        return dict.fromkeys(used, "plate")
    for number, where in sorted(used.items()):
        if number not in info.names:
            raise AnnotationError(f"{where}: class {number} has no name in {info.path}")
    return {number: info.names[number] for number in used}


def _split(image: Path, source: Path, info: YoloClasses | None) -> str:
    """Give the split that the data set's file names for a picture's folder, else its name."""
    inside = image.relative_to(source)
    if info is not None:
        # Some write paths as seen from elsewhere: "../train/images".
        folders = {Path(folder.lstrip("./")): split for folder, split in info.splits.items()}
        for parent in inside.parents:
            if parent != Path() and parent in folders:
                return folders[parent]
    return split_of_path(inside)


def _plate_of_box(numbers: Numbers, size_wh: FloatArray, where: str) -> RawPlate:
    width, height = map(float, size_wh)
    x, y, w, h = numbers
    x1, y1 = (x - w / 2) * width, (y - h / 2) * height
    return RawPlate(xyxy=(x1, y1, x1 + w * width, y1 + h * height), where=where)


def _plate_of_pose(numbers: Numbers, size_wh: FloatArray, where: str) -> RawPlate:
    box = _plate_of_box(numbers[:4], size_wh, where)
    points = np.array(numbers[4:], dtype=np.float32).reshape(4, -1)
    unknown = points[:, 2] == _UNKNOWN if points.shape[1] == 3 else ~points.any(axis=1)
    corners = None if unknown.any() else points[:, :2] * size_wh
    return RawPlate(xyxy=box.xyxy, corners=corners, where=where)


def _plate_of_obb(numbers: Numbers, size_wh: FloatArray, where: str) -> RawPlate:
    corners = np.array(numbers, dtype=np.float32).reshape(4, 2) * size_wh
    ordered = in_reading_order(corners) if is_plate_shape(corners) else corners
    return RawPlate(corners=ordered, where=where)


def write_yolo(samples: Sequence[Sample], folder: Path) -> None:
    """Write `images/SPLIT`, `labels/SPLIT` and `data.yaml`; a picture without plates has no labels.

    The one class is "plate". Tools drop labels outside of the picture: all are put at its edge.
    """
    _write(samples, folder, _box_numbers)


def write_yolo_pose(samples: Sequence[Sample], folder: Path) -> None:
    """Do as `write_yolo`, with corners; those outside of the picture count as not visible."""
    _write(samples, folder, _pose_numbers, "kpt_shape: [4, 3]\nflip_idx: [1, 0, 3, 2]\n")


def write_yolo_obb(samples: Sequence[Sample], folder: Path) -> None:
    """Do as `write_yolo`, with corners only; those of the box where no others are known."""
    _write(samples, folder, _obb_numbers)


PlateNumbers = Callable[[LabelledPlate, FloatArray], list[float]]
"""Called with a plate and (width, height) of its picture: a line's numbers behind the class."""


def _write(samples: Sequence[Sample], folder: Path, numbers: PlateNumbers, extra: str = "") -> None:
    taken: set[str] = set()
    folders = {}
    for sample in samples:
        word = word_of_split(sample.split)
        folders[word] = f"{_PICTURES}/{word}"
        image = copy_picture(sample.image, folder / _PICTURES / word, taken)
        size_wh = np.array([sample.width, sample.height], dtype=np.float32)
        lines = [_line(numbers(plate, size_wh)) for plate in sample.plates]
        path = folder / _LABELS / word / f"{image.stem}{_SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")
    text = yaml_text(folders, "plate", extra)
    (folder / YAML_NAME).write_text(text, encoding="utf-8")


def _line(numbers: Sequence[float]) -> str:
    return " ".join(["0", *(f"{number:.8g}" for number in numbers)]) + "\n"


def _box_numbers(plate: LabelledPlate, size_wh: FloatArray) -> list[float]:
    width, height = map(float, size_wh)
    box = plate.box
    x1, x2 = (min(max(x / width, 0.0), 1.0) for x in (box.x1, box.x2))
    y1, y2 = (min(max(y / height, 0.0), 1.0) for y in (box.y1, box.y2))
    return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]


def _pose_numbers(plate: LabelledPlate, size_wh: FloatArray) -> list[float]:
    numbers = _box_numbers(plate, size_wh)
    if plate.quad is None:
        return numbers + [0.0, 0.0, _UNKNOWN] * 4
    for point in quad_to_array(plate.quad) / size_wh:
        inside = np.clip(point, 0, 1)
        seen = _VISIBLE if np.array_equal(inside, point) else _HIDDEN
        numbers += [float(inside[0]), float(inside[1]), seen]
    return numbers


def _obb_numbers(plate: LabelledPlate, size_wh: FloatArray) -> list[float]:
    corners = quad_to_array(plate.outline) / size_wh
    return [float(v) for v in np.clip(corners, 0, 1).reshape(-1)]
