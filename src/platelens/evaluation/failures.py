"""Everything that went wrong, as pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from platelens import imaging
from platelens.errors import ImageError
from platelens.evaluation.outcome import Finding, Outcome
from platelens.evaluation.thumbnails import Colour, Outline, data_uri, plate_picture
from platelens.geometry import box_to_quad
from platelens.types import Box

FOUND_COLOUR: Final[Colour] = (255, 60, 60)
"""Outline of what was reported; what is labelled has its own."""

KINDS: Final = ("misread", "missed", "false")


@dataclass(frozen=True, slots=True)
class Failure:
    """A plate that was misread or missed, or one that was reported and is none."""

    kind: str  # one of KINDS
    dataset: str
    name: str  # of the picture
    truth: str | None  # None: nobody could read it, or there is no plate
    finding: Finding | None  # None when it was missed
    labelled: Box | None  # None when there is no plate
    picture: str = ""  # a data URI


def list_failures(outcomes: Sequence[Outcome]) -> list[Failure]:
    """Give every failure with its picture: the misread first, then the missed and the false."""
    failures = [failure for outcome in outcomes for failure in _with_pictures(outcome)]
    return sorted(failures, key=lambda f: KINDS.index(f.kind))


def _failures_of(outcome: Outcome) -> Iterator[Failure]:
    place = (outcome.dataset, outcome.name)
    for plate, finding in zip(outcome.sample.plates, outcome.found, strict=True):
        if finding is None:
            yield Failure("missed", *place, plate.text, None, plate.box)
        elif plate.text is not None and finding.text != plate.text:
            yield Failure("misread", *place, plate.text, finding, plate.box)
    for finding, match in zip(outcome.findings, outcome.matches, strict=True):
        if match is None:
            yield Failure("false", *place, None, finding, None)


def _with_pictures(outcome: Outcome) -> Iterator[Failure]:
    failures = list(_failures_of(outcome))
    if not failures:
        return
    try:
        image = imaging.load(outcome.sample.image)
    except ImageError:
        yield from failures
        return
    for failure in failures:
        outlines = []
        box = failure.labelled
        if box is not None and not outcome.sample.is_crop:
            outlines.append(Outline(box_to_quad(box)))
        if failure.finding is not None:
            found = failure.finding
            outlines.append(Outline(found.quad or box_to_quad(found.box), FOUND_COLOUR))
            box = box or found.box
        if box is None:
            raise ValueError(f"a failure needs a place, got {failure}")
        part = plate_picture(image, box, outlines, margin=0.35)
        yield Failure(
            failure.kind, failure.dataset, failure.name, failure.truth, failure.finding,
            failure.labelled, data_uri(part),
        )  # fmt: skip
