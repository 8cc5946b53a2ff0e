"""A reader on labelled pictures: numbers with intervals, comparisons, a page to look at.

The page of a data set's faults, `evaluation.audit_page`, is imported by its name: it needs the
extra `data`, everything here only `eval`.
"""

from platelens.evaluation.compare import (
    MEASURES,
    Comparison,
    compare,
    load_results,
    require_common,
    write_scores,
)
from platelens.evaluation.engines import Engine, EngineOptions, open_engine, open_given_engine
from platelens.evaluation.rates import Rate
from platelens.evaluation.report import Evaluated, render_report
from platelens.evaluation.run import Looks, look_at_plates, run_engine
from platelens.evaluation.scores import EngineScores, PlateResult, score, score_kinds
from platelens.evaluation.sets import EvaluationSet, Selection, load_sets

__all__ = [
    "MEASURES",
    "Comparison",
    "Engine",
    "EngineOptions",
    "EngineScores",
    "Evaluated",
    "EvaluationSet",
    "Looks",
    "PlateResult",
    "Rate",
    "Selection",
    "compare",
    "load_results",
    "load_sets",
    "look_at_plates",
    "open_engine",
    "open_given_engine",
    "render_report",
    "require_common",
    "run_engine",
    "score",
    "score_kinds",
    "write_scores",
]
