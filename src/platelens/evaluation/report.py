"""The page of an evaluation: numbers, curves, slices, and every failure as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from platelens.evaluation import plots
from platelens.evaluation.compare import MEASURES, Comparison
from platelens.evaluation.failures import KINDS, list_failures
from platelens.evaluation.outcome import Outcome
from platelens.evaluation.pages import render_page
from platelens.evaluation.scores import EngineScores, score_kinds
from platelens.evaluation.sets import EvaluationSet
from platelens.evaluation.slices import SLICED
from platelens.evaluation.statistics import classify, regions_of


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One engine: its numbers and what they are from."""

    scores: EngineScores
    outcomes: Sequence[Outcome]


def render_report(
    sets: Sequence[EvaluationSet],
    evaluated: Sequence[Evaluated],
    comparisons: Sequence[Comparison] = (),
) -> str:
    """Give one HTML page that needs no other file."""
    engines = [each.scores for each in evaluated]
    kinds = {
        key: kind
        for key, kind in score_kinds().items()
        if any(key in engine.rates for engine in engines)
    }
    return render_page(
        "report.html",
        sets=[_set_row(each) for each in sets],
        problems=[problem for each in sets for problem in each.problems],
        version=version("platelens"),
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        engines=engines,
        kinds=kinds,
        all_kinds=score_kinds(),
        counts={key: _counts(engines, key) for key in kinds},
        comparisons=comparisons,
        measures=MEASURES,
        plots=_plots(evaluated),
        slices=_slices(engines),
        sliced=list(SLICED)[: None if len(engines) == 1 else 2],
        short_names=SLICED,
        left_out=[(engine.engine, row) for engine in engines for row in engine.left_out],
        failures=[_failures(each, first=n == 0) for n, each in enumerate(evaluated)],
    )


def _set_row(each: EvaluationSet) -> Mapping[str, Any]:
    plates = [plate for sample in each.samples for plate in sample.plates]
    return {
        "name": each.name,
        "pictures": len(each.samples),
        "plates": len(plates),
        "readable": sum(plate.readable for plate in plates),
        "problems": each.problems,
    }


def _counts(engines: Sequence[EngineScores], key: str) -> str:
    """Give the n of a row: one number where all engines agree, else the least and the most."""
    counts = {e.rates[key].count for e in engines if key in e.rates}
    return f"{min(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"


def _plots(evaluated: Sequence[Evaluated]) -> list[Mapping[str, str]]:
    engines = [each.scores for each in evaluated]
    drawn = [
        ("Detection at IoU 0.5", plots.precision_recall(engines)),
        (
            "Reliability: on the dashed line a confidence keeps its word",
            plots.reliability(engines),
        ),
        ("Risk and coverage: what staying silent below a threshold gains",
         plots.risk_coverage(engines)),
    ]  # fmt: skip
    for each in evaluated:
        answers = classify([regions_of(outcome) for outcome in each.outcomes])
        if any(told for _, told in answers.pairs):
            picture = plots.confusion(answers.confusion())
            drawn.append((f"Regions told by {each.scores.engine}", picture))
    return [{"caption": caption, "svg": svg} for caption, svg in drawn if svg is not None]


def _slices(engines: Sequence[EngineScores]) -> dict[str, list[Mapping[str, Any]]]:
    """Give grouping -> groups -> the rates of every engine, in the order of the engines."""
    tables: dict[str, list[Mapping[str, Any]]] = {}
    for number, each in enumerate(engines[0].slices):
        others = [engine.slices[number].rates for engine in engines]
        row = {"name": each.group, "plates": each.plates, "engines": others}
        tables.setdefault(each.by, []).append(row)
    return tables


def _failures(each: Evaluated, *, first: bool) -> Mapping[str, Any]:
    failures = list_failures(each.outcomes)
    return {
        "engine": each.scores.engine,
        "first": first,
        "kinds": {kind: [f for f in failures if f.kind == kind] for kind in KINDS},
    }
