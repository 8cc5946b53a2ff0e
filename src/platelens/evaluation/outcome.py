"""What was reported on a picture, held against what is labelled there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from platelens.datasets import Sample
from platelens.evaluation.look import PlateLook
from platelens.metrics import match_boxes
from platelens.types import Box, Candidate, Plate, Quad

MIN_IOU: Final = 0.5
"""Overlap from which on a reported plate is the labelled one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One plate that was reported."""

    box: Box
    confidence: float  # that there is a plate, 0..1
    text: str = ""  # "" when it was not read
    text_confidence: float = 0.0  # of the text, 0..1
    candidates: tuple[Candidate, ...] = ()  # best first
    quad: Quad | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: what is labelled, what was reported, and which belongs to which."""

    dataset: str
    name: str  # of the picture in its data set: a relative path
    sample: Sample
    findings: tuple[Finding, ...]
    matches: tuple[int | None, ...]  # for each finding, the index of its labelled plate
    looks: tuple[PlateLook, ...] = ()  # for each labelled plate; () where not measured
    scan: tuple[Finding, ...] | None = None  # unread, down to a very low threshold; see Engine
    ms: float = 0.0  # the engine's time, loading included
    error: str = ""  # why nothing could be read
    given: bool = False  # the labelled plates were given: nothing had to be found

    def look(self, number: int) -> PlateLook | None:
        """Give how labelled plate `number` looks; None where that was not measured."""
        return self.looks[number] if self.looks else None

    @property
    def found(self) -> tuple[Finding | None, ...]:
        """For each labelled plate the finding that belongs to it; None when it was missed."""
        by_plate = {m: f for f, m in zip(self.findings, self.matches, strict=True)}
        return tuple(by_plate.get(number) for number in range(len(self.sample.plates)))


def outcome_of(dataset: str, name: str, sample: Sample, findings: tuple[Finding, ...]) -> Outcome:
    """Match the reported plates of a picture with its labelled ones.

    At an intersection over union of MIN_IOU, by `match_boxes`. A picture that is one plate (a
    crop) asks only what stands on it: its surest finding belongs to it wherever its box is.
    """
    if sample.is_crop:
        surest = max(range(len(findings)), key=lambda i: findings[i].confidence, default=None)
        matches = [0 if i == surest else None for i in range(len(findings))]
    else:
        boxes = [f.box for f in findings]
        confidences = [f.confidence for f in findings]
        truths = [p.box for p in sample.plates]
        matches = match_boxes(boxes, confidences, truths, min_iou=MIN_IOU)
    return Outcome(dataset, name, sample, findings, tuple(matches))


def findings_of(plates: Iterable[Plate]) -> tuple[Finding, ...]:
    """Give what the pipeline reported, in the form that is scored."""
    return tuple(
        Finding(
            box=p.detection.box,
            confidence=p.detection.confidence,
            text=p.text,
            text_confidence=p.confidence,
            candidates=p.reading.candidates if p.reading else (),
            quad=p.detection.quad,
            region=p.region.code if p.region else None,
        )
        for p in plates
    )
