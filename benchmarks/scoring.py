"""What was read, held against what is labelled: outcomes of pictures -> rates with intervals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platelens import PlatelensError
from platelens.datasets import LabelledPlate, Sample
from platelens.metrics import (
    AveragePrecision,
    CharErrorRate,
    DetectionCounts,
    ExactMatch,
    Interval,
    bootstrap_interval,
    match_boxes,
)
from platelens.types import Box, Plate

MIN_IOU: Final = 0.5


@dataclass(frozen=True, slots=True)
class Finding:
    """One plate that was reported."""

    box: Box
    confidence: float  # of the detection, 0..1
    text: str  # "" when it was not read


@dataclass(frozen=True, slots=True)
class Outcome:
    """One picture: what is labelled, what was reported, and which belongs to which."""

    sample: Sample
    findings: tuple[Finding, ...]
    matches: tuple[int | None, ...]  # for each finding, the index of its labelled plate

    def text_read(self, plate: int) -> str | None:
        """Give what was read on a labelled plate; None when it was not found."""
        if plate not in self.matches:
            return None
        return self.findings[self.matches.index(plate)].text


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, its 95 % interval, and out of how many."""

    value: float
    interval: Interval
    count: int


@dataclass(frozen=True, slots=True)
class SliceScore:
    """The scores of the labelled plates of one kind."""

    name: str
    recall: Rate | None  # found at IoU 0.5; None when the slice is empty
    exact: Rate | None  # found and read exactly, of the readable plates
    folded: Rate | None  # likewise with O = 0 and I = 1
    char_errors: float | None  # of the readable plates that were found


@dataclass(frozen=True, slots=True)
class FrameScore:
    """What cannot be said of a labelled plate: the scores of the reported ones."""

    images: int
    precision: float | None  # None when nothing was reported
    false_per_image: Rate
    average_precision: float


def _width_between(low: float, high: float) -> Callable[[LabelledPlate], bool]:
    return lambda plate: low <= plate.box.width < high


SLICES: Final[Mapping[str, Callable[[LabelledPlate], bool]]] = {
    "all": lambda _: True,
    "one row": lambda plate: plate.rows == 1,
    "two rows": lambda plate: plate.rows == 2,
    "under 80 px": _width_between(0, 80),
    "80-120 px": _width_between(80, 120),
    "120-200 px": _width_between(120, 200),
    "over 200 px": _width_between(200, float("inf")),
}


def findings_of(plates: Iterable[Plate]) -> tuple[Finding, ...]:
    """Give what the pipeline reported, in the form that is scored."""
    return tuple(Finding(p.detection.box, p.detection.confidence, p.text) for p in plates)


def load_results(path: Path) -> dict[str, tuple[Finding, ...]]:
    """Read what `platelens read --json` printed: name of the image file -> plates.

    Raises:
        PlatelensError: the file is missing, malformed, or has a picture twice; names the line.
    """
    results: dict[str, tuple[Finding, ...]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise PlatelensError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            name = Path(record["image"]).name
            found = tuple(_finding(plate) for plate in record["plates"])
        except (KeyError, TypeError, ValueError) as error:
            raise PlatelensError(f"{path}:{number}: {type(error).__name__}: {error}") from error
        if name in results:
            raise PlatelensError(f"{path}:{number}: a second line for {name}")
        results[name] = found
    return results


def _finding(plate: Mapping[str, Any]) -> Finding:
    box = Box(*map(float, plate["box"]))
    return Finding(box, float(plate["detection_confidence"]), str(plate["text"]))


def pair(samples: Sequence[Sample], results: Mapping[str, tuple[Finding, ...]]) -> list[Outcome]:
    """Hold the results of pictures against their labels.

    Raises:
        PlatelensError: a labelled picture has no result; it must not vanish from the count.
    """
    missing = [s.image.name for s in samples if s.image.name not in results]
    if missing:
        raise PlatelensError(f"no result for {len(missing)} labelled pictures, as {missing[0]}")
    return [outcome_of(sample, results[sample.image.name]) for sample in samples]


def outcome_of(sample: Sample, findings: tuple[Finding, ...]) -> Outcome:
    """Match the reported plates of a picture with its labelled ones at IoU 0.5."""
    matches = match_boxes(
        [f.box for f in findings],
        [f.confidence for f in findings],
        [p.box for p in sample.plates],
        min_iou=MIN_IOU,
    )
    return Outcome(sample, findings, tuple(matches))


def score_frames(
    outcomes: Sequence[Outcome], scored: Sequence[Outcome] | None = None
) -> FrameScore:
    """Give precision, false plates per image, and average precision.

    Args:
        outcomes: at the detector's own threshold.
        scored: for the average precision, the same pictures at a very low threshold, which the
            curve needs to reach its end; by default `outcomes`.
    """
    counts, curve = DetectionCounts(), AveragePrecision()
    for outcome in outcomes:
        counts.update(outcome.matches, len(outcome.sample.plates))
    for outcome in outcomes if scored is None else scored:
        confidences = [f.confidence for f in outcome.findings]
        curve.update(confidences, outcome.matches, len(outcome.sample.plates))
    false = [sum(match is None for match in outcome.matches) for outcome in outcomes]
    interval = bootstrap_interval(false, [1] * len(false))
    return FrameScore(
        images=counts.images,
        precision=counts.precision() if counts.detections else None,
        false_per_image=Rate(counts.false_per_image(), interval, counts.images),
        average_precision=curve.compute(),
    )


def score_slice(
    name: str, outcomes: Sequence[Outcome], wanted: Callable[[LabelledPlate], bool]
) -> SliceScore:
    """Give the scores of the labelled plates that are `wanted`.

    A readable plate (its text is not null) counts as read when the detection that was matched
    with it carries exactly its text; one that was not found counts as read wrong.
    """
    found: list[tuple[int, int]] = []  # (counted, out of) for each picture
    exact: list[tuple[int, int]] = []
    folded: list[tuple[int, int]] = []
    errors = CharErrorRate()
    for outcome in outcomes:
        chosen = [(i, p) for i, p in enumerate(outcome.sample.plates) if wanted(p)]
        found.append((sum(outcome.text_read(i) is not None for i, _ in chosen), len(chosen)))
        plain, alike = ExactMatch(), ExactMatch(fold=True)
        for i, plate in chosen:
            if plate.text is None:
                continue
            read = outcome.text_read(i)
            plain.update(read or "", plate.text)
            alike.update(read or "", plate.text)
            if read is not None:
                errors.update(read, plate.text)
        exact.append((plain.right, plain.texts))
        folded.append((alike.right, alike.texts))
    char_errors = errors.compute() if errors.characters else None
    return SliceScore(name, rate_of(found), rate_of(exact), rate_of(folded), char_errors)


def rate_of(counts: Sequence[tuple[int, int]]) -> Rate | None:
    """Give the rate of (counted, out of) pairs, one for each picture; None of nothing."""
    parts, wholes = [p for p, _ in counts], [w for _, w in counts]
    total = sum(wholes)
    if total == 0:
        return None
    return Rate(sum(parts) / total, bootstrap_interval(parts, wholes), total)
