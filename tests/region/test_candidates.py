from __future__ import annotations

from platelens.alphabet import CONFUSIONS
from platelens.region.candidates import possible_texts
from platelens.types import Candidate, Reading


def reading(*candidates: tuple[str, float]) -> Reading:
    text, confidence = candidates[0]
    return Reading(
        text, confidence, (confidence,) * len(text), tuple(Candidate(*c) for c in candidates), 1
    )


def test_candidates_of_the_reader_come_first_and_unchanged() -> None:
    texts = possible_texts(reading(("AB12", 0.6), ("A812", 0.3)))
    assert list(texts.items())[:2] == [("AB12", 0.6), ("A812", 0.3)]


def test_confusions_are_added_at_their_cost() -> None:
    texts = possible_texts(reading(("X0", 0.9)))
    assert texts == {
        "X0": 0.9,
        "XO": 0.9 * CONFUSIONS["O0"],
        "XQ": 0.9 * CONFUSIONS["Q0"],
        "XD": 0.9 * CONFUSIONS["D0"],
    }


def test_what_the_reader_thought_of_keeps_its_own_probability() -> None:
    assert possible_texts(reading(("X0", 0.5), ("XO", 0.4)))["XO"] == 0.4


def test_hopeless_confusions_and_nothing_are_left_out() -> None:
    texts = possible_texts(reading(("XY", 0.9), ("X0", 0.01), ("", 0.05)))
    assert texts == {"XY": 0.9, "X0": 0.01}


def test_a_reader_without_candidates_has_its_text() -> None:
    assert possible_texts(Reading("XY", 0.7, (), (), 1)) == {"XY": 0.7}


def test_nothing_read_and_nothing_believed_give_no_texts() -> None:
    assert possible_texts(Reading("", 0.9, (), (), 1)) == {}
    assert possible_texts(reading(("XY", 0.0))) == {}
