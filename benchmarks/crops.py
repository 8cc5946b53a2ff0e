"""Crops: pictures of one plate and nothing else, read by the reader alone and by all of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.scoring import Rate, rate_of
from platelens import PlatelensError, PlateReader, imaging
from platelens.datasets.split import is_held_out
from platelens.metrics import CharErrorRate, ExactMatch


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """A picture of one plate and its text."""

    image: Path
    text: str


@dataclass(frozen=True, slots=True)
class CropScore:
    """How well crops were read in one way."""

    way: str
    exact: Rate
    folded: Rate
    char_errors: float


def us_crops(data: Path) -> list[LabelledCrop]:
    """Give the crops of US plates of the validation split that have a text."""
    folder = data / "us_plates"
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in _rows(folder / "plates.csv")
        if row["split"] == "valid" and row["text"]
    ]


def ccpd_crops(data: Path) -> list[LabelledCrop]:
    """Give the quarter of the CCPD crops that training keeps out."""
    folder = data / "crops" / "ccpd"
    return [
        LabelledCrop(folder / row["image"], row["text"])
        for row in _rows(folder / "labels.csv")
        if row["text"] and is_held_out(row["text"], one_in=4)
    ]


CROP_SETS: Final[Mapping[str, Callable[[Path], list[LabelledCrop]]]] = {
    "us_plates": us_crops,
    "ccpd": ccpd_crops,
}


def score_crops(crops: list[LabelledCrop], reader: PlateReader) -> list[CropScore]:
    """Read every crop as a rectified plate, and as a picture in which a plate may be anywhere."""
    alone, whole = [], []
    for crop in crops:
        image = imaging.load(crop.image)
        (reading,) = reader.pipeline.recognizer.read([image])
        alone.append(reading.text)
        plates = reader.read(image, order="rgb")
        # One answer for one crop: the plate that was found most surely.
        surest = max(plates, key=lambda p: p.detection.confidence, default=None)
        whole.append(surest.text if surest else "")
    return [_score("reader alone", alone, crops), _score("whole pipeline", whole, crops)]


def _score(way: str, texts: list[str], crops: list[LabelledCrop]) -> CropScore:
    errors, exact, folded = CharErrorRate(), [], []
    for text, crop in zip(texts, crops, strict=True):
        plain, alike = ExactMatch(), ExactMatch(fold=True)
        for score in (errors, plain, alike):
            score.update(text, crop.text)
        exact.append((plain.right, 1))
        folded.append((alike.right, 1))
    exact_rate, folded_rate = rate_of(exact), rate_of(folded)
    if exact_rate is None or folded_rate is None:
        raise PlatelensError("there is no crop with a text to measure on")
    return CropScore(way, exact_rate, folded_rate, errors.compute())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise PlatelensError(f"{path}: {error.strerror}") from error
