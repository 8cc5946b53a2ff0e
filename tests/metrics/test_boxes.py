"""Tests of the detection scores."""

from __future__ import annotations

import numpy as np
import pytest

from platelens.metrics.boxes import (
    COCO_IOUS,
    AveragePrecision,
    DetectionCounts,
    MeanAveragePrecision,
    match_boxes,
)
from platelens.types import Box


def _at(x: float, size: float = 10.0) -> Box:
    return Box(x, 0.0, x + size, size)


class TestMatchBoxes:
    """Tests of the greedy matching."""

    def test_detection_at_its_plate_matches(self) -> None:
        assert match_boxes([_at(1)], [0.9], [_at(0)]) == [0]

    def test_result_keeps_the_order_given(self) -> None:
        boxes = [_at(100), _at(0), _at(500)]
        assert match_boxes(boxes, [0.2, 0.9, 0.5], [_at(0), _at(100)]) == [1, 0, None]

    def test_more_confident_detection_takes_the_plate(self) -> None:
        # The first overlaps better, but the second chooses first.
        assert match_boxes([_at(0), _at(2)], [0.5, 0.9], [_at(0)]) == [None, 0]

    def test_second_choice_when_the_best_is_taken(self) -> None:
        # IoU with truths at 0 and 4: a detection at 1 has 9/11 and 7/13, one at 2 has 8/12 both.
        assert match_boxes([_at(1), _at(2)], [0.9, 0.8], [_at(0), _at(4)]) == [0, 1]

    def test_tie_in_confidence_goes_by_order(self) -> None:
        assert match_boxes([_at(1), _at(0)], [0.5, 0.5], [_at(0)]) == [0, None]

    @pytest.mark.parametrize(
        ("shift", "expected"),
        [(10 / 3 - 0.01, [0]), (10 / 3 + 0.01, [None])],
        ids=["just over half", "just under half"],
    )
    def test_iou_threshold(self, shift: float, expected: list[int | None]) -> None:
        # Two squares of side 10, shifted by s: (10 - s) / (10 + s) = 1/2 at s = 10/3.
        assert match_boxes([_at(shift)], [1.0], [_at(0)]) == expected

    def test_iou_of_exactly_the_threshold_matches(self) -> None:
        assert match_boxes([Box(0, 0, 10, 5)], [1.0], [_at(0)], min_iou=0.5) == [0]

    @pytest.mark.parametrize(
        ("boxes", "truths", "expected"),
        [([], [], []), ([], [_at(0)], []), ([_at(0)], [], [None])],
        ids=["nothing", "no detection", "no plate"],
    )
    def test_empty(self, boxes: list[Box], truths: list[Box], expected: list[int | None]) -> None:
        assert match_boxes(boxes, [0.5] * len(boxes), truths) == expected

    def test_refuses_a_missing_confidence(self) -> None:
        with pytest.raises(ValueError, match="as many confidences"):
            match_boxes([_at(0)], [], [_at(0)])


class TestDetectionCounts:
    """Tests of recall, precision and false detections per image."""

    def test_hand_worked(self) -> None:
        counts = DetectionCounts()
        counts.update([0, None], truths=1)
        counts.update([], truths=2)
        counts.update([1, 0, None, None], truths=2)
        # matched 3, detections 6, labelled 5, images 3
        assert counts.recall() == pytest.approx(3 / 5)
        assert counts.precision() == pytest.approx(3 / 6)
        assert counts.f1() == pytest.approx(2 / (5 / 3 + 6 / 3))  # harmonic mean
        assert counts.false_per_image() == pytest.approx(3 / 3)

    def test_merge_equals_one_pass(self) -> None:
        first, second, both = DetectionCounts(), DetectionCounts(), DetectionCounts()
        for part in (first, both):
            part.update([0], truths=3)
        for part in (second, both):
            part.update([None, 0], truths=1)
        first.merge(second)
        assert first == both

    @pytest.mark.parametrize("score", ["recall", "precision", "f1", "false_per_image"])
    def test_nothing_raises(self, score: str) -> None:
        with pytest.raises(ValueError, match="needs"):
            getattr(DetectionCounts(), score)()

    def test_image_without_plates_counts_as_image(self) -> None:
        counts = DetectionCounts()
        counts.update([None], truths=0)
        assert counts.false_per_image() == 1.0
        with pytest.raises(ValueError, match="labelled"):
            counts.recall()

    @pytest.mark.parametrize(
        ("matches", "truths"), [([None], 0), ([], 2)], ids=["only false", "only missed"]
    )
    def test_f1_of_no_match_is_zero(self, matches: list[int | None], truths: int) -> None:
        counts = DetectionCounts()
        counts.update(matches, truths)
        assert counts.f1() == 0.0


