"""The formats of data sets by name. One row a format: how it is read, and how it is written."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platelens.datasets.index import INDEX_NAME, load_samples
from platelens.datasets.readers.ccpd import read_ccpd, write_ccpd
from platelens.datasets.readers.class_folders import read_class_folders, write_class_folders
from platelens.datasets.readers.coco import read_coco, write_coco
from platelens.datasets.readers.crop_csv import CSV_NAMES, read_crop_csv, write_crop_csv
from platelens.datasets.readers.crop_names import read_crop_names, write_crop_names
from platelens.datasets.readers.cvat import read_cvat, write_cvat
from platelens.datasets.readers.emnist import read_emnist, write_emnist
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.readers.openalpr import read_openalpr, write_openalpr
from platelens.datasets.readers.roboflow import read_roboflow, write_roboflow
from platelens.datasets.readers.rodosol import read_rodosol, write_rodosol
from platelens.datasets.readers.ufpr import read_ufpr, write_ufpr
from platelens.datasets.readers.voc import read_voc, write_voc
from platelens.datasets.readers.yolo import (
    read_yolo,
    read_yolo_obb,
    read_yolo_pose,
    write_yolo,
    write_yolo_obb,
    write_yolo_pose,
)
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which labelled pictures are kept.

    `read` takes the folder (or the file, where the format is one) and raises AnnotationError,
    naming file, line and field, when it is malformed. `write` takes samples, whose pictures it
    must not change, and an empty folder, and puts pictures and labels there; a plate that the
    format cannot hold is a ValueError.
    """

    title: str
    read: Callable[[Path], Loaded]
    write: Callable[[Sequence[Sample], Path], None]
    holds: frozenset[str]  # of FIELDS


FIELDS: Final = (
    "box", "corners", "text", "other_script", "rows", "region", "split", "vehicles",
)  # fmt: skip
"""What a sample can say about its picture, and a format may or may not hold."""


_SAID: Final = ("text", "other_script", "rows", "region")
"""What forms with attributes of any name can say about a plate."""


def _holds(*names: str) -> frozenset[str]:
    return frozenset(names)


FORMATS: Final[Mapping[str, Format]] = {
    "voc": Format("Pascal VOC XML, as labelImg writes it", read_voc, write_voc,
                  _holds("box", *_SAID, "split")),
    "yolo": Format("YOLO text files: class and box", read_yolo, write_yolo,
                   _holds("box", "split")),
    "yolo-pose": Format("YOLO text files: box and four corners", read_yolo_pose, write_yolo_pose,
                        _holds("box", "corners", "split")),
    "yolo-obb": Format("YOLO text files: four corners", read_yolo_obb, write_yolo_obb,
                       _holds("box", "corners", "split")),
    "coco": Format("COCO JSON", read_coco, write_coco, _holds("box", "corners", *_SAID, "split")),
    "cvat": Format("CVAT for images 1.1 XML", read_cvat, write_cvat,
                   _holds("box", "corners", *_SAID, "split")),
    "roboflow": Format("Roboflow export: COCO, YOLO, VOC or CSV by split", read_roboflow,
                       write_roboflow, _holds("box", "corners", *_SAID, "split")),
    "ccpd": Format("CCPD: labels in the file name", read_ccpd, write_ccpd,
                   _holds("box", "corners", "text", "other_script", "region", "split")),
    "ufpr-alpr": Format("UFPR-ALPR text files", read_ufpr, write_ufpr,
                        _holds("box", "corners", "text", "rows", "split", "vehicles")),
    "rodosol-alpr": Format("RodoSol-ALPR text files", read_rodosol, write_rodosol,
                           _holds("box", "corners", "text", "rows", "split")),
    "openalpr": Format("OpenALPR benchmark text files", read_openalpr, write_openalpr,
                       _holds("box", "text")),
    "csv": Format("fast-plate-ocr CSV of crops: image_path,plate_text[,plate_region]",
                  read_crop_csv, write_crop_csv, _holds("text", "region", "split")),
    "crop-names": Format("crops whose file name is the text", read_crop_names, write_crop_names,
                         _holds("text")),
    "class-folders": Format("crops in a folder for each class (region)", read_class_folders,
                            write_class_folders, _holds("region", "split")),
    "emnist": Format("EMNIST characters: idx files", read_emnist, write_emnist,
                     _holds("text", "split")),
}  # fmt: skip


def find_format(name: str) -> Format:
    """Give the format of that name; AnnotationError with the near ones for an unknown name."""
    if name in FORMATS:
        return FORMATS[name]
    near = difflib.get_close_matches(name.lower(), FORMATS, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise AnnotationError(f"unknown format {name!r}; {hint}known: {', '.join(FORMATS)}")


def read_dataset(source: Path, format_name: str | None = None) -> Loaded:
    """Read a data set in the form that it has.

    Without a name, `annotations.jsonl` counts first, then a CSV of crops; other forms look too
    much alike to be guessed.

    Raises:
        AnnotationError: the format is unknown or cannot be guessed, or the labels are malformed.
    """
    if format_name is not None:
        return find_format(format_name).read(source)
    if (source / INDEX_NAME).exists():
        return Loaded(load_samples(source))
    if source.suffix == ".csv" or any((source / name).exists() for name in CSV_NAMES):
        return read_crop_csv(source)
    if not source.exists():
        raise AnnotationError(f"{source}: no such file or folder")
    raise AnnotationError(
        f"{source}: neither {INDEX_NAME} nor {', '.join(CSV_NAMES)} is there; "
        f"name the format: {', '.join(FORMATS)}"
    )
