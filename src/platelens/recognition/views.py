"""Several looks at one plate -> one reading.

Corners are never quite right: too wide, and letters are small; too tight, and one is cut off. Two
crops with different margins err at different plates, and what both say is nearly always right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from platelens.geometry import READING_MARGIN, cut_for_reading
from platelens.types import Candidate, Quad, Reading, RgbImage

Margin = tuple[float, float]
"""Shares of a plate's width and height that are seen around it, on each side."""

USUAL_VIEWS: Final[tuple[Margin, ...]] = (READING_MARGIN, (0.0, 0.0))
ACCURATE_VIEWS: Final[tuple[Margin, ...]] = (*USUAL_VIEWS, (0.02, 0.035))


def cut_views(
    image: RgbImage, quads: Sequence[Quad], views: Sequence[Margin] = USUAL_VIEWS
) -> list[RgbImage]:
    """Give the crops of all views of the first plate, then those of the second..."""
    return [cut_for_reading(image, quad, margin) for quad in quads for margin in views]


def merge_views(readings: Sequence[Reading], count: int = len(USUAL_VIEWS)) -> list[Reading]:
    """Give one reading for every `count` of `readings`, which are in the order of `cut_views`."""
    return [merge_readings(readings[i : i + count]) for i in range(0, len(readings), count)]


def merge_readings(readings: Sequence[Reading]) -> Reading:
    """Give what several readings of the same plate say together.

    A text is as probable as it is on average over the readings (a linear opinion pool, Stone
    1961); a reading that does not have it among its candidates counts as 0. So the confidence of
    a text that only some of the looks show falls.

    Args:
        readings: of the same plate, at least one.
    """
    if len(readings) == 1:
        return readings[0]
    pooled: dict[str, float] = defaultdict(float)
    for reading in readings:
        # A reader without candidates has its text alone, "" perhaps.
        for candidate in reading.candidates or (Candidate(reading.text, reading.confidence),):
            pooled[candidate.text] += candidate.confidence / len(readings)
    most = max(1, *(len(reading.candidates) for reading in readings))
    ranked = sorted(pooled.items(), key=lambda item: -item[1])[:most]
    text, confidence = ranked[0]
    same = [reading for reading in readings if reading.text == text]
    # Where no look puts it first, that with the most similar text knows its characters best.
    shown = same or [max(readings, key=lambda r: len(r.text) == len(text))]
    chars = [r.char_confidences for r in shown if len(r.char_confidences) == len(text)]
    means = tuple(sum(values) / len(values) for values in zip(*chars, strict=True))
    return Reading(
        text=text,
        confidence=confidence,
        char_confidences=means or (confidence,) * len(text),
        candidates=tuple(Candidate(*item) for item in ranked),
        rows=shown[0].rows,
    )
