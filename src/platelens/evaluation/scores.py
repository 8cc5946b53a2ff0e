"""Outcomes -> numbers. `scores.json` is these dataclasses, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from platelens.alphabet import fold_lookalikes
from platelens.evaluation import rates, statistics
from platelens.evaluation.outcome import Outcome
from platelens.evaluation.rates import Rate, RateKind, judged_texts, measure
from platelens.evaluation.slices import Slice, slice_outcomes
from platelens.evaluation.statistics import StatisticKind
from platelens.metrics import (
    ReliabilityPoint,
    count_by_threshold,
    coverage_at_precision,
    precision_at_threshold,
    reliability_curve,
    risk_coverage_curve,
)

_CURVE_STEP: Final = 0.004
"""Points of a curve that are nearer to each other than this are left out."""

_WANTED_PRECISION: Final = 0.99
"""What a threshold on the confidence of the text is chosen for."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Points to draw; [] where there is nothing to draw."""

    precision_recall: list[tuple[float, float]]  # (recall, precision), recall rising
    reliability: list[ReliabilityPoint]
    risk_coverage: list[tuple[float, float]]  # (coverage, risk), coverage rising


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One data set alone, with a threshold that was chosen on all others.

    What a user meets: nobody could choose the threshold on the user's own pictures.
    """

    dataset: str
    exact: Rate | None  # end to end, on this set
    exact_elsewhere: Rate | None  # on all others
    threshold: float | None  # for a precision of 0.99 on the others; None: cannot be had there
    precision: float | None  # what it gives on this set
    coverage: float | None  # part of the set's reported texts that pass it


@dataclass(frozen=True, slots=True)
class PlateResult:
    """Whether one readable plate was found and read; the ground of paired comparisons."""

    dataset: str
    image: str  # relative to its data set
    plate: int
    found: bool
    exact: bool
    exact_folded: bool


@dataclass(frozen=True, slots=True)
class EngineScores:
    """All that is known of an engine on some data sets."""

    engine: str
    version: str
    pictures: int
    plates: int
    readable: int
    unreadable_pictures: int  # files that are no usable picture
    ms: float | None  # median of a picture, loading included; None where nothing was read
    rates: Mapping[str, Rate]  # keys of rates.KINDS and statistics.KINDS
    slices: list[Slice]
    left_out: list[LeftOut]
    curves: Curves
    results: list[PlateResult]


def score_kinds() -> Mapping[str, RateKind | StatisticKind]:
    """Give everything that is measured, by its key, in the order in which it is shown."""
    return {**rates.KINDS, **statistics.KINDS}


def score(engine: str, version: str, outcomes: Sequence[Outcome]) -> EngineScores:
    """Give all scores of an engine; ValueError without a picture."""
    if not outcomes:
        raise ValueError("scores need a picture")
    measured = {key: measure(kind, outcomes) for key, kind in rates.KINDS.items()}
    measured |= statistics.compute_statistics(outcomes)
    if not any(finding.region for outcome in outcomes for finding in outcome.findings):
        # An engine that tells no region is not measured at it.
        measured = {key: rate for key, rate in measured.items() if not key.startswith("region")}
    plates = [plate for outcome in outcomes for plate in outcome.sample.plates]
    times = [outcome.ms for outcome in outcomes if not outcome.error]
    return EngineScores(
        engine=engine,
        version=version,
        pictures=len(outcomes),
        plates=len(plates),
        readable=sum(plate.readable for plate in plates),
        unreadable_pictures=sum(bool(outcome.error) for outcome in outcomes),
        ms=median(times) if times else None,
        rates={key: rate for key, rate in measured.items() if rate is not None},
        slices=slice_outcomes(outcomes),
        left_out=leave_each_out(outcomes),
        curves=draw_curves(outcomes),
        results=[result for outcome in outcomes for result in _results(outcome)],
    )


def leave_each_out(outcomes: Sequence[Outcome]) -> list[LeftOut]:
    """Give each data set's scores with what was chosen on the others; [] of a single set."""
    names = sorted({outcome.dataset for outcome in outcomes})
    if len(names) < 2:
        return []
    return [
        _leave_out(
            name,
            [o for o in outcomes if o.dataset == name],
            [o for o in outcomes if o.dataset != name],
        )
        for name in names
    ]


def _leave_out(name: str, own: Sequence[Outcome], others: Sequence[Outcome]) -> LeftOut:
    exact = rates.KINDS["exact"]
    point = None
    sure, right = _judged(others)
    if sure:
        point = coverage_at_precision(sure, right, _WANTED_PRECISION)
    precision = coverage = None
    sure, right = _judged(own)
    if point is not None and any(c >= point.threshold for c in sure):
        precision = precision_at_threshold(sure, right, point.threshold)
        coverage = sum(c >= point.threshold for c in sure) / len(sure)
    return LeftOut(
        dataset=name,
        exact=measure(exact, own),
        exact_elsewhere=measure(exact, others),
        threshold=point.threshold if point else None,
        precision=precision,
        coverage=coverage,
    )


def draw_curves(outcomes: Sequence[Outcome]) -> Curves:
    """Give the curves of detection and of the texts' confidence, thinned out to be drawn."""
    detections = statistics.merge_detections(
        [statistics.detections_of(outcome) for outcome in outcomes]
    )
    precision_recall: list[tuple[float, float]] = []
    if detections.truths and detections.confidences:
        counts = count_by_threshold(detections.confidences, detections.right)
        precision_recall = [
            (float(right / detections.truths), float(right / kept))
            for right, kept in zip(counts.right, counts.kept, strict=True)
        ]
    sure, right = _judged(outcomes)
    return Curves(
        precision_recall=_thin(precision_recall),
        reliability=reliability_curve(sure, right) if sure else [],
        risk_coverage=_thin(
            [(p.coverage, p.risk) for p in risk_coverage_curve(sure, right)] if sure else []
        ),
    )


def _judged(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return statistics.split_judged([judged_texts(outcome) for outcome in outcomes])


def _thin(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points that lie on the one before; the last one stays."""
    kept = points[:1]
    for point in points[1:-1]:
        if max(abs(a - b) for a, b in zip(point, kept[-1], strict=True)) >= _CURVE_STEP:
            kept.append(point)
    return kept + points[1:][-1:]


def _results(outcome: Outcome) -> list[PlateResult]:
    return [
        PlateResult(
            dataset=outcome.dataset,
            image=outcome.name,
            plate=number,
            found=finding is not None,
            exact=finding is not None and finding.text == plate.text,
            exact_folded=finding is not None
            and fold_lookalikes(finding.text) == fold_lookalikes(plate.text),
        )
        for number, (plate, finding) in enumerate(
            zip(outcome.sample.plates, outcome.found, strict=True)
        )
        if plate.text is not None
    ]
