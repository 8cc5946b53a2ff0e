from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import Problem, Sample
from platelens.evaluation.compare import compare
from platelens.evaluation.failures import list_failures
from platelens.evaluation.outcome import Outcome, outcome_of
from platelens.evaluation.report import Evaluated, render_report
from platelens.evaluation.scores import score
from platelens.evaluation.sets import EvaluationSet
from tests.evaluation.scenes import crop_outcome, finding, plate

NAME = "<b>a & b</b>.png"


@pytest.fixture
def outcomes(tmp_path: Path) -> list[Outcome]:
    """A picture with a right, a misread and a missed plate and a false one."""
    path = tmp_path / NAME.replace("/", "")
    pixels = np.random.default_rng(0).integers(0, 255, (60, 640, 3), dtype=np.uint8)
    imaging.save(imaging.from_array(pixels, order="rgb"), path)
    plates = (plate(0, "GOOD1"), plate(120, "TRUE2"), plate(240, "MISS3", rows=2))
    findings = (finding(0, "GOOD1"), finding(120, "READ2"), finding(500, "FALSE4"))
    return [outcome_of("set", NAME, Sample(path, 640, 60, plates), findings)]


def test_failures_in_their_order(outcomes: list[Outcome]) -> None:
    failures = list_failures(outcomes)
    assert [(f.kind, f.truth) for f in failures] == [
        ("misread", "TRUE2"),
        ("missed", "MISS3"),
        ("false", None),
    ]
    assert all(f.picture.startswith("data:image/") for f in failures)


def test_a_failure_on_a_lost_picture_is_listed_without_it(outcomes: list[Outcome]) -> None:
    outcomes[0].sample.image.unlink()
    assert [f.picture for f in list_failures(outcomes)] == ["", "", ""]


def page(outcomes: list[Outcome], *engines: str, problems: tuple[Problem, ...] = ()) -> str:
    samples = [outcome.sample for outcome in outcomes]
    sets = [EvaluationSet("set", Path("set"), samples, problems)]
    evaluated = [Evaluated(score(name, "1", outcomes), outcomes) for name in engines]
    results = evaluated[0].scores.results
    comparisons = compare("ours", "theirs", results, results) if len(engines) > 1 else []
    return render_report(sets, evaluated, comparisons)


def test_the_page_has_everything_and_needs_no_other_file(outcomes: list[Outcome]) -> None:
    html = page(outcomes, "ours", problems=(Problem("a.xml:3", "box is <empty>"),))
    for text in ("TRUE2", "READ2", "MISS3", "FALSE4", "box is &lt;empty&gt;", "two rows"):
        assert text in html
    assert "GOOD1" not in html  # a right plate is nobody's business
    assert NAME not in html  # escaped
    assert html.count("<svg") == 3
    assert not re.search(r'(src|href)="(?!data:|#)', html)


def test_several_engines_side_by_side(outcomes: list[Outcome]) -> None:
    html = page(outcomes, "ours", "theirs")
    assert "Failures of ours" in html
    assert "Failures of theirs" in html
    assert "McNemar" in html


def test_regions_get_their_matrix() -> None:
    told = replace(finding(0, "A"), region="us-ca")
    html = page([crop_outcome("A", [told]), crop_outcome("A", [told], region="us-ny")], "ours")
    assert "Regions told by ours" in html
    assert "us-ny" in html
