"""Scores of detection: which plates were found, and what was found that is no plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from platelens.geometry import iou_xyxy
from platelens.metrics.thresholds import count_by_threshold
from platelens.types import Box

COCO_IOUS: Final = tuple(percent / 100 for percent in range(50, 100, 5))
"""0.50, 0.55 ... 0.95, the ten thresholds of AP50-95."""


def match_boxes(
    boxes: Sequence[Box],
    confidences: Sequence[float],
    truths: Sequence[Box],
    *,
    min_iou: float = 0.5,
) -> list[int | None]:
    """Pair the detections of one image with its labelled boxes, greedily by confidence.

    The detections choose in falling order of confidence (equal ones in the order given). Each
    takes, of the labelled boxes that are still free, the one with the greatest intersection over
    union, |A n B| / |A u B|, provided that it is at least `min_iou`; on a tie, the first.

    Returns:
        For each detection, in the order given, the index of its labelled box; None for a false
        detection.
    """
    if len(boxes) != len(confidences):
        raise ValueError(f"{len(boxes)} boxes need as many confidences, got {len(confidences)}")
    matches: list[int | None] = [None] * len(boxes)
    if not boxes or not truths:
        return matches
    overlaps = iou_xyxy(_as_array(boxes), _as_array(truths))  # (detections, truths)
    for index in sorted(range(len(boxes)), key=lambda i: -confidences[i]):
        best = int(overlaps[index].argmax())
        if overlaps[index, best] >= min_iou:
            matches[index] = best
            overlaps[:, best] = -1.0  # taken
    return matches


@dataclass(slots=True)
class DetectionCounts:
    """Recall, precision, F1 and false detections per image, over many images.

    With M matched pairs of `match_boxes`, D detections, T labelled boxes and I images, each
    summed over all images before anything is divided:

    * recall = M / T
    * precision = M / D
    * F1 = 2 M / (D + T), the harmonic mean of the two
    * false per image = (D - M) / I
    """

    matched: int = 0
    detections: int = 0
    truths: int = 0
    images: int = 0

    def update(self, matches: Sequence[int | None], truths: int) -> None:
        """Add one image: what `match_boxes` gave, and how many boxes were labelled."""
        self.matched += sum(match is not None for match in matches)
        self.detections += len(matches)
        self.truths += truths
        self.images += 1

    def merge(self, other: DetectionCounts) -> None:
        """Add the images of `other`."""
        self.matched += other.matched
        self.detections += other.detections
        self.truths += other.truths
        self.images += other.images

    def recall(self) -> float:
        """Give the part of the labelled boxes that was found; ValueError when none is labelled."""
        return _rate(self.matched, self.truths, "recall needs a labelled box")

    def precision(self) -> float:
        """Give the part of the detections that is right; ValueError when there is none."""
        return _rate(self.matched, self.detections, "precision needs a detection")

    def f1(self) -> float:
        """Give F1, 0..1; ValueError when there is neither a detection nor a labelled box."""
        both = self.detections + self.truths
        return _rate(2 * self.matched, both, "F1 needs a detection or a labelled box")

    def false_per_image(self) -> float:
        """Give the mean number of false detections in an image; ValueError without images."""
        return _rate(self.detections - self.matched, self.images, "a mean needs an image")


@dataclass(slots=True)
class AveragePrecision:
    """Average precision: the area under the interpolated precision-recall curve.

    All detections of all images are sorted by falling confidence. At each distinct confidence c,
    with TP and FP the matched and false detections of confidence >= c and T the labelled boxes,
    recall r = TP / T and precision p = TP / (TP + FP). Then

        AP = sum over the points k of (r_k - r_(k-1)) * max(p_j for j >= k), with r_0 = 0,

    which is the "all points" form of PASCAL VOC from 2010 on (COCO samples the same curve at 101
    recalls). With matches made at IoU 0.5 it is AP50. Detections that were never reported, being
    under the detector's threshold, end the curve early: say the threshold with the number.
    """

    confidences: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    truths: int = 0

    def update(
        self, confidences: Sequence[float], matches: Sequence[int | None], truths: int
    ) -> None:
        """Add one image: its detections, what `match_boxes` gave, and the number labelled."""
        if len(confidences) != len(matches):
            raise ValueError(f"{len(matches)} matches need as many confidences")
        self.confidences.extend(confidences)
        self.right.extend(match is not None for match in matches)
        self.truths += truths

    def merge(self, other: AveragePrecision) -> None:
        """Add the images of `other`."""
        self.confidences.extend(other.confidences)
        self.right.extend(other.right)
        self.truths += other.truths

    def compute(self) -> float:
        """Give the average precision, 0..1; ValueError when no box is labelled."""
        if self.truths == 0:
            raise ValueError("average precision needs a labelled box")
        counts = count_by_threshold(self.confidences, self.right)
        precision = counts.right / counts.kept
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        recall = counts.right / self.truths
        return float(np.sum(np.diff(recall, prepend=0.0) * envelope))


@dataclass(slots=True)
class MeanAveragePrecision:
    """AP50-95: the mean of the average precisions at the ten overlaps of COCO_IOUS.

    (1 / 10) * sum over t = 0.50, 0.55 ... 0.95 of AP_t, where AP_t is `AveragePrecision` with the
    matches that `match_boxes` makes at an intersection over union of at least t.
    `per_iou[t].compute()` gives a single one.
    """

    per_iou: dict[float, AveragePrecision] = field(
        default_factory=lambda: {iou: AveragePrecision() for iou in COCO_IOUS}
    )

    def update(
        self, boxes: Sequence[Box], confidences: Sequence[float], truths: Sequence[Box]
    ) -> None:
        """Add one image: its detections, their confidences, and its labelled boxes."""
        for iou, score in self.per_iou.items():
            matches = match_boxes(boxes, confidences, truths, min_iou=iou)
            score.update(confidences, matches, len(truths))

    def merge(self, other: MeanAveragePrecision) -> None:
        """Add the images of `other`."""
        for iou, score in self.per_iou.items():
            score.merge(other.per_iou[iou])

    def compute(self) -> float:
        """Give the mean, 0..1; ValueError when no box is labelled."""
        return sum(score.compute() for score in self.per_iou.values()) / len(self.per_iou)


def _as_array(boxes: Sequence[Box]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray([(b.x1, b.y1, b.x2, b.y2) for b in boxes], dtype=np.float32)


def _rate(part: int, whole: int, need: str) -> float:
    if whole == 0:
        raise ValueError(need)
    return part / whole
