"""Scores that are not a sum over a sum: areas under curves, means over classes, calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platelens.evaluation.outcome import Outcome
from platelens.evaluation.rates import Rate, judged_texts, region_pairs
from platelens.metrics import (
    AveragePrecision,
    Classification,
    ClassScores,
    CornerError,
    MeanAveragePrecision,
    area_under_risk_coverage,
    bootstrap_statistic,
    brier_score,
    expected_calibration_error,
)
from platelens.types import Quad

Judged = Sequence[tuple[bool, float]]
"""(right, confidence) of the texts of one picture."""


@dataclass(frozen=True, slots=True)
class StatisticKind:
    """A score that is computed from pieces, one for each picture.

    Attributes:
        title: as people read it.
        piece: what a picture gives to it.
        compute: the score of the pieces; ValueError where they hold nothing.
        count: how many boxes, plates or texts a piece holds.
        unit: "%", "px" or "".
    """

    title: str
    piece: Callable[[Outcome], Any]
    compute: Callable[[Sequence[Any]], float]
    count: Callable[[Any], int] = len
    unit: str = ""


def compute_statistics(outcomes: Sequence[Outcome]) -> dict[str, Rate | None]:
    """Give every score of KINDS; those of the same pieces share them."""
    pieces = {
        piece: [piece(outcome) for outcome in outcomes]
        for piece in {kind.piece for kind in KINDS.values()}
    }
    return {key: _compute(kind, pieces[kind.piece]) for key, kind in KINDS.items()}


def _compute(kind: StatisticKind, pieces: Sequence[Any]) -> Rate | None:
    """Give a score with its 95 % interval by picture; None where there is nothing to score."""
    try:
        value = kind.compute(pieces)
    except ValueError:
        return None
    interval = bootstrap_statistic(pieces, kind.compute)
    return Rate(value, interval.low, interval.high, sum(map(kind.count, pieces)))


def detections_of(outcome: Outcome) -> MeanAveragePrecision:
    """Give the detections of a picture, matched at every overlap; none where none was needed."""
    score = MeanAveragePrecision()
    if not (outcome.given or outcome.sample.is_crop):
        findings = outcome.findings if outcome.scan is None else outcome.scan
        boxes, sure = [f.box for f in findings], [f.confidence for f in findings]
        score.update(boxes, sure, [p.box for p in outcome.sample.plates])
    return score


def merge_detections(pieces: Sequence[MeanAveragePrecision]) -> AveragePrecision:
    """Add up the detections of pictures, as matched at an overlap of 0.5."""
    total = AveragePrecision()
    for piece in pieces:
        total.merge(piece.per_iou[0.5])
    return total


def _mean_average_precision(pieces: Sequence[MeanAveragePrecision]) -> float:
    total = MeanAveragePrecision()
    for piece in pieces:
        total.merge(piece)
    return total.compute()


def _corner_pairs(outcome: Outcome) -> list[tuple[Quad, Quad]]:
    """Give (found, labelled) corners of the plates that were found and have both."""
    return [
        (finding.quad, plate.quad)
        for plate, finding in zip(outcome.sample.plates, outcome.found, strict=True)
        if plate.quad is not None and finding is not None and finding.quad is not None
    ]


def _corner_error(pieces: Sequence[Sequence[tuple[Quad, Quad]]]) -> float:
    errors = CornerError()
    for found, truth in (pair for piece in pieces for pair in piece):
        errors.update(found, truth)
    return errors.compute().mean_relative


def split_judged(pieces: Sequence[Judged]) -> tuple[list[float], list[bool]]:
    """Give the confidences of all texts, and which of them are right."""
    judged = [one for piece in pieces for one in piece]
    return [confidence for _, confidence in judged], [right for right, _ in judged]


def _of_texts(
    score: Callable[[Sequence[float], Sequence[bool]], float],
) -> Callable[[Sequence[Judged]], float]:
    return lambda pieces: score(*split_judged(pieces))


def classify(pieces: Sequence[Sequence[tuple[str, str]]]) -> Classification:
    """Collect (true, told) classes."""
    answers = Classification()
    for truth, told in (pair for piece in pieces for pair in piece):
        answers.update(told, truth)
    return answers


def _of_regions(
    value: Callable[[ClassScores], float],
) -> Callable[[Sequence[Sequence[tuple[str, str]]]], float]:
    return lambda pieces: value(classify(pieces).compute())


def regions_of(outcome: Outcome) -> list[tuple[str, str]]:
    """Give (true, told) regions of a picture's plates."""
    return region_pairs([outcome])


KINDS: Final[Mapping[str, StatisticKind]] = {
    "ap_50": StatisticKind(
        "AP50",
        detections_of,
        lambda pieces: merge_detections(pieces).compute(),
        count=lambda piece: piece.per_iou[0.5].truths,
        unit="%",
    ),
    "ap_50_95": StatisticKind(
        "AP50-95",
        detections_of,
        _mean_average_precision,
        count=lambda piece: piece.per_iou[0.5].truths,
        unit="%",
    ),
    "corner_error": StatisticKind(
        "corner error, of the plate's width",
        _corner_pairs,
        _corner_error,
        unit="%",
    ),
    "calibration_error": StatisticKind(
        "expected calibration error of the texts",
        judged_texts,
        _of_texts(expected_calibration_error),
    ),
    "brier": StatisticKind("Brier score of the texts", judged_texts, _of_texts(brier_score)),
    "risk_coverage": StatisticKind(
        "area under risk-coverage of the texts",
        judged_texts,
        _of_texts(area_under_risk_coverage),
    ),
    "region_precision": StatisticKind(
        "region, macro precision", regions_of, _of_regions(lambda s: s.macro_precision), unit="%"
    ),
    "region_recall": StatisticKind(
        "region, macro recall", regions_of, _of_regions(lambda s: s.macro_recall), unit="%"
    ),
    "region_f1": StatisticKind(
        "region, macro F1", regions_of, _of_regions(lambda s: s.macro_f1), unit="%"
    ),
}
"""Key in scores.json -> what is scored."""
