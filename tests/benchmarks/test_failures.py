"""Tests of the page of failures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.failures import list_failures, write_failures
from benchmarks.scoring import Finding, Outcome, outcome_of
from platelens import Box, imaging
from platelens.datasets import LabelledPlate, Sample


def _outcome(image: Path) -> Outcome:
    pixels = np.full((200, 400, 3), 128, dtype=np.uint8)
    imaging.save(imaging.from_array(pixels, order="rgb"), image)
    truths = (
        LabelledPlate(Box(10, 10, 60, 30), None, "RIGHT1", 1),
        LabelledPlate(Box(100, 10, 150, 30), None, "AB<2", 1),
        LabelledPlate(Box(350, 180, 410, 205), None, None, 1),
    )
    findings = (
        Finding(Box(10, 10, 60, 30), 0.9, "RIGHT1"),
        Finding(Box(100, 10, 150, 30), 0.8, "AB12"),
        Finding(Box(200, 100, 260, 130), 0.4, "GHOST"),
    )
    return outcome_of(Sample(image, 400, 200, truths), findings)


def test_each_kind_is_listed(tmp_path: Path) -> None:
    failures = list_failures([_outcome(tmp_path / "a.png")])
    assert [(f.kind, f.truth, f.read) for f in failures] == [
        ("misread", "AB<2", "AB12"),
        ("missed", None, ""),
        ("false", None, "GHOST"),
    ]


def test_page_shows_every_failure(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "eval"
    assert write_failures([_outcome(tmp_path / "a.png")], folder) == 3
    page = (folder / "index.html").read_text()
    assert "AB&lt;2 / AB12" in page
    for number in range(3):
        name = f"{number:04d}.jpg"
        assert name in page
        assert imaging.load(folder / name).size
