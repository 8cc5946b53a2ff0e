"""CCPD: a picture's labels are its file name.

    025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg

is the part of the picture that the plate's box takes (in thousandths), its tilt (90 = none), its
box, its corners from the bottom right one, its characters as numbers, brightness and blurriness.
`splits/*.txt` of CCPD2019 list the pictures of each part; those of CCPD2020 lie in `train`, `val`
and `test`. Pictures in `ccpd_np` show cars without plates.
"""

from __future__ import annotations

import math
import re
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from platelens.datasets.readers.fields import read_lines
from platelens.datasets.readers.labels import LabelLog, Loaded, RawPlate
from platelens.datasets.readers.pictures import copy_picture, find_pictures
from platelens.datasets.readers.region_names import CODES
from platelens.datasets.readers.splits import SPLITS, plain_name, split_name
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.errors import AnnotationError
from platelens.geometry import box_to_quad, quad_to_array

_COUNTRY: Final = "cn"
_PROVINCES: Final = "皖沪津渝冀晋蒙辽吉黑苏浙京闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新警学O"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZO"
_CHARACTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789O"
_NONE: Final = "O"
"""Stands for no character: the plates have no letter O."""

_CHARACTER_OF: Final = {code: name for name, code in CODES.items() if name in _PROVINCES}
"""Code of a province -> its character."""

_FIELDS: Final = ("area", "tilt", "box", "vertices", "number", "brightness", "blurriness")
_POINT: Final = re.compile(r"(\d+)&(\d+)")
_NO_PLATES: Final = "ccpd_np"
_PLATES: Final = "ccpd_base"
_SPLIT_FOLDERS: Final = ("splits", "split")
_SPLIT_FILES: Final = {"valid": "val"}


def read_ccpd(source: Path) -> Loaded:
    """Read a folder of CCPD, or any part of it.

    The texts leave out the province's character, which gives the region: "cn-ah".

    Raises:
        AnnotationError: a file name is malformed; names file and field.
    """
    log = LabelLog()
    splits = _read_splits(source)
    samples = []
    for image in find_pictures(source):
        folder = image.parent.name.lower()
        raw = [] if folder == _NO_PLATES else [_plate(image)]
        split = splits.get(image.relative_to(source).as_posix()) or SPLITS.get(folder, "")
        sample = log.sample(image, raw, str(image), split=split)
        if sample is not None:
            plates = tuple(replace(plate, other_script=True) for plate in sample.plates)
            samples.append(replace(sample, plates=plates))
    return Loaded(samples, log.problems)


def _read_splits(source: Path) -> dict[str, str]:
    """Give the part of every picture that the lists name; {} if there is no list."""
    lists = [path for name in _SPLIT_FOLDERS for path in sorted((source / name).glob("*.txt"))]
    return {
        line.strip(): split_name(path.stem)
        for path in lists
        for line in read_lines(path)
        if line.strip()
    }


def _plate(image: Path) -> RawPlate:
    words = image.stem.split("-")
    if len(words) != len(_FIELDS):
        raise AnnotationError(
            f"{image}: name: expected {len(_FIELDS)} fields ({'-'.join(_FIELDS)}), got {len(words)}"
        )
    fields = dict(zip(_FIELDS, words, strict=True))
    (x1, y1), (x2, y2) = _points(image, "box", fields["box"], 2)
    corners = np.array(_points(image, "vertices", fields["vertices"], 4), dtype=np.float32)
    province, text = _number(image, fields["number"])
    return RawPlate(
        xyxy=(x1, y1, x2, y2),
        corners=np.roll(corners, 2, axis=0),  # from the top-left one
        text=text,
        region=CODES.get(province, _COUNTRY),  # police, learners, none: no province
    )


def _points(image: Path, field: str, value: str, count: int) -> list[tuple[float, float]]:
    matches = [_POINT.fullmatch(word) for word in value.split("_")]
    points = [(float(match[1]), float(match[2])) for match in matches if match]
    if not len(points) == len(matches) == count:
        raise AnnotationError(f"{image}: {field}: expected {count} of x&y, got {value!r}")
    return points


