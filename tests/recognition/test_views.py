from __future__ import annotations

import pytest

from platelens.recognition.views import merge_readings
from platelens.types import Candidate, Reading


def reading(*candidates: tuple[str, float], rows: int = 1, char: float = 0.5) -> Reading:
    text, confidence = candidates[0]
    texts = tuple(Candidate(*c) for c in candidates)
    return Reading(text, confidence, (char,) * len(text), texts, rows)


def test_one_reading_stays_as_it_is() -> None:
    only = reading(("AB1", 0.7), ("A81", 0.2))
    assert merge_readings([only]) is only


def test_a_text_is_as_probable_as_on_average() -> None:
    merged = merge_readings(
        [reading(("AB1", 0.6), ("A81", 0.4)), reading(("A81", 0.9)), reading(("A8I", 0.8))]
    )
    assert [c.text for c in merged.candidates] == ["A81", "A8I"]
    assert [c.confidence for c in merged.candidates] == pytest.approx([1.3 / 3, 0.8 / 3])
    assert merged.text == "A81"
    assert merged.confidence == pytest.approx(1.3 / 3)


def test_characters_and_rows_are_those_of_the_looks_that_say_so() -> None:
    merged = merge_readings(
        [
            reading(("AB", 0.9), rows=2, char=0.8),
            reading(("AB", 0.7), rows=2, char=0.6),
            reading(("A8", 0.6), rows=1, char=0.1),
        ]
    )
    assert merged.rows == 2
    assert merged.char_confidences == pytest.approx((0.7, 0.7))


def test_a_text_that_no_look_puts_first_can_win() -> None:
    merged = merge_readings(
        [reading(("A", 0.5), ("AB1", 0.45)), reading(("B", 0.5), ("AB1", 0.45))]
    )
    assert merged.text == "AB1"
    assert len(merged.char_confidences) == 3


def test_nothing_to_read_is_a_text_like_others() -> None:
    merged = merge_readings([reading(("", 0.9)), reading(("X1", 0.3), ("", 0.2))])
    assert (merged.text, merged.char_confidences) == ("", ())
    assert merged.confidence == pytest.approx(0.55)


def test_readers_without_candidates_can_be_merged() -> None:
    nothing, bare = Reading("", 0.0, (), (), 1), Reading("AB1", 0.8, (0.8,) * 3, (), 1)
    merged = merge_readings([nothing, bare])
    assert merged.text == "AB1"
    assert merged.confidence == pytest.approx(0.4)
    assert merge_readings([nothing, nothing]).text == ""