def _reference_average_precision(confidences: list[float], right: list[bool], truths: int) -> float:
    """Integrate the envelope by brute force: the mean, over labelled boxes, of the best precision.

    Recall moves in steps of 1 / truths, so AP is the mean over k = 1..truths of the greatest
    precision among the thresholds that find at least k; 0 where none does.
    """
    points = []
    for threshold in set(confidences):
        kept = [r for c, r in zip(confidences, right, strict=True) if c >= threshold]
        points.append((sum(kept), sum(kept) / len(kept)))
    total = 0.0
    for k in range(1, truths + 1):
        total += max((p for found, p in points if found >= k), default=0.0)
    return total / truths


class TestAveragePrecision:
    """Tests of the area under the precision-recall curve."""

    def test_hand_worked(self) -> None:
        # right, false, right, false, right of 4 labelled:
        # recalls 1/4 1/4 2/4 2/4 3/4, precisions 1 1/2 2/3 2/4 3/5; envelope 1, 2/3, 3/5.
        score = AveragePrecision()
        score.update([0.9, 0.8, 0.7, 0.6, 0.5], [0, None, 1, None, 2], truths=4)
        assert score.compute() == pytest.approx((1 + 2 / 3 + 3 / 5) / 4)

    @pytest.mark.parametrize(
        ("confidences", "matches", "truths", "expected"),
        [
            ([0.9, 0.8], [0, 1], 2, 1.0),
            ([0.9, 0.8], [0, None], 2, 0.5),
            ([0.9], [None], 3, 0.0),
            ([], [], 3, 0.0),
            ([0.5, 0.5], [None, 0], 1, 0.5),
            ([0.5, 0.5], [0, None], 1, 0.5),
        ],
        ids=["perfect", "half", "only false", "no detection", "tie", "tie, other order"],
    )
    def test_cases(
        self,
        confidences: list[float],
        matches: list[int | None],
        truths: int,
        expected: float,
    ) -> None:
        score = AveragePrecision()
        score.update(confidences, matches, truths)
        assert score.compute() == pytest.approx(expected)

    @pytest.mark.parametrize("seed", range(20))
    def test_equals_brute_force(self, seed: int) -> None:
        draw = np.random.default_rng(seed)
        count = int(draw.integers(1, 60))
        confidences = draw.integers(1, 20, count) / 20  # many ties
        right = draw.random(count) < 0.6
        truths = int(right.sum() + draw.integers(1, 10))
        score = AveragePrecision()
        score.update(confidences.tolist(), [i if r else None for i, r in enumerate(right)], truths)
        expected = _reference_average_precision(confidences.tolist(), right.tolist(), truths)
        assert score.compute() == pytest.approx(expected)

    def test_merge_sorts_across_images(self) -> None:
        first, second = AveragePrecision(), AveragePrecision()
        first.update([0.3], [None], truths=1)
        second.update([0.9], [0], truths=1)
        first.merge(second)
        assert first.compute() == pytest.approx(0.5)

    def test_nothing_labelled_raises(self) -> None:
        with pytest.raises(ValueError, match="labelled"):
            AveragePrecision().compute()

    def test_refuses_a_missing_confidence(self) -> None:
        with pytest.raises(ValueError, match="as many confidences"):
            AveragePrecision().update([], [None], truths=0)


