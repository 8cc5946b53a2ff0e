"""Finds the pictures and fonts that a recipe names."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platelens.datasets import Sample, load_samples
from platelens.datasets.readers.region_names import CODES
from platelens.datasets.split import is_held_out, split_samples
from platelens.datasets.synth import FontSet, find_fonts
from platelens.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """A picture of one plate and nothing else."""

    image: Path
    text: str
    region: str = ""  # ISO 3166 code in lower case; "" where nobody asked


def load_scene_split(
    root: Path, folder: str, leave_out: Collection[str] = ()
) -> tuple[list[Sample], list[Sample]]:
    """Give the samples of a scene folder that train, and those that are held out.

    Args:
        root: the data folder.
        folder: below it.
        leave_out: names of pictures, without suffix, that do neither.
    """
    samples = load_samples(root / folder)
    return split_samples(s for s in samples if s.image.stem not in leave_out)


def load_us_crops(root: Path, split: str) -> list[LabelledCrop]:
    """Give the US crops with a readable text of "train" or "valid".

    Crops of "train" whose text is also in "valid" are left out.
    """
    folder = root / "us_plates"
    rows = read_csv(folder / "plates.csv")
    valid = {row["text"] for row in rows if row["split"] == "valid"}
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in rows
        if row["split"] == split and row["text"] and (split == "valid" or row["text"] not in valid)
    ]


def load_us_looks(root: Path, part: Literal["train", "held_out", "valid"]) -> list[LabelledCrop]:
    """Give the US crops with their states, also those whose text nobody could read.

    One number in 20 of the publisher's "train" is held out; crops whose text is also in "valid"
    are in neither.

    Raises:
        AnnotationError: the list is missing, or it names an unknown state.
    """
    folder = root / "us_plates"
    rows = read_csv(folder / "plates.csv")
    valid = {row["text"] for row in rows if row["split"] == "valid" and row["text"]}
    crops = []
    for row in rows:
        if row["split"] == "valid":
            where = "valid"
        elif row["text"] in valid:
            continue
        else:
            kept = is_held_out(row["text"] or row["image"], one_in=20)
            where = "held_out" if kept else "train"
        if where == part:
            region = _region(row["state"], folder)
            crops.append(LabelledCrop(folder / row["image"], row["text"], region))
    return crops


def _region(name: str, folder: Path) -> str:
    try:
        return CODES[name.casefold()]
    except KeyError:
        raise AnnotationError(f"{folder / 'plates.csv'}: unknown state {name!r}") from None


def load_ccpd_crops(root: Path, *, held_out: bool) -> list[LabelledCrop]:
    """Give the CCPD crops that train, or the quarter of them that is kept out."""
    folder = root / "crops" / "ccpd"
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in read_csv(folder / "labels.csv")
        if row["text"] and is_held_out(row["text"], one_in=4) == held_out
    ]


def load_fonts(root: Path, folders: tuple[str, ...]) -> FontSet:
    """Collect the fonts of a recipe; relative folders are below `root`."""
    return find_fonts(root / folder for folder in folders)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Give the rows of a list with a header; AnnotationError when it is missing."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
