"""How detectors are measured on held-out scenes, and how their score threshold is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from platelens.metrics import DetectionCounts, match_boxes
from platelens.training.detection.scenes import Scene
from platelens.types import Detection

THRESHOLDS: Final = tuple(round(0.1 + 0.025 * i, 3) for i in range(29))  # 0.1 to 0.8
# Most "false" plates of the held-out scenes are real ones in the background that nobody labelled.
_MAX_FALSE_PER_IMAGE: Final = 0.15

Found = Sequence[Sequence[Detection]]
"""What was found in each of the held-out scenes, down to the lowest of `THRESHOLDS`."""


def scores_at(scenes: Sequence[Scene], found: Found, threshold: float) -> dict[str, float]:
    """Give recall at IoU 0.5, of all plates, and false plates an image, at a score threshold."""
    counts = _count(scenes, found, threshold)
    return {"recall": counts.recall(), "false_per_image": counts.false_per_image()}


def choose_threshold(scenes: Sequence[Scene], found: Found) -> float:
    """Give the lowest score threshold with few false plates; the highest, where none has few."""
    for threshold in THRESHOLDS:
        if _count(scenes, found, threshold).false_per_image() <= _MAX_FALSE_PER_IMAGE:
            return threshold
    return THRESHOLDS[-1]


def final_scores(scenes: Sequence[Scene], found: Found, threshold: float) -> dict[str, float]:
    """Give what `scores_at` gives, rounded and named as in a manifest."""
    scores = scores_at(scenes, found, threshold)
    return {f"held_out_{name}": round(value, 4) for name, value in scores.items()}


def _count(scenes: Sequence[Scene], found: Found, threshold: float) -> DetectionCounts:
    counts = DetectionCounts()
    for scene, detections in zip(scenes, found, strict=True):
        sure = [d for d in detections if d.confidence >= threshold]
        boxes, scores = [d.box for d in sure], [d.confidence for d in sure]
        counts.update(match_boxes(boxes, scores, scene.boxes), len(scene.boxes))
    return counts
