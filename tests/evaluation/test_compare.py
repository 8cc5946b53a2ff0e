from __future__ import annotations

import json
from pathlib import Path

import pytest

from platelens.errors import EvaluationError
from platelens.evaluation.compare import (
    MEASURES,
    compare,
    load_results,
    require_common,
    write_scores,
)
from platelens.evaluation.scores import PlateResult, score
from platelens.evaluation.sets import EvaluationSet
from tests.evaluation.scenes import finding, outcome, plate

SET = EvaluationSet("set", Path("/none"), [outcome([plate(0, "A")], []).sample])


def result(name: str, *, exact: bool) -> PlateResult:
    return PlateResult("set", name, 0, True, exact, exact)


def results(rights: str) -> list[PlateResult]:
    """One plate a picture: "1" is read right."""
    return [result(str(i), exact=right == "1") for i, right in enumerate(rights)]


def test_a_table_worked_by_hand() -> None:
    rows = compare("ours", "theirs", results("1111100000"), results("1100000001"))
    row = next(r for r in rows if r.measure == "exact")
    assert (row.plates, row.first_rate, row.second_rate) == (10, 0.5, 0.3)
    assert row.difference == pytest.approx(0.2)
    assert (row.first_only, row.second_only) == (3, 1)
    # Four discordant: 2 * (C(4, 0) + C(4, 1)) / 2^4
    assert row.p == pytest.approx(10 / 16)
    assert row.low < 0.2 < row.high


def test_only_common_plates_count() -> None:
    rows = compare("a", "b", results("11"), [*results("0"), result("other", exact=True)])
    assert {row.plates for row in rows} == {1}
    assert [row.measure for row in rows] == list(MEASURES)


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="a and b have no labelled plate in common"):
        compare("a", "b", results("1"), [result("other", exact=True)])


def test_scores_come_back_without_texts(tmp_path: Path) -> None:
    outcomes = [outcome([plate(0, "SECRET7")], [finding(0, "SECRET7")])]
    path = tmp_path / "new" / "scores.json"
    write_scores([SET], [score("ours", "1", outcomes)], path)
    assert "SECRET7" not in path.read_text()
    assert load_results(path) == [("ours", [PlateResult("set", "a.jpg", 0, True, True, True)])]
    assert [p.name for p in path.parent.iterdir()] == ["scores.json"]


def test_what_has_nothing_in_common_shows_before_the_work() -> None:
    require_common([SET], [result("a.jpg", exact=True)], "old.json")
    with pytest.raises(EvaluationError, match=r"old\.json: has no labelled plate"):
        require_common([SET], [result("b.jpg", exact=True)], "old.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no scores.json"),
        ("[]", "is no scores.json"),
        (json.dumps({"schema": 1}), "is no scores.json"),
        (json.dumps({"schema": 1, "engines": [{"engine": "a", "results": [{}]}]}), "is no scores"),
        (json.dumps({"schema": 9, "engines": []}), "has schema 9, this version reads 1"),
    ],
    ids=["no JSON", "a list", "no engines", "no fields", "from the future"],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "scores.json"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=message) as caught:
        load_results(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"none\.json: No such file"):
        load_results(tmp_path / "none.json")
