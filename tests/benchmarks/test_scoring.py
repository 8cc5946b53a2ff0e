"""Tests of the outcomes and rates behind `make eval`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.scoring import (
    SLICES,
    Finding,
    load_results,
    outcome_of,
    pair,
    rate_of,
    score_frames,
    score_slice,
)
from platelens import Box, PlatelensError
from platelens.datasets import LabelledPlate, Sample


def _box(x: float, width: float = 100.0) -> Box:
    return Box(x, 0.0, x + width, 20.0)


def _plate(x: float, text: str | None, rows: int = 1, width: float = 100.0) -> LabelledPlate:
    return LabelledPlate(_box(x, width), None, text, rows)


def _sample(name: str, *plates: LabelledPlate) -> Sample:
    return Sample(Path(name), 1000, 500, plates)


# Two plates read, one with O for 0; one unreadable but found; one missed; one false detection.
FIRST = outcome_of(
    _sample("a.jpg", _plate(0, "AB12"), _plate(200, "A0"), _plate(400, None)),
    (
        Finding(_box(2), 0.9, "AB12"),
        Finding(_box(201), 0.8, "AO"),
        Finding(_box(400), 0.7, "XX"),
        Finding(_box(800), 0.3, "NO"),
    ),
)
SECOND = outcome_of(_sample("b.jpg", _plate(0, "CD34", rows=2, width=300)), ())
OUTCOMES = [FIRST, SECOND]


def test_text_read() -> None:
    assert FIRST.matches == (0, 1, 2, None)
    assert [FIRST.text_read(i) for i in range(3)] == ["AB12", "AO", "XX"]
    assert SECOND.text_read(0) is None


def test_frames() -> None:
    score = score_frames(OUTCOMES)
    assert score.images == 2
    assert score.precision == pytest.approx(3 / 4)
    assert score.false_per_image.value == pytest.approx(1 / 2)
    assert score.average_precision == pytest.approx(3 / 4)


def test_frames_without_any_detection() -> None:
    score = score_frames([SECOND])
    assert score.precision is None
    assert score.average_precision == 0.0


def test_slice_of_all() -> None:
    score = score_slice("all", OUTCOMES, SLICES["all"])
    assert score.recall is not None
    assert (score.recall.value, score.recall.count) == (3 / 4, 4)
    # The unreadable plate does not count for reading; the missed one counts as misread.
    assert score.exact is not None
    assert (score.exact.value, score.exact.count) == (1 / 3, 3)
    assert score.folded is not None
    assert score.folded.value == pytest.approx(2 / 3)
    # Over the readable plates that were found: 1 edit in AB12 and A0.
    assert score.char_errors == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("name", "plates", "found"),
    [
        ("one row", 3, 3),
        ("two rows", 1, 0),
        ("80-120 px", 3, 3),
        ("over 200 px", 1, 0),
    ],
)
def test_slices(name: str, plates: int, found: int) -> None:
    score = score_slice(name, OUTCOMES, SLICES[name])
    assert score.recall is not None
    assert score.recall.count == plates
    assert score.recall.value == pytest.approx(found / plates)


def test_empty_slice() -> None:
    score = score_slice("small", OUTCOMES, SLICES["under 80 px"])
    assert (score.recall, score.exact, score.folded, score.char_errors) == (None,) * 4


def test_every_width_is_in_one_slice() -> None:
    names = ["under 80 px", "80-120 px", "120-200 px", "over 200 px"]
    for width in (1, 79.9, 80, 119.9, 120, 199.9, 200, 5000):
        plate = _plate(0, None, width=width)
        assert sum(SLICES[name](plate) for name in names) == 1


def test_rate_of_nothing() -> None:
    assert rate_of([(0, 0)]) is None


def _line(image: str) -> str:
    plate = {"text": "AB12", "box": [2, 0, 102, 20], "detection_confidence": 0.9}
    return json.dumps({"image": image, "plates": [plate]})


def test_results_of_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(_line("some/where/a.jpg") + "\n")
    outcomes = pair([_sample("else/where/a.jpg", _plate(0, "AB12"))], load_results(path))
    assert outcomes[0].text_read(0) == "AB12"


def test_missing_result_is_an_error() -> None:
    with pytest.raises(PlatelensError, match=r"no result for 1 .* b\.jpg"):
        pair([_sample("b.jpg")], {"a.jpg": ()})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_line("a.jpg") + "\n{}", r"results\.jsonl:2: KeyError"),
        ("nonsense", r"results\.jsonl:1: JSONDecodeError"),
        (_line("a.jpg") + "\n" + _line("b/a.jpg"), r"results\.jsonl:2: a second line for a\.jpg"),
    ],
    ids=["no image", "no JSON", "twice"],
)
def test_malformed_results(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(text)
    with pytest.raises(PlatelensError, match=message):
        load_results(path)


def test_missing_results_file(tmp_path: Path) -> None:
    with pytest.raises(PlatelensError, match=r"none\.jsonl: No such file"):
        load_results(tmp_path / "none.jsonl")
