"""Finds plates in order to hide them: rather one too many than one too few."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from platelens.geometry import grow_quad
from platelens.imaging import Cover, cover_quads
from platelens.pipeline.pipeline import Pipeline
from platelens.types import Detector, Frame, Quad, RgbImage

DOUBTFUL: Final = 0.2
"""A detector's threshold for what is to be hidden; far lower than for what is to be read."""

_MARGIN: Final = (0.1, 0.2)
"""Of width and height: frames, stickers and the edges of letters are hidden, too."""


class Redactor:
    """Hides plates. Safe to share between threads.

    Args:
        detector: finds plates, with a low threshold.
        pipeline: decides whether a picture in which nothing is found is itself a plate.
        how: what is put in their place.
    """

    def __init__(self, detector: Detector, pipeline: Pipeline, how: Cover) -> None:
        self._detector = detector
        self._pipeline = pipeline
        self._how = how

    def hide(self, image: RgbImage) -> tuple[RgbImage, int]:
        """Give a copy of a picture without its plates, and how many there were."""
        quads = self._find(image)
        if not quads:
            quads = [plate.detection.quad for plate in self._pipeline.run(image)]
        return cover_quads(image, _grown(quads), self._how), len(quads)

    def hide_in_frames(self, frames: Iterable[Frame], hold_s: float = 0.4) -> Iterator[Frame]:
        """Give the pictures of a video without plates.

        Where a plate is found, it is hidden so long before and after, too: it may be missed in one
        picture and found in the next.
        """
        waiting: deque[Frame] = deque()
        found: deque[tuple[float, list[Quad]]] = deque()
        for frame in frames:
            waiting.append(frame)
            found.append((frame.time_s, self._find(frame.image)))
            while waiting and waiting[0].time_s + hold_s <= frame.time_s:
                yield self._hidden(waiting.popleft(), found, hold_s)
        while waiting:
            yield self._hidden(waiting.popleft(), found, hold_s)

    def _hidden(self, frame: Frame, found: deque[tuple[float, list[Quad]]], hold_s: float) -> Frame:
        while found[0][0] < frame.time_s - hold_s:
            found.popleft()
        near = [quads for time_s, quads in found if time_s <= frame.time_s + hold_s]
        quads = [quad for some in near for quad in some]
        return replace(frame, image=cover_quads(frame.image, _grown(quads), self._how))

    def _find(self, image: RgbImage) -> list[Quad]:
        return [detection.quad for detection in self._detector.detect(image)]


def _grown(quads: Iterable[Quad]) -> list[Quad]:
    return [grow_quad(quad, _MARGIN) for quad in quads]
