"""Two evaluations of the same plates: is one better, and by how much."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from platelens.errors import EvaluationError
from platelens.evaluation.scores import EngineScores, PlateResult
from platelens.evaluation.sets import EvaluationSet
from platelens.metrics import McNemar, bootstrap_difference
from platelens.runtime import write_whole

SCHEMA: Final = 1
"""Of scores.json; grows when a field changes its meaning."""

MEASURES: Final[Mapping[str, str]] = {
    "found": "found",
    "exact": "read exactly",
    "exact_folded": "read exactly, O=0, I=1",
}
"""What of a plate's result is compared -> as people read it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One engine against another on the readable plates that both have met."""

    first: str
    second: str
    measure: str  # a key of MEASURES
    plates: int
    first_rate: float
    second_rate: float
    low: float  # of the difference first - second, 95 % interval by picture
    high: float
    first_only: int  # plates on which only the first is right
    second_only: int
    p: float  # McNemar's exact two-sided test

    @property
    def difference(self) -> float:
        """First less second, -1..1."""
        return self.first_rate - self.second_rate


def compare(
    first: str, second: str, ours: Sequence[PlateResult], theirs: Sequence[PlateResult]
) -> list[Comparison]:
    """Compare two engines plate by plate, in every measure.

    Raises:
        EvaluationError: they have no plate in common.
    """
    others = {(r.dataset, r.image, r.plate): r for r in theirs}
    pairs = [
        (result, others[key])
        for result in ours
        if (key := (result.dataset, result.image, result.plate)) in others
    ]
    if not pairs:
        raise EvaluationError(f"{first} and {second} have no labelled plate in common")
    return [_compare(first, second, measure, pairs) for measure in MEASURES]


def _compare(
    first: str, second: str, measure: str, pairs: Sequence[tuple[PlateResult, PlateResult]]
) -> Comparison:
    test = McNemar()
    by_image: defaultdict[tuple[str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for one, other in pairs:
        right = getattr(one, measure), getattr(other, measure)
        test.update(first=right[0], second=right[1])
        by_image[one.dataset, one.image].append(right)
    interval = bootstrap_difference(
        [(sum(a for a, _ in rights), len(rights)) for rights in by_image.values()],
        [(sum(b for _, b in rights), len(rights)) for rights in by_image.values()],
    )
    return Comparison(
        first=first,
        second=second,
        measure=measure,
        plates=test.plates,
        first_rate=sum(getattr(one, measure) for one, _ in pairs) / test.plates,
        second_rate=sum(getattr(other, measure) for _, other in pairs) / test.plates,
        low=interval.low,
        high=interval.high,
        first_only=test.first_only,
        second_only=test.second_only,
        p=test.compute(),
    )


def require_common(
    sets: Sequence[EvaluationSet], results: Sequence[PlateResult], source: str
) -> None:
    """Raise EvaluationError unless one of the labelled plates of `sets` is among `results`."""
    ours = {(each.name, each.picture_name(s)) for each in sets for s in each.samples}
    if not any((r.dataset, r.image) in ours for r in results):
        raise EvaluationError(f"{source}: has no labelled plate of these data sets")


def write_scores(sets: Sequence[EvaluationSet], scores: Sequence[EngineScores], path: Path) -> None:
    """Write scores.json; OSError where it cannot be written.

    No text that was read or labelled is in it, but the names of the pictures are.
    """
    datasets = [
        {"name": e.name, "pictures": len(e.samples), "problems": len(e.problems)} for e in sets
    ]
    engines = [asdict(each) for each in scores]
    record = {"schema": SCHEMA, "datasets": datasets, "engines": engines}
    write_whole(path, [json.dumps(record, indent=1, allow_nan=False), "\n"])


def load_results(path: Path) -> list[tuple[str, list[PlateResult]]]:
    """Read the engines and their plates from a scores.json of an earlier run.

    Raises:
        EvaluationError: it is missing, malformed, or of another schema.
    """
    try:
        record: Any = json.loads(path.read_text(encoding="utf-8"))
        schema = record["schema"]
        if schema == SCHEMA:
            return [
                (each["engine"], [PlateResult(**result) for result in each["results"]])
                for each in record["engines"]
            ]
    except OSError as error:
        raise EvaluationError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{path}: is no scores.json: {error!r}") from None
    raise EvaluationError(f"{path}: has schema {schema!r}, this version reads {SCHEMA}")
