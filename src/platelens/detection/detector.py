"""The plate detector: pre-processing, the network and post-processing in a row."""

from __future__ import annotations

from typing import Final

from platelens.detection.postprocess import Thresholds, read_map
from platelens.detection.preprocess import Letterboxed, letterbox
from platelens.runtime import Session
from platelens.types import Box, Detection, RgbImage

LARGE_PX: Final = 256
"""Plates wider than this in the network's input are looked at twice."""


class PlateDetector:
    """Finds plates with a model of the task "detection". Safe to share between threads.

    Args:
        session: an open model; `settings` of its manifest give `score_threshold` and
            `iou_threshold`, `input_size` the longer side of the input.
        score_threshold: replaces the manifest's; 0..1.
    """

    def __init__(self, session: Session, *, score_threshold: float | None = None) -> None:
        manifest = session.manifest
        self._session = session
        self._long_side = max(manifest.input_size)
        if score_threshold is None:
            score_threshold = manifest.setting("score_threshold", low=0, high=1)
        iou_threshold = manifest.setting("iou_threshold", low=0, high=1)
        self._thresholds = Thresholds(score_threshold, iou_threshold)

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the plates of `image`, most confident first; [] when there is none.

        Very large plates are beyond what the network is trained on: it sees parts of them. When
        there is one, the picture is looked at again at half the scale.
        """
        fitted = letterbox(image, self._long_side)
        found = self._look(image, fitted)
        large_px = LARGE_PX / fitted.scale_xy[0]
        if any(d.box.width > large_px for d in found):
            again = self._look(image, letterbox(image, self._long_side // 2))
            large = [d for d in again if d.box.width > large_px]
            found = large + [d for d in found if not any(_is_part(d.box, o.box) for o in large)]
        return sorted(found, key=lambda d: -d.confidence)

    def _look(self, image: RgbImage, fitted: Letterboxed) -> list[Detection]:
        (cells,) = self._session.run(fitted.pixels[None])
        return read_map(cells[0], self._thresholds, fitted, (image.shape[0], image.shape[1]))


def _is_part(box: Box, whole: Box) -> bool:
    """Tell whether at least half of `box` lies in `whole`."""
    width = min(box.x2, whole.x2) - max(box.x1, whole.x1)
    height = min(box.y2, whole.y2) - max(box.y1, whole.y1)
    return width > 0 and height > 0 and 2 * width * height >= box.width * box.height