def _scene(
    draw: np.random.Generator,
) -> tuple[list[Box], list[float], list[Box]]:
    """Draw an image: plates in a row, most found with some error, some false detections."""
    truths = [Box(60 * i, 0, 60 * i + 50, 20) for i in range(int(draw.integers(0, 4)))]
    boxes = []
    for box in truths:
        for _ in range(int(draw.integers(0, 3))):
            x, y = draw.normal(0, 3, 2)
            boxes.append(Box(box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y + draw.uniform(0, 4)))
    boxes += [Box(500, 500, 520, 510)] * int(draw.integers(0, 2))
    return boxes, draw.random(len(boxes)).tolist(), truths


def _iou(a: Box, b: Box) -> float:
    wide = max(0.0, min(a.x2, b.x2) - max(a.x1, b.x1))
    high = max(0.0, min(a.y2, b.y2) - max(a.y1, b.y1))
    return wide * high / (a.width * a.height + b.width * b.height - wide * high)


def _reference_right(
    boxes: list[Box], confidences: list[float], truths: list[Box], least: float
) -> list[bool]:
    """Say of each detection whether it is right, by pairs taken from a list of all of them."""
    pairs = sorted(
        (
            (-c, -_iou(b, t), i, j)
            for i, (b, c) in enumerate(zip(boxes, confidences, strict=True))
            for j, t in enumerate(truths)
            if _iou(b, t) >= least
        )
    )
    right, taken = [False] * len(boxes), set()
    for _, _, i, j in pairs:
        if not right[i] and j not in taken:
            right[i] = True
            taken.add(j)
    return right


class TestMeanAveragePrecision:
    """Tests of AP50-95."""

    def test_ten_overlaps(self) -> None:
        assert COCO_IOUS == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)

    @pytest.mark.parametrize(
        ("height", "expected"),
        [(10.0, 1.0), (8.2, 0.7), (8.0, 0.7), (5.2, 0.1), (4.9, 0.0)],
        ids=["perfect", "up to 0.80", "exactly 0.80", "only at 0.50", "nowhere"],
    )
    def test_one_plate(self, height: float, expected: float) -> None:
        # A detection of 10 x h inside a plate of 10 x 10 has an IoU of h / 10.
        score = MeanAveragePrecision()
        score.update([Box(0, 0, 10, height)], [0.9], [_at(0)])
        assert score.compute() == pytest.approx(expected)

    def test_single_overlap(self) -> None:
        score = MeanAveragePrecision()
        score.update([Box(0, 0, 10, 7.7)], [0.9], [_at(0)])
        assert [score.per_iou[iou].compute() for iou in (0.5, 0.75, 0.8)] == [1.0, 1.0, 0.0]

    @pytest.mark.parametrize("seed", range(10))
    def test_equals_brute_force(self, seed: int) -> None:
        draw = np.random.default_rng(seed)
        scenes = [_scene(draw) for _ in range(12)]
        score = MeanAveragePrecision()
        for scene in scenes:
            score.update(*scene)
        confidences = [c for _, sure, _ in scenes for c in sure]
        labelled = sum(len(truths) for _, _, truths in scenes)
        total = 0.0
        for k in range(10):
            right = [r for scene in scenes for r in _reference_right(*scene, 0.5 + 0.05 * k)]
            total += _reference_average_precision(confidences, right, labelled)
        assert score.compute() == pytest.approx(total / 10)

    def test_merge_equals_one_pass(self) -> None:
        draw = np.random.default_rng(0)
        first, second, both = (MeanAveragePrecision() for _ in range(3))
        for number in range(12):
            scene = _scene(draw)
            (first if number < 6 else second).update(*scene)
            both.update(*scene)
        first.merge(second)
        assert first == both
        assert 0 < first.compute() < 1

    def test_nothing_labelled_raises(self) -> None:
        with pytest.raises(ValueError, match="labelled"):
            MeanAveragePrecision().compute()
