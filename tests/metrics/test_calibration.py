"""Tests of the scores of the confidence."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from platelens.metrics.calibration import (
    ReliabilityPoint,
    RiskCoveragePoint,
    area_under_risk_coverage,
    brier_score,
    coverage_at_precision,
    expected_calibration_error,
    precision_at_threshold,
    reliability_curve,
    risk_coverage_curve,
)

# Ten answers; the confidences fall, so a threshold keeps a beginning of the list.
CONFIDENCES = [0.99, 0.95, 0.9, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3, 0.1]
RIGHT = [True, True, True, False, True, True, False, True, False, False]


def _drawn(seed: int, count: int = 50) -> tuple[list[float], list[bool]]:
    """Draw answers of a reader that is a bit too sure, with many ties."""
    draw = np.random.default_rng(seed)
    confidences = draw.integers(0, 21, count) / 20
    return confidences.tolist(), (draw.random(count) < confidences**1.5).tolist()


def _bin_of(confidence: float, bins: int) -> int:
    """Give the b of (b - 1) / B < c <= b / B, in whole numbers; the drawn ones are k / 20."""
    exact = Fraction(round(confidence * 20), 20)
    return next(b for b in range(1, bins + 1) if exact <= Fraction(b, bins))


class TestReliability:
    """Tests of the bins and of the expected calibration error."""

    def test_hand_worked(self) -> None:
        curve = reliability_curve([0.1, 0.2, 0.9, 0.7], [False, True, True, True], bins=2)
        assert [p.count for p in curve] == [2, 2]
        assert [p.confidence for p in curve] == pytest.approx([0.15, 0.8])
        assert [p.accuracy for p in curve] == pytest.approx([0.5, 1.0])
        # 2/4 * |0.5 - 0.15| + 2/4 * |1 - 0.8|
        error = expected_calibration_error([0.1, 0.2, 0.9, 0.7], [False, True, True, True], bins=2)
        assert error == pytest.approx(0.5 * 0.35 + 0.5 * 0.2)

    def test_empty_bins_are_left_out(self) -> None:
        assert reliability_curve([1.0, 0.0], [True, False]) == [
            ReliabilityPoint(0.0, 0.0, 1),
            ReliabilityPoint(1.0, 1.0, 1),
        ]

    def test_edge_belongs_to_the_bin_below(self) -> None:
        assert [p.count for p in reliability_curve([0.2, 0.4, 0.41], [True] * 3, bins=5)] == [
            1,
            1,
            1,
        ]

    @pytest.mark.parametrize("bins", [1, 4, 10, 15, 20])
    @pytest.mark.parametrize("seed", range(5))
    def test_equals_brute_force(self, seed: int, bins: int) -> None:
        confidences, right = _drawn(seed)
        error = 0.0
        for number in range(1, bins + 1):
            inside = [i for i, c in enumerate(confidences) if _bin_of(c, bins) == number]
            gap = sum(right[i] - confidences[i] for i in inside)
            error += abs(gap) / len(confidences)
        actual = expected_calibration_error(confidences, right, bins=bins)
        assert actual == pytest.approx(error)

    def test_default_is_fifteen_bins(self) -> None:
        everywhere = [k / 1000 for k in range(1001)]
        right = [True] * len(everywhere)
        assert len(reliability_curve(everywhere, right)) == 15
        # Of the 15 bins (9/15, 10/15] and the next one part these two; ten bins would not.
        error = expected_calibration_error([0.62, 0.69], [True, False])
        assert error == pytest.approx((0.38 + 0.69) / 2)

    @pytest.mark.parametrize(
        ("confidence", "right", "expected"),
        [(1.0, True, 0.0), (0.0, False, 0.0), (1.0, False, 1.0), (0.75, True, 0.25)],
        ids=["sure and right", "unsure and wrong", "sure and wrong", "too modest"],
    )
    def test_single_answer(self, confidence: float, right: bool, expected: float) -> None:
        assert expected_calibration_error([confidence], [right]) == pytest.approx(expected)

    def test_refuses_no_bins(self) -> None:
        with pytest.raises(ValueError, match="bins"):
            reliability_curve([0.5], [True], bins=0)


class TestBrierScore:
    """Tests of the squared error."""

    def test_hand_worked(self) -> None:
        # 0.1^2, 0.6^2, 0.5^2
        score = brier_score([0.9, 0.6, 0.5], [True, False, True])
        assert score == pytest.approx((0.01 + 0.36 + 0.25) / 3)

    @pytest.mark.parametrize("seed", range(5))
    def test_equals_its_split(self, seed: int) -> None:
        # Murphy (1973): reliability - resolution + uncertainty, over the distinct confidences.
        confidences, right = _drawn(seed)
        count, base = len(right), sum(right) / len(right)
        expected = base * (1 - base)
        for value in set(confidences):
            hits = [r for c, r in zip(confidences, right, strict=True) if c == value]
            rate = sum(hits) / len(hits)
            expected += len(hits) / count * ((value - rate) ** 2 - (rate - base) ** 2)
        assert brier_score(confidences, right) == pytest.approx(expected)


class TestRiskCoverage:
    """Tests of staying silent under a threshold."""

    def test_hand_worked(self) -> None:
        curve = risk_coverage_curve([0.9, 0.8, 0.8, 0.1], [True, False, True, False])
        assert curve == [
            RiskCoveragePoint(0.9, 0.25, 1.0),
            RiskCoveragePoint(0.8, 0.75, 2 / 3),
            RiskCoveragePoint(0.1, 1.0, 0.5),
        ]
        assert [p.risk for p in curve] == pytest.approx([0, 1 / 3, 1 / 2])
        # 1/4 * 0 + 2/4 * 1/3 + 1/4 * 1/2
        area = area_under_risk_coverage([0.9, 0.8, 0.8, 0.1], [True, False, True, False])
        assert area == pytest.approx(1 / 6 + 1 / 8)

    @pytest.mark.parametrize("seed", range(10))
    def test_area_is_the_mean_risk_over_the_answers(self, seed: int) -> None:
        confidences, right = _drawn(seed)
        risks = []
        for own in confidences:
            kept = [r for c, r in zip(confidences, right, strict=True) if c >= own]
            risks.append(kept.count(False) / len(kept))
        area = area_under_risk_coverage(confidences, right)
        assert area == pytest.approx(sum(risks) / len(risks))

    def test_order_of_the_answers_does_not_matter(self) -> None:
        confidences, right = _drawn(3)
        order = np.random.default_rng(0).permutation(len(right))
        area = area_under_risk_coverage([confidences[i] for i in order], [right[i] for i in order])
        assert area == pytest.approx(area_under_risk_coverage(confidences, right))

    def test_sorting_the_wrong_ones_last_is_best(self) -> None:
        confidences = [0.9, 0.8, 0.7, 0.6]
        good = area_under_risk_coverage(confidences, [True, True, True, False])
        bad = area_under_risk_coverage(confidences, [False, True, True, True])
        assert good == pytest.approx(1 / 16)
        assert bad == pytest.approx((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(0.0, 6 / 10), (0.9, 3 / 4), (0.91, 1.0), (0.5, 6 / 8)],
    ids=["all", "equal counts", "just over", "half"],
)
def test_precision_at_threshold(threshold: float, expected: float) -> None:
    assert precision_at_threshold(CONFIDENCES, RIGHT, threshold) == pytest.approx(expected)


def test_precision_at_a_threshold_that_nothing_reaches() -> None:
    with pytest.raises(ValueError, match=r"at least 0\.999"):
        precision_at_threshold(CONFIDENCES, RIGHT, 0.999)


class TestCoverageAtPrecision:
    """Tests of the threshold for a wanted precision."""

    @pytest.mark.parametrize(
        ("precision", "threshold", "coverage"),
        [(1.0, 0.95, 0.2), (0.8, 0.7, 0.6), (0.75, 0.5, 0.8), (0.0, 0.1, 1.0)],
        ids=["no error", "through a dip", "exactly met", "anything goes"],
    )
    def test_hand_worked(self, precision: float, threshold: float, coverage: float) -> None:
        # Precision is 1, 1, 3/4 (two at 0.9), 4/5, 5/6, 5/7, 6/8, 6/9, 6/10.
        point = coverage_at_precision(CONFIDENCES, RIGHT, precision)
        assert point is not None
        assert point.threshold == threshold
        assert point.coverage == pytest.approx(coverage)
        assert point.precision >= precision

    @pytest.mark.parametrize("wanted", [0.5, 0.7, 0.9, 0.95, 1.0])
    @pytest.mark.parametrize("seed", range(5))
    def test_equals_trying_each_threshold(self, seed: int, wanted: float) -> None:
        confidences, right = _drawn(seed)
        lowest, coverage = None, 0.0
        for threshold in sorted(set(confidences), reverse=True):
            kept = [r for c, r in zip(confidences, right, strict=True) if c >= threshold]
            if Fraction(sum(kept), len(kept)) >= Fraction(str(wanted)):
                lowest, coverage = threshold, len(kept) / len(right)
        point = coverage_at_precision(confidences, right, wanted)
        if lowest is None:
            assert point is None
        else:
            assert point is not None
            assert [point.threshold, point.coverage] == pytest.approx([lowest, coverage])

    def test_none_when_out_of_reach(self) -> None:
        assert coverage_at_precision([0.9, 0.5], [False, True], 0.9) is None

    def test_decimal_precision_is_met_exactly(self) -> None:
        # 19 of 20 is 0.95, though 1 - 1/20 need not be in floating point.
        for count in range(2, 200):
            right = [True] * (count - 1) + [False]
            point = coverage_at_precision([0.5] * count, right, (count - 1) / count)
            assert point is not None, count


SCORES = [
    brier_score,
    reliability_curve,
    expected_calibration_error,
    risk_coverage_curve,
    area_under_risk_coverage,
    lambda confidences, right: precision_at_threshold(confidences, right, 0.5),
    lambda confidences, right: coverage_at_precision(confidences, right, 0.5),
]
NAMES = ["brier", "curve", "ece", "risk", "area", "precision", "coverage"]


@pytest.mark.parametrize("score", SCORES, ids=NAMES)
@pytest.mark.parametrize(
    ("confidences", "right", "message"),
    [
        ([], [], "needs an answer"),
        ([0.5], [True, False], "as many confidences"),
        ([0.5, 1.01], [True, False], "between 0 and 1"),
        ([0.5, -0.1], [True, False], "between 0 and 1"),
        ([0.5, float("nan")], [True, False], "between 0 and 1"),
    ],
    ids=["nothing", "lengths", "over one", "under zero", "nan"],
)
def test_refuses(
    score: Callable[[list[float], list[bool]], object],
    confidences: list[float],
    right: list[bool],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        score(confidences, right)