def _number(image: Path, value: str) -> tuple[str, str]:
    """Give the province's character and the rest of the number."""
    words = value.split("_")
    if len(words) not in (7, 8):
        raise AnnotationError(f"{image}: number: expected 7 or 8 characters, got {value!r}")
    tables = [_PROVINCES, _LETTERS, *[_CHARACTERS] * (len(words) - 2)]
    try:
        characters = [table[_index(word)] for table, word in zip(tables, words, strict=True)]
    except (ValueError, IndexError):
        raise AnnotationError(f"{image}: number: {value!r} has no such characters") from None
    return characters[0], "".join(characters[1:]).replace(_NONE, "")


def _index(word: str) -> int:
    if not word.isdecimal():
        raise ValueError(word)
    return int(word)


def write_ccpd(samples: Sequence[Sample], folder: Path) -> None:
    """Write pictures under names of CCPD, in whole pixels, and `splits/*.txt`.

    Brightness is not known and 0. So is blurriness, which counts the pictures of equal labels.

    Raises:
        ValueError: a picture has several plates, or one whose text or region is not Chinese,
            or a split cannot be the name of a file.
    """
    taken: set[str] = set()
    nameless: set[str] = set()
    splits: defaultdict[str, list[str]] = defaultdict(list)
    for sample in samples:
        if sample.plates:
            target = folder / _PLATES / _free_name(sample, taken)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(sample.image, target)
        else:
            target = copy_picture(sample.image, folder / _NO_PLATES, nameless)
        if sample.split:
            splits[sample.split].append(f"{target.relative_to(folder).as_posix()}\n")
    for split, lines in splits.items():
        path = folder / _SPLIT_FOLDERS[0] / f"{_SPLIT_FILES.get(split, plain_name(split))}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(lines), encoding="utf-8")


def _free_name(sample: Sample, taken: set[str]) -> str:
    if len(sample.plates) != 1:
        raise ValueError(f"{sample.image}: has {len(sample.plates)} plates; CCPD holds one")
    labels = _labels(sample, sample.plates[0])
    number = 0
    while (name := f"{labels}-0-{number}") in taken:
        number += 1
    taken.add(name)
    return name + sample.image.suffix


def _labels(sample: Sample, plate: LabelledPlate) -> str:
    """Give the fields up to the number."""
    box = plate.box
    x1, y1 = round(box.x1), round(box.y1)
    x2, y2 = max(x1 + 1, round(box.x2)), max(y1 + 1, round(box.y2))
    quad = plate.quad or box_to_quad(box)
    corners = np.roll(quad_to_array(quad), -2, axis=0)  # from the bottom right one
    # A hyphen would part the fields: corners outside the picture move to its edge.
    vertices = [(max(0, round(float(x))), max(0, round(float(y)))) for x, y in corners]
    area = round(1000 * box.width * box.height / (sample.width * sample.height))
    (left, top), (right, end) = quad.bottom_left, quad.bottom_right
    across = math.degrees(math.atan2(end - top, right - left))
    down = math.degrees(math.atan2(left - quad.top_left[0], top - quad.top_left[1]))
    return "-".join(
        (
            f"{area:03}",
            f"{round(90 + across)}_{round(90 + down)}",
            f"{x1}&{y1}_{x2}&{y2}",
            "_".join(f"{x}&{y}" for x, y in vertices),
            _number_text(sample, plate),
        )
    )


def _number_text(sample: Sample, plate: LabelledPlate) -> str:
    text, region = plate.text or "", plate.region or _COUNTRY
    if region != _COUNTRY and region not in _CHARACTER_OF:
        raise ValueError(f"{sample.image}: {region!r} is no province of China")
    known = len(text) in (6, 7) and text[0] in _LETTERS and set(text[1:]) <= set(_CHARACTERS)
    if not known or _NONE in text:
        raise ValueError(
            f"{sample.image}: text {plate.text!r}: CCPD holds a letter, then 5 or 6 letters and "
            "digits, without I and O"
        )
    province = _PROVINCES.index(_CHARACTER_OF.get(region, _NONE))
    numbers = [province, _LETTERS.index(text[0]), *(_CHARACTERS.index(c) for c in text[1:])]
    return "_".join(map(str, numbers))
