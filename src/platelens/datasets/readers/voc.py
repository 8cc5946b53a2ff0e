"""Pascal VOC: an XML file for each picture, as labelImg writes it.

labelImg knows no text of a plate. It is read from <text> or <plate> of an object, from its
<attributes>, as CVAT writes them, or from the object's <name>, if that is a number and no class.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from platelens.datasets.readers.attributes import AttributeReader, Place, plate_attributes
from platelens.datasets.readers.fields import read_lines
from platelens.datasets.readers.gather import Gatherer, PictureLabel
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.markup import Element, add_text, read_xml, write_xml
from platelens.datasets.readers.pictures import (
    copy_picture,
    find_files,
    split_of_path,
    split_of_word,
    word_of_split,
)
from platelens.datasets.readers.plate_classes import PlateClasses, number_in_class
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError

_LABELS: Final = "Annotations"
_PICTURES: Final = "JPEGImages"
_LISTS: Final = Path("ImageSets", "Main")
_CLASS_LIST: Final = re.compile(r"(.+_)?trainval|.+_(train|val|test)")
_CLASS: Final = "plate"
_SIDES: Final = ("xmin", "ymin", "xmax", "ymax")


def read_voc(source: Path) -> Loaded:
    """Read the XML files below a folder; pictures without one do not count.

    Pictures may lie anywhere below the folder. Splits are those of `ImageSets/Main/*.txt`, else
    folders of such names.

    Raises:
        AnnotationError: a file is malformed, or none is there; names file and line.
    """
    files = find_files(source, frozenset({".xml"}))
    roots = [root for root in map(read_xml, files) if root.tag == "annotation"]
    if not roots:
        raise AnnotationError(f"{source}: no XML file with an <annotation> is there")
    log = LabelLog()
    classes = PlateClasses(
        (_name(found) for root in roots for found in _objects(root)), str(source)
    )
    splits = _read_lists(source / _LISTS)
    attributes = AttributeReader(log)
    gatherer = Gatherer(source, log)
    for root in roots:
        found = [found for found in _objects(root) if classes.has(_name(found))]
        plates = [_plate(plate, attributes) for plate in found]
        gatherer.add(_label(root, source, splits), plates)
    classes.note_others(log)
    return gatherer.loaded()


def _objects(root: Element) -> list[Element]:
    return [found for found in root.all("object") if found.text_of("deleted") != "1"]


def _name(found: Element) -> str:
    return found.child("name").text


def _label(root: Element, source: Path, splits: Mapping[str, str]) -> PictureLabel:
    inside = root.path.relative_to(source)
    within = inside.relative_to(_LABELS) if inside.parts[0] == _LABELS else inside
    listed = splits.get(within.with_suffix("").as_posix())
    size_hw = (0.0, 0.0)
    size = root.find("size")
    if size is not None:
        size_hw = size.child("height").number(), size.child("width").number()
    # labelImg finds a picture's labels by the name; what stands in the file may be out of date.
    names = [root.path.stem, root.text_of("filename")]
    return PictureLabel(names, root.path, root.where, listed or split_of_path(inside), size_hw)


def _plate(found: Element, attributes: AttributeReader) -> RawPlate:
    box = found.child("bndbox")
    x1, y1, x2, y2 = (box.child(side).number() for side in _SIDES)
    return attributes.raw_plate(Place(found.where, (x1, y1, x2, y2)), _attributes(found))


def _attributes(found: Element) -> Mapping[str, object]:
    """Give what an object says about its plate; its own children count most."""
    number = number_in_class(_name(found))
    listed = found.find("attributes")
    pairs = listed.all("attribute") if listed else iter(())
    return {
        **({"text": number} if number else {}),
        **{pair.text_of("name"): pair.text_of("value") for pair in pairs},
        **{child.tag: child.text for child in found.children if child.text},
    }


def _read_lists(folder: Path) -> dict[str, str]:
    """Give the split of every name in the lists; {} without lists.

    A list of one class ("car_train") or of two parts at once ("trainval") is none.
    """
    splits = {}
    for path in sorted(folder.glob("*.txt")):
        if _CLASS_LIST.fullmatch(path.stem):
            continue
        for line in read_lines(path):
            splits[line.strip()] = split_of_word(path.stem)
    return splits


def write_voc(samples: Sequence[Sample], folder: Path) -> None:
    """Write `Annotations`, `JPEGImages` and `ImageSets/Main`; boxes in whole pixels."""
    taken: set[str] = set()
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for sample in samples:
        image = copy_picture(sample.image, folder / _PICTURES, taken)
        write_xml(_annotation(sample, image), folder / _LABELS / f"{image.stem}.xml")
        lists[word_of_split(sample.split)].append(f"{image.stem}\n")
    for split, lines in lists.items():
        path = folder / _LISTS / f"{'val' if split == 'valid' else split}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")


def _annotation(sample: Sample, image: Path) -> ET.Element:
    root = ET.Element("annotation")
    add_text(root, "folder", _PICTURES)
    add_text(root, "filename", image.name)
    size = ET.SubElement(root, "size")
    add_text(size, "width", sample.width)
    add_text(size, "height", sample.height)
    add_text(size, "depth", 3)
    add_text(root, "segmented", 0)
    for plate in sample.plates:
        root.append(_object(plate))
    return root


def _object(plate: LabelledPlate) -> ET.Element:
    found = ET.Element("object")
    add_text(found, "name", _CLASS)
    add_text(found, "pose", "Unspecified")
    add_text(found, "truncated", 0)
    add_text(found, "difficult", 0)
    box = ET.SubElement(found, "bndbox")
    x1, y1 = round(plate.box.x1), round(plate.box.y1)
    x2, y2 = max(x1 + 1, round(plate.box.x2)), max(y1 + 1, round(plate.box.y2))
    for side, edge in zip(_SIDES, (x1, y1, x2, y2), strict=True):
        add_text(box, side, edge)
    listed = ET.SubElement(found, "attributes")
    for name, value in plate_attributes(plate).items():
        pair = ET.SubElement(listed, "attribute")
        add_text(pair, "name", name)
        add_text(pair, "value", value)
    return found
