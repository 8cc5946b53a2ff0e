from __future__ import annotations

import pytest

from platelens.recognition.engines.lines import TextLine, line_of, reading_of
from platelens.types import Box, Candidate, Quad
from tests.recognition.engines.plates import corners


def line(text: str, box: tuple[float, float, float, float], sure: float = 0.5) -> TextLine:
    made = line_of(corners(*box), text, sure)
    assert made is not None
    return made


def test_a_line_has_the_box_around_its_corners() -> None:
    made = line_of([[10, 5], [50, 9], [48, 30], [8, 26]], "ab 1", 0.75)
    assert made == TextLine(
        Box(8, 5, 50, 30), Quad((10, 5), (50, 9), (48, 30), (8, 26)), "ab 1", 0.75
    )


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (corners(5, 5, 5, 20), "A1"),
        (corners(5, 20, 50, 20), "A1"),
        (corners(5, 5, 50, 20), ""),
        (corners(5, 5, 50, 20), " \n"),
    ],
    ids=["no width", "no height", "no text", "blank text"],
)
def test_what_is_no_line(points: list[list[float]], text: str) -> None:
    assert line_of(points, text, 0.5) is None


@pytest.mark.parametrize(("told", "kept"), [(1.0000001, 1.0), (-0.01, 0.0), (0.25, 0.25)])
def test_confidences_stay_in_their_range(told: float, kept: float) -> None:
    assert line("A", (0, 0, 9, 9), told).confidence == kept


def test_nothing_reads_as_nothing() -> None:
    for lines in ([], [line("-·", (0, 0, 50, 20))]):
        reading = reading_of(lines)
        assert (reading.text, reading.confidence, reading.rows) == ("", 0.0, 1)
        assert reading.char_confidences == ()
        assert reading.candidates == ()


def test_pieces_of_one_row_go_from_left_to_right() -> None:
    reading = reading_of([line("12-34", (60, 12, 120, 40), 0.5), line("ab", (5, 10, 50, 38), 0.25)])
    assert reading.text == "AB1234"
    assert reading.rows == 1
    assert reading.char_confidences == (0.25, 0.25, 0.5, 0.5, 0.5, 0.5)
    assert reading.confidence == 0.125
    assert reading.candidates == (Candidate("AB1234", 0.125),)


def test_the_upper_row_comes_first() -> None:
    reading = reading_of(
        [
            line("34", (60, 50, 100, 88)),
            line("12", (5, 52, 50, 90)),
            line("XY", (30, 5, 80, 40)),
        ]
    )
    assert reading.text == "XY1234"
    assert reading.rows == 2


def test_small_print_is_no_part_of_the_number() -> None:
    reading = reading_of(
        [
            line("CALIFORNIA", (40, 2, 120, 16)),
            line("7ABC123", (5, 30, 150, 80)),
            line("dmv.ca.gov", (40, 88, 120, 100)),
        ]
    )
    assert reading.text == "7ABC123"
    assert reading.rows == 1


def test_of_three_rows_the_two_tallest_count() -> None:
    reading = reading_of(
        [
            line("PUNJAB", (5, 0, 90, 26)),
            line("LEA", (5, 30, 90, 70)),
            line("1234", (5, 75, 90, 110)),
        ]
    )
    assert reading.text == "LEA1234"
    assert reading.rows == 2
