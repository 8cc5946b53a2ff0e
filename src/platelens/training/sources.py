"""Finds the pictures and fonts that a recipe names."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from platelens.datasets import Sample, load_samples
from platelens.datasets.split import is_held_out, split_samples
from platelens.datasets.synth import FontSet, find_fonts
from platelens.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """A picture of one plate and nothing else."""

    image: Path
    text: str


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
    rows = _read_csv(folder / "plates.csv")
    valid = {row["text"] for row in rows if row["split"] == "valid"}
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in rows
        if row["split"] == split and row["text"] and (split == "valid" or row["text"] not in valid)
    ]


def load_ccpd_crops(root: Path, *, held_out: bool) -> list[LabelledCrop]:
    """Give the CCPD crops that train, or the quarter of them that is kept out."""
    folder = root / "crops" / "ccpd"
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in _read_csv(folder / "labels.csv")
        if row["text"] and is_held_out(row["text"], one_in=4) == held_out
    ]


def load_fonts(root: Path, folders: tuple[str, ...]) -> FontSet:
    """Collect the fonts of a recipe; relative folders are below `root`."""
    return find_fonts(root / folder for folder in folders)


def _read_csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
