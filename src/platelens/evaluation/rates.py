"""What is counted: every rate of an evaluation as a row of a table.

A rate is sum(part) / sum(whole) over pictures; its interval is drawn by picture. Rates of labelled
plates can be asked for some of the plates only, which gives the slices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from platelens.evaluation.outcome import Finding, Outcome
from platelens.metrics import (
    CharErrorRate,
    DetectionCounts,
    ExactMatch,
    TopAccuracy,
    bootstrap_interval,
    match_boxes,
)
from platelens.region.formats import COUNTRIES

Count = tuple[float, float]
"""(part, whole) of one picture."""

Wanted = Callable[[Outcome, int], bool]
"""Whether labelled plate number i of a picture is meant."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, its 95 % bootstrap interval, and out of how many."""

    value: float
    low: float
    high: float
    count: int  # of plates, findings, characters or pictures: see the rate's title


@dataclass(frozen=True, slots=True)
class RateKind:
    """A rate that is measured.

    Attributes:
        title: as people read it.
        unit: "%", or "" for a number that is not a part of something.
        count: gives the part and the whole of one picture.
    """

    title: str
    count: Callable[[Outcome, Wanted], Count]
    unit: str = "%"


def every_plate(_outcome: Outcome, _number: int) -> bool:
    """Want every labelled plate."""
    return True


def rate_of(counts: Sequence[Count]) -> Rate | None:
    """Give the rate of pictures' (part, whole); None where there is nothing to count."""
    parts, wholes = [p for p, _ in counts], [w for _, w in counts]
    total = sum(wholes)
    if total == 0:
        return None
    interval = bootstrap_interval(parts, wholes)
    return Rate(sum(parts) / total, interval.low, interval.high, round(total))


def measure(
    kind: RateKind, outcomes: Sequence[Outcome], wanted: Wanted = every_plate
) -> Rate | None:
    """Give a rate over pictures; None where there is nothing to count."""
    return rate_of([kind.count(outcome, wanted) for outcome in outcomes])


def _scene(count: Callable[[Outcome, Wanted], Count]) -> Callable[[Outcome, Wanted], Count]:
    """Leave out where nothing is to be found: crops, and plates that were given."""
    return lambda outcome, wanted: (
        (0, 0) if outcome.given or outcome.sample.is_crop else count(outcome, wanted)
    )


def _detection(
    min_iou: float, pick: Callable[[DetectionCounts], Count]
) -> Callable[[Outcome, Wanted], Count]:
    """Count what `pick` takes of the `DetectionCounts` of a scene's wanted plates."""

    def count(outcome: Outcome, wanted: Wanted) -> Count:
        matches = match_boxes(
            [f.box for f in outcome.findings],
            [f.confidence for f in outcome.findings],
            [p.box for p in outcome.sample.plates],
            min_iou=min_iou,
        )
        meant = {i for i in range(len(outcome.sample.plates)) if wanted(outcome, i)}
        counts = DetectionCounts()
        counts.update([m for m in matches if m is None or m in meant], len(meant))
        return pick(counts)

    return _scene(count)


def _recall(counts: DetectionCounts) -> Count:
    return counts.matched, counts.truths


def _precision(counts: DetectionCounts) -> Count:
    return counts.matched, counts.detections


def _f1(counts: DetectionCounts) -> Count:
    return 2 * counts.matched, counts.detections + counts.truths


def _false_plates(outcome: Outcome, _wanted: Wanted) -> Count:
    return sum(m is None for m in outcome.matches), 1


def _false_reads(outcome: Outcome, _wanted: Wanted) -> Count:
    return sum(not right for right, _ in judged_texts(outcome)), 1


def judged_texts(outcome: Outcome) -> list[tuple[bool, float]]:
    """Give, for each reported text, whether it is right, and its confidence.

    A text on no labelled plate is wrong; one on a plate whose text nobody could read is left out.
    """
    judged = []
    for finding, match in zip(outcome.findings, outcome.matches, strict=True):
        truth = None if match is None else outcome.sample.plates[match].text
        if finding.text and (match is None or truth is not None):
            judged.append((finding.text == truth, finding.text_confidence))
    return judged


def _precision_at(least: float) -> Callable[[Outcome, Wanted], Count]:
    def count(outcome: Outcome, _wanted: Wanted) -> Count:
        sure = [right for right, confidence in judged_texts(outcome) if confidence >= least]
        return sum(sure), len(sure)

    return count


