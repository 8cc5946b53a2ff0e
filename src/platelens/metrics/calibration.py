"""Scores of the confidence: what it promises, and what one gains by staying silent below it.

All take the same two sequences of one length: how sure each answer was, 0..1, and whether it was
right. Shards add up by joining the sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.metrics.thresholds import count_by_threshold

DEFAULT_BINS: Final = 15
"""As Guo et al. (2017)."""


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """The answers whose confidence lies in one bin."""

    confidence: float  # mean, 0..1
    accuracy: float  # part that is right, 0..1
    count: int


@dataclass(frozen=True, slots=True)
class RiskCoveragePoint:
    """What happens when only answers of at least one confidence are given."""

    threshold: float  # the least confidence that is answered
    coverage: float  # part of all that is answered, 0..1
    precision: float  # part of the answered that is right, 0..1

    @property
    def risk(self) -> float:
        """Part of the answered that is wrong: 1 - precision."""
        return 1 - self.precision


def reliability_curve(
    confidences: Sequence[float], right: Sequence[bool], *, bins: int = DEFAULT_BINS
) -> list[ReliabilityPoint]:
    """Give mean confidence and accuracy of each of `bins` bins of equal width, rising.

    Bin b = 1..B holds the confidences in ((b - 1) / B, b / B]; the first one also holds 0. Bins
    without an answer are left out.

    Raises:
        ValueError: there is no answer, a confidence is not in 0..1, the sequences differ in
            length, or there is no bin.
    """
    if bins < 1:
        raise ValueError(f"bins must be at least 1, got {bins}")
    values, hits = _answers(confidences, right)
    upper_edges = np.arange(1, bins + 1) / bins
    numbers = np.searchsorted(upper_edges, values, side="left")
    counts = np.bincount(numbers, minlength=bins)
    sure = np.bincount(numbers, weights=values, minlength=bins)
    good = np.bincount(numbers, weights=hits, minlength=bins)
    return [
        ReliabilityPoint(float(sure[b] / counts[b]), float(good[b] / counts[b]), int(counts[b]))
        for b in np.flatnonzero(counts)
    ]


def expected_calibration_error(
    confidences: Sequence[float], right: Sequence[bool], *, bins: int = DEFAULT_BINS
) -> float:
    """Give the mean distance of confidence and accuracy (Guo et al., 2017), 0..1, 0 is best.

    ECE = sum over the bins b of `reliability_curve` of n_b / n * |accuracy_b - confidence_b|.

    Raises:
        ValueError: as `reliability_curve`.
    """
    curve = reliability_curve(confidences, right, bins=bins)
    return sum(p.count * abs(p.accuracy - p.confidence) for p in curve) / len(confidences)


def brier_score(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Give the mean squared error of the confidence (Brier, 1950), 0..1, 0 is best.

    (1 / n) * sum over i of (c_i - y_i)^2, with y_i = 1 for a right answer, 0 for a wrong one.

    Raises:
        ValueError: there is no answer, a confidence is not in 0..1, or the sequences differ in
            length.
    """
    values, hits = _answers(confidences, right)
    return float(np.mean((values - hits) ** 2))


def risk_coverage_curve(
    confidences: Sequence[float], right: Sequence[bool]
) -> list[RiskCoveragePoint]:
    """Give coverage and risk for each threshold (Geifman and El-Yaniv, 2017), coverage rising.

    There is one point for each distinct confidence t. Of n answers, k have a confidence >= t, and
    m of those are right: coverage = k / n, precision = m / k, risk = 1 - m / k.

    Raises:
        ValueError: as `brier_score`.
    """
    _answers(confidences, right)
    counts = count_by_threshold(confidences, right)
    return [
        RiskCoveragePoint(float(t), float(kept / len(confidences)), float(good / kept))
        for t, kept, good in zip(counts.thresholds, counts.kept, counts.right, strict=True)
    ]


def area_under_risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Give the area under `risk_coverage_curve`, 0..1, 0 is best.

    Sum over the points k of (coverage_k - coverage_(k-1)) * risk_k, with coverage_0 = 0: the mean,
    over all answers, of the risk at the threshold that just lets the answer through.

    Raises:
        ValueError: as `brier_score`.
    """
    area = covered = 0.0
    for point in risk_coverage_curve(confidences, right):
        area += (point.coverage - covered) * point.risk
        covered = point.coverage
    return area


def precision_at_threshold(
    confidences: Sequence[float], right: Sequence[bool], threshold: float
) -> float:
    """Give the part that is right of the answers with a confidence of at least `threshold`.

    Raises:
        ValueError: as `brier_score`, or no answer is that sure.
    """
    values, hits = _answers(confidences, right)
    answered = hits[values >= threshold]
    if answered.size == 0:
        raise ValueError(f"precision needs an answer with a confidence of at least {threshold}")
    return float(answered.mean())


def coverage_at_precision(
    confidences: Sequence[float], right: Sequence[bool], precision: float
) -> RiskCoveragePoint | None:
    """Give the lowest threshold, hence the greatest coverage, with at least that precision.

    It is chosen among the confidences that occur; a higher threshold may fall under the precision
    again. The choice is made on these very answers, so that on others the precision may be lower.

    Returns:
        The point of `risk_coverage_curve`; None when no threshold reaches the precision.

    Raises:
        ValueError: as `brier_score`.
    """
    good = [p for p in risk_coverage_curve(confidences, right) if p.precision >= precision]
    return good[-1] if good else None


def _answers(
    confidences: Sequence[float], right: Sequence[bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give both as arrays, right = 1.0; refuse what none of the scores is defined for."""
    if len(confidences) != len(right):
        raise ValueError(f"{len(right)} outcomes need as many confidences, got {len(confidences)}")
    if len(confidences) == 0:
        raise ValueError("a score of the confidence needs an answer")
    values = np.asarray(confidences, dtype=np.float64)
    if not np.all((values >= 0) & (values <= 1)):  # so written, it refuses nan too
        raise ValueError("confidences must lie between 0 and 1")
    return values, np.asarray(right, dtype=np.float64)
