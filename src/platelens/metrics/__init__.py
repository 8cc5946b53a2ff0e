"""Scores of detection and reading: pure functions and small accumulators; numpy and str only."""

from platelens.metrics.boxes import (
    COCO_IOUS,
    AveragePrecision,
    DetectionCounts,
    MeanAveragePrecision,
    match_boxes,
)
from platelens.metrics.calibration import (
    DEFAULT_BINS,
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
from platelens.metrics.classes import Classification, ClassScores, ConfusionMatrix
from platelens.metrics.corners import CornerError, CornerScores, corner_error_px, plate_width_px
from platelens.metrics.interval import (
    Interval,
    bootstrap_interval,
    bootstrap_statistic,
    bootstrap_sums,
)
from platelens.metrics.paired import McNemar, bootstrap_difference
from platelens.metrics.passes import PassCounts, PassMatches, PassSpan, match_passes
from platelens.metrics.text import (
    CharErrorRate,
    ExactMatch,
    TopAccuracy,
    edit_distance,
)
from platelens.metrics.thresholds import ThresholdCounts, count_by_threshold

__all__ = [
    "COCO_IOUS",
    "DEFAULT_BINS",
    "AveragePrecision",
    "CharErrorRate",
    "ClassScores",
    "Classification",
    "ConfusionMatrix",
    "CornerError",
    "CornerScores",
    "DetectionCounts",
    "ExactMatch",
    "Interval",
    "McNemar",
    "MeanAveragePrecision",
    "PassCounts",
    "PassMatches",
    "PassSpan",
    "ReliabilityPoint",
    "RiskCoveragePoint",
    "ThresholdCounts",
    "TopAccuracy",
    "area_under_risk_coverage",
    "bootstrap_difference",
    "bootstrap_interval",
    "bootstrap_statistic",
    "bootstrap_sums",
    "brier_score",
    "corner_error_px",
    "count_by_threshold",
    "coverage_at_precision",
    "edit_distance",
    "expected_calibration_error",
    "match_boxes",
    "match_passes",
    "plate_width_px",
    "precision_at_threshold",
    "reliability_curve",
    "risk_coverage_curve",
]