Read = tuple[Finding | None, str]
"""What was found of a readable plate, and its true text."""


def _texts(
    score: Callable[[Sequence[Read]], Count], *, missed: bool
) -> Callable[[Outcome, Wanted], Count]:
    """Count the readable plates by `score`; `missed`: also those that were not found."""

    def count(outcome: Outcome, wanted: Wanted) -> Count:
        plates = enumerate(zip(outcome.sample.plates, outcome.found, strict=True))
        return score(
            [
                (finding, plate.text)
                for number, (plate, finding) in plates
                if plate.text is not None
                and (missed or finding is not None)
                and wanted(outcome, number)
            ]
        )

    return count


def _exact(reads: Sequence[Read], *, fold: bool = False) -> Count:
    score = ExactMatch(fold=fold)
    for finding, truth in reads:
        score.update(finding.text if finding else "", truth)
    return score.right, score.texts


def _among_three(reads: Sequence[Read]) -> Count:
    score = TopAccuracy(first=3)
    for finding, truth in reads:
        texts = [c.text for c in finding.candidates] or [finding.text] if finding else []
        score.update(texts, truth)
    return score.right, score.answers


def _char_errors(reads: Sequence[Read]) -> Count:
    score = CharErrorRate()
    for finding, truth in reads:
        score.update(finding.text if finding else "", truth)
    return score.edits, score.characters


def _anywhere(outcome: Outcome, wanted: Wanted) -> Count:
    """Count the readable plates whose text was reported anywhere in their picture."""
    said = {finding.text for finding in outcome.findings}
    plates = enumerate(outcome.sample.plates)
    texts = [p.text for i, p in plates if p.text is not None and wanted(outcome, i)]
    return sum(text in said for text in texts), len(texts)


def region_pairs(
    outcomes: Sequence[Outcome], wanted: Wanted = lambda _outcome, _number: True
) -> list[tuple[str, str]]:
    """Give (true, told) regions of the plates that were found and have one; "" = none was told.

    Of countries whose parts are no jurisdictions here, only the country counts.
    """
    return [
        (_judged(plate.region), _judged(finding.region or ""))
        for outcome in outcomes
        for number, (plate, finding) in enumerate(
            zip(outcome.sample.plates, outcome.found, strict=True)
        )
        if plate.region is not None and finding is not None and wanted(outcome, number)
    ]


def _judged(code: str) -> str:
    country = code[:2]
    return code if country in COUNTRIES else country


def _region(outcome: Outcome, wanted: Wanted) -> Count:
    pairs = region_pairs([outcome], wanted)
    return sum(true == told for true, told in pairs), len(pairs)


KINDS: Final[Mapping[str, RateKind]] = {
    "recall_50": RateKind("found (recall at IoU 0.5)", _detection(0.5, _recall)),
    "precision_50": RateKind("precision at IoU 0.5", _detection(0.5, _precision)),
    "f1_50": RateKind("F1 at IoU 0.5", _detection(0.5, _f1)),
    "recall_70": RateKind("recall at IoU 0.7", _detection(0.7, _recall)),
    "precision_70": RateKind("precision at IoU 0.7", _detection(0.7, _precision)),
    "f1_70": RateKind("F1 at IoU 0.7", _detection(0.7, _f1)),
    "false_plates": RateKind("false plates per picture", _scene(_false_plates), unit=""),
    "exact": RateKind("read exactly, end to end", _texts(_exact, missed=True)),
    "exact_folded": RateKind(
        "the same with O=0, I=1",
        _texts(partial(_exact, fold=True), missed=True),
    ),
    "exact_anywhere": RateKind("right text anywhere in the picture", _anywhere),
    "exact_of_found": RateKind("read exactly, of those found", _texts(_exact, missed=False)),
    "among_3": RateKind(
        "among the first 3 candidates, of those found",
        _texts(_among_three, missed=False),
    ),
    "char_errors": RateKind(
        "character errors, of those found",
        _texts(_char_errors, missed=False),
    ),
    "false_reads": RateKind("false texts per picture", _false_reads, unit=""),
    "precision_at_50": RateKind("right of the texts said at 0.5 or more", _precision_at(0.5)),
    "precision_at_90": RateKind("right of the texts said at 0.9 or more", _precision_at(0.9)),
    "region": RateKind("region right, of those found", _region),
}
"""Key in scores.json -> what is measured."""
