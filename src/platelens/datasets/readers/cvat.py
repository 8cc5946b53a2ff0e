"""CVAT for images 1.1: one XML file for many pictures."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from platelens.datasets.readers.attributes import AttributeReader, Place, plate_attributes
from platelens.datasets.readers.gather import Gatherer, PictureLabel
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.markup import Element, add_text, read_xml, write_xml
from platelens.datasets.readers.pictures import (
    copy_picture,
    find_files,
    split_of_word,
    word_of_split,
)
from platelens.datasets.readers.plate_classes import PlateClasses, number_in_class
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.types import FloatArray

_FILE: Final = "annotations.xml"
_PICTURES: Final = "images"
_CLASS: Final = "plate"
_SHAPES: Final = ("box", "polygon")
_SIDES: Final = ("xtl", "ytl", "xbr", "ybr")


def read_cvat(source: Path) -> Loaded:
    """Read an XML file, or all of CVAT's below a folder.

    A polygon of four points, or a box that is turned, gives the plate's corners. Pictures may lie
    anywhere below the folder, or the file's. Subsets are splits.

    Raises:
        AnnotationError: a file is malformed, or none is there; names file and line.
    """
    files = find_files(source, frozenset({".xml"})) if source.is_dir() else [source]
    roots = [root for root in map(read_xml, files) if root.tag == "annotations"]
    if not roots:
        raise AnnotationError(f"{source}: no XML file with <annotations> is there")
    log = LabelLog()
    images = [image for root in roots for image in root.all("image")]
    names = (_label(shape) for image in images for shape in _shapes(image))
    classes = PlateClasses(names, str(source))
    reader = _Reader(source if source.is_dir() else source.parent, log, classes)
    for root in roots:
        if root.find("track") is not None:
            raise AnnotationError(f"{root.where}: tracks of a video; export 'CVAT for images'")
    for image in images:
        reader.read(image)
    classes.note_others(log)
    return reader.gatherer.loaded()


def _shapes(image: Element) -> Iterator[Element]:
    return (child for child in image.children if "label" in child.attributes and child.tag != "tag")


def _label(shape: Element) -> str:
    return shape.attribute("label")


class _Reader:
    """Makes samples of <image> elements."""

    def __init__(self, folder: Path, log: LabelLog, classes: PlateClasses) -> None:
        self._log = log
        self._classes = classes
        self._attributes = AttributeReader(log)
        self.gatherer = Gatherer(folder, log)

    def read(self, image: Element) -> None:
        """Add the sample of an <image> to the gatherer."""
        shapes = [shape for shape in _shapes(image) if self._classes.has(_label(shape))]
        raw = [plate for plate in map(self._plate, shapes) if plate is not None]
        label = PictureLabel(
            names=[image.attribute("name")],
            file=image.path,
            where=image.where,
            split=split_of_word(image.attributes.get("subset", "")),
            size_hw=(image.attribute_number("height"), image.attribute_number("width")),
        )
        self.gatherer.add(label, raw)

    def _plate(self, shape: Element) -> RawPlate | None:
        if shape.tag not in _SHAPES:
            self._log.note(shape.where, f"a plate as <{shape.tag}> is left out", dropped=True)
            return None
        values = {
            "text": number_in_class(_label(shape)),
            **{child.attribute("name"): child.text for child in shape.all("attribute")},
        }
        place = _box(shape) if shape.tag == "box" else Place(shape.where, corners=_points(shape))
        return self._attributes.raw_plate(place, values)


def _box(shape: Element) -> Place:
    x1, y1, x2, y2 = (shape.attribute_number(side) for side in _SIDES)
    degrees = shape.attribute_number("rotation") if "rotation" in shape.attributes else 0.0
    if not degrees:
        return Place(shape.where, (x1, y1, x2, y2))
    turn = math.radians(degrees)  # clockwise around the centre, y down
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    centre = np.array([x1 + x2, y1 + y2]) / 2
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
    turned = (corners - centre) @ matrix + centre
    return Place(shape.where, corners=turned.astype(np.float32))


def _points(shape: Element) -> FloatArray:
    """Give the points of a polygon: (N, 2)."""
    value = shape.attribute("points")
    try:
        numbers = [[float(word) for word in point.split(",")] for point in value.split(";")]
        points = np.array(numbers, dtype=np.float32).reshape(len(numbers), 2)
    except ValueError:
        points = np.array([[np.nan]], dtype=np.float32)
    if not np.isfinite(points).all():
        raise AnnotationError(f"{shape.where}: points: expected 'x,y;x,y...', got {value!r}")
    return points


def write_cvat(samples: Sequence[Sample], folder: Path) -> None:
    """Write `annotations.xml` and `images/SUBSET`.

    A plate whose corners are known becomes a polygon: its box will be that around them.
    """
    root = ET.Element("annotations")
    add_text(root, "version", "1.1")
    root.append(_meta(samples))
    taken: set[str] = set()
    for number, sample in enumerate(samples):
        word = word_of_split(sample.split)
        image = copy_picture(sample.image, folder / _PICTURES / word, taken)
        values = {"id": number, "name": image.name, "subset": sample.split}
        size = {"width": sample.width, "height": sample.height}
        attributes = {key: str(value) for key, value in (values | size).items() if value != ""}
        element = ET.SubElement(root, "image", attributes)
        element.extend(_shape(plate) for plate in sample.plates)
    write_xml(root, folder / _FILE)


def _meta(samples: Sequence[Sample]) -> ET.Element:
    """Describe the task: CVAT wants its label and its attributes."""
    meta = ET.Element("meta")
    task = ET.SubElement(meta, "task")
    add_text(task, "size", len(samples))
    add_text(task, "mode", "annotation")
    label = ET.SubElement(ET.SubElement(task, "labels"), "label")
    add_text(label, "name", _CLASS)
    attributes = ET.SubElement(label, "attributes")
    for name in ("text", "rows", "region", "other_script"):
        attribute = ET.SubElement(attributes, "attribute")
        add_text(attribute, "name", name)
        add_text(attribute, "mutable", False)
        add_text(attribute, "input_type", "text")
        add_text(attribute, "default_value", "")
        add_text(attribute, "values", "")
    return meta


def _shape(plate: LabelledPlate) -> ET.Element:
    common = {"label": _CLASS, "source": "manual", "occluded": "0", "z_order": "0"}
    if plate.quad is None:
        box = plate.box
        sides = zip(_SIDES, (box.x1, box.y1, box.x2, box.y2), strict=True)
        shape = ET.Element("box", common | {side: repr(float(edge)) for side, edge in sides})
    else:
        points = ";".join(f"{float(x)!r},{float(y)!r}" for x, y in plate.quad.points)
        shape = ET.Element("polygon", common | {"points": points})
    for name, value in plate_attributes(plate).items():
        ET.SubElement(shape, "attribute", {"name": name}).text = value
    return shape
