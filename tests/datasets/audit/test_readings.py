from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Loaded, Sample
from platelens.datasets.audit.readings import check_readings
from platelens.types import Box, Quad, Reading, RgbImage

GREY = imaging.from_array(np.full((60, 100, 3), 90, np.uint8), "rgb")


class Reader:
    """Reads the same everywhere, and keeps what it got."""

    def __init__(self, text: str, confidence: float = 0.95) -> None:
        self.reading = Reading(text, confidence, (confidence,) * len(text), (), 1)
        self.calls: list[int] = []
        self.crops: list[RgbImage] = []

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        self.calls.append(len(crops))
        self.crops += crops
        return [self.reading] * len(crops)


def labelled(*texts: str | None, quad: Quad | None = None) -> Sample:
    plates = tuple(LabelledPlate(Box(10, 10, 50, 20), quad, text) for text in texts)
    return Sample(Path("a.png"), 100, 60, plates)


def check(reader: Reader, *samples: Sample, least: float = 0.9) -> list[tuple[str, str]]:
    loaded = Loaded(samples, (), {Path("a.png"): GREY})
    found = check_readings(loaded, reader, least, lambda: None)
    return [(finding.kind, finding.message) for finding in found]


@pytest.mark.parametrize(
    ("label", "read", "kind"),
    [
        ("AB123", "AB123", None),
        ("AB123", "AB124", "suspicious_text"),
        ("AB123", "", None),
        ("AB0I", "ABO1", "lookalike_text"),
        ("AB0I", "ABO7", "suspicious_text"),
        (None, "AB123", None),
    ],
    ids=["same", "other", "nothing read", "alike", "alike and other", "no label"],
)
def test_a_label_is_doubted_where_the_reader_is_sure(
    label: str | None, read: str, kind: str | None
) -> None:
    message = f"label {label}, read as {read} (95%)"
    assert check(Reader(read), labelled(label)) == ([(kind, message)] if kind else [])


def test_an_unsure_reader_is_not_believed() -> None:
    assert check(Reader("XY9", 0.89), labelled("AB123")) == []
    assert len(check(Reader("XY9", 0.89), labelled("AB123"), least=0.8)) == 1


def test_the_plate_is_cut_by_its_corners_else_by_its_box() -> None:
    quad = Quad((10, 10), (90, 10), (90, 40), (10, 40))
    reader = Reader("AB1")
    check(reader, labelled("AB1"), labelled("AB1", quad=quad))
    # Each with a margin and without.
    assert [c.shape[:2] for c in reader.crops] == [(11, 43), (10, 40), (34, 86), (30, 80)]


def test_many_plates_are_read_a_batch_at_a_time_and_each_is_counted() -> None:
    steps: list[int] = []
    reader = Reader("XY9")
    loaded = Loaded([labelled("AB1", None, "CD2")] * 50, (), {Path("a.png"): GREY})
    found = list(check_readings(loaded, reader, 0.9, lambda: steps.append(1)))
    assert len(steps) == len(found) == 100
    assert [f.plate for f in found[:2]] == [0, 2]
    assert max(reader.calls) <= 2 * 66  # two views a plate
    assert len(reader.calls) == 2


def test_pictures_that_cannot_be_read_are_passed_over() -> None:
    gone = Sample(Path("gone.png"), 100, 60, labelled("AB1").plates)
    assert check(Reader("XY9"), gone) == []
