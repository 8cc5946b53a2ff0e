"""Scores of detection and reading: pure functions and small accumulators; numpy and str only."""

from platelens.metrics.boxes import AveragePrecision, DetectionCounts, match_boxes
from platelens.metrics.interval import Interval, bootstrap_interval
from platelens.metrics.text import CharErrorRate, ExactMatch, edit_distance, fold_lookalikes

__all__ = [
    "AveragePrecision",
    "CharErrorRate",
    "DetectionCounts",
    "ExactMatch",
    "Interval",
    "bootstrap_interval",
    "edit_distance",
    "fold_lookalikes",
    "match_boxes",
]
