"""The plate detector: pre-processing, the network and post-processing in a row."""

from __future__ import annotations

from platelens.detection.postprocess import decode_map, suppress, to_detections
from platelens.detection.preprocess import letterbox
from platelens.runtime import Session
from platelens.types import Detection, RgbImage


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
        self._iou_threshold = manifest.setting("iou_threshold")
        self._score_threshold = (
            manifest.setting("score_threshold") if score_threshold is None else score_threshold
        )

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the plates of `image`, most confident first; [] when there is none."""
        fitted = letterbox(image, self._long_side)
        (cells,) = self._session.run(fitted.pixels[None])
        boxes, corners = decode_map(cells[0], self._score_threshold)
        keep = suppress(boxes, self._iou_threshold)
        size_hw = (image.shape[0], image.shape[1])
        return to_detections(boxes[keep], corners[keep], fitted.scale_xy, size_hw)
