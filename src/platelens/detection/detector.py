"""The plate detector: pre-processing, the network and post-processing in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from platelens.detection.postprocess import Thresholds, read_map
from platelens.detection.preprocess import letterbox
from platelens.geometry import iou_xyxy
from platelens.runtime import Session
from platelens.types import Box, Detection, RgbImage

LARGE_PX: Final = 256
"""Plates wider than this in the network's input are looked at twice."""

SMALL_PX: Final = 96
"""Of a finer second look, plates narrower than this in its input are believed."""

MOST_REDUCED: Final = 2.5
"""A picture that has to be reduced more is looked at twice: a plate of 60 px would be one of less
than 24 px. Of such, 55 % are found at 16 px, 83 % at 24, 85 % at 30 (docs/models.md)."""

DOUBT: Final = 0.3
"""Less sure than this, hardly anything is a plate, readable or not (docs/models.md)."""

NEAR_SIDE: Final = 256
"""Longer side of the input, in pixels, of a look at the surroundings of one plate."""

_NEAR: Final = Thresholds(score=0.2, iou=0.45)
_SAME: Final = 0.2
"""From this overlap (IoU) on, what is found near a plate may be the plate, more precisely."""

MAX_LONG_SIDE: Final = 2560
"""The second look is no finer than this: what it costs grows with the square."""


class PlateDetector:
    """Finds plates with a model of the task "detection". Safe to share between threads.

    Args:
        session: an open model; `settings` of its manifest give `score_threshold` and
            `iou_threshold`, `input_size` the longer side of the input.
        score_threshold: replaces the manifest's; 0..1.
        long_side: longer side of the input in pixels, replaces the manifest's. Less is faster,
            more finds smaller plates.
        doubt_threshold: what is less sure than the other threshold, and as sure as this, is found
            too, as doubtful; 0..1.
    """

    def __init__(
        self,
        session: Session,
        *,
        score_threshold: float | None = None,
        long_side: int | None = None,
        doubt_threshold: float = 1.0,
    ) -> None:
        manifest = session.manifest
        self._session = session
        self._long_side = long_side or max(manifest.input_size)
        if score_threshold is None:
            score_threshold = manifest.setting("score_threshold", low=0, high=1)
        iou_threshold = manifest.setting("iou_threshold", low=0, high=1)
        self._sure = score_threshold
        self._thresholds = Thresholds(min(score_threshold, doubt_threshold), iou_threshold)

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the plates of `image`, most confident first; [] when there is none.

        Very large plates are beyond what the network is trained on: it sees parts of them. When
        there is one, the picture is looked at again at half the scale. A large picture, in which
        plates would be too small, is looked at again at a finer one.
        """
        found, scale = self._look(image, self._long_side)
        large_px = LARGE_PX / scale
        if any(d.box.width > large_px and d.confidence >= self._sure for d in found):
            again, _ = self._look(image, self._long_side // 2)
            large = [d for d in again if d.box.width > large_px]
            found = large + _without_parts_of(large, found)
        finer = min(MAX_LONG_SIDE, round(max(image.shape[:2]) / MOST_REDUCED))
        if finer > self._long_side:
            again, scale = self._look(image, finer)
            # What the finer look takes for a plate may be a letter of one that is near.
            near = [d for d in found if d.box.width * scale > SMALL_PX]
            far = [d for d in again if d.box.width * scale <= SMALL_PX]
            far = _without_parts_of(near, far)
            found = far + _without_parts_of(far, found)
        sure = [d for d in found if d.confidence >= self._sure]
        doubtful = [
            replace(d, is_doubtful=True)
            for d in found
            # What is in a plate, or around one, is no other.
            if d.confidence < self._sure
            and not any(_is_part(d.box, s.box) or _is_part(s.box, d.box) for s in sure)
        ]
        return sorted([*sure, *doubtful], key=lambda d: -d.confidence)

    def locate(self, image: RgbImage, box: Box) -> Detection | None:
        """Find the plate at `box` again in a picture of its surroundings.

        Boxes and corners come out more precise where the plate is neither small nor large in the
        input: about a third of the picture.

        Args:
            image: the surroundings, about three times as wide as the plate.
            box: where it was found, pixels of `image`.

        Returns:
            The surest plate that overlaps `box`; None if there is none.
        """
        found, _ = self._look(image, NEAR_SIDE, _NEAR)
        rows = np.array([_sides(d.box) for d in found], np.float32).reshape(-1, 4)
        overlaps = iou_xyxy(rows, np.array([_sides(box)], np.float32))[:, 0]
        return next((d for d, same in zip(found, overlaps, strict=True) if same >= _SAME), None)

    def _look(
        self, image: RgbImage, long_side: int, thresholds: Thresholds | None = None
    ) -> tuple[list[Detection], float]:
        """Give what is found at one scale, and input pixels per picture pixel."""
        fitted = letterbox(image, long_side)
        (cells,) = self._session.run(fitted.pixels[None])
        size_hw = (image.shape[0], image.shape[1])
        found = read_map(cells[0], thresholds or self._thresholds, fitted, size_hw)
        return found, fitted.scale_xy[0]


def _sides(box: Box) -> tuple[float, float, float, float]:
    return box.x1, box.y1, box.x2, box.y2


def _without_parts_of(wholes: Sequence[Detection], others: Sequence[Detection]) -> list[Detection]:
    """Give those of `others` that do not lie, by half or more, in one of `wholes`."""
    return [d for d in others if not any(_is_part(d.box, w.box) for w in wholes)]


def _is_part(box: Box, whole: Box) -> bool:
    """Tell whether at least half of `box` lies in `whole`."""
    width = min(box.x2, whole.x2) - max(box.x1, whole.x1)
    height = min(box.y2, whole.y2) - max(box.y1, whole.y1)
    return width > 0 and height > 0 and 2 * width * height >= box.width * box.height
