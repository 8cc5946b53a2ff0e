"""Labelled pictures and findings with known scores. No pixels: they are never read."""

from __future__ import annotations

from pathlib import Path

from platelens.datasets import LabelledPlate, Sample
from platelens.evaluation.outcome import Finding, Outcome, outcome_of
from platelens.types import Box, Candidate, Quad


def plate(x: float, text: str | None, *, width: float = 100, rows: int = 1) -> LabelledPlate:
    """A plate of 20 px height at (x, 10)."""
    return LabelledPlate(Box(x, 10, x + width, 30), None, text, rows)


def finding(
    x: float, text: str, *, sure: float = 0.9, text_sure: float = 0.8, width: float = 100
) -> Finding:
    """A finding of 20 px height at (x, 10), with corners."""
    box = Box(x, 10, x + width, 30)
    quad = Quad((x, 10), (x + width, 10), (x + width, 30), (x, 30))
    candidates = (Candidate(text, text_sure),) if text else ()
    return Finding(box, sure, text, text_sure, candidates, quad)


def outcome(
    plates: list[LabelledPlate], findings: list[Finding], *, dataset: str = "set", name: str = "a"
) -> Outcome:
    """A picture of 640 x 480."""
    sample = Sample(Path(f"/none/{name}.jpg"), 640, 480, tuple(plates))
    return outcome_of(dataset, f"{name}.jpg", sample, tuple(findings))


def crop_outcome(text: str | None, findings: list[Finding], *, region: str = "us-ca") -> Outcome:
    """A picture of 100 x 20 that is one plate."""
    whole = LabelledPlate(Box(0, 0, 100, 20), None, text, 1, region)
    sample = Sample(Path("/none/crop.jpg"), 100, 20, (whole,))
    return outcome_of("crops", "crop.jpg", sample, tuple(findings))
