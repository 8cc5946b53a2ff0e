from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from platelens.geometry import box_to_quad
from platelens.tracking import vote
from platelens.types import Box, Candidate, Detection, Plate, Reading, RgbImage, Sighting

BOX = Box(0, 0, 100, 25)
CROP = RgbImage(np.zeros((25, 100, 3), np.uint8))


def sighting(*texts: tuple[str, float], weight: float = 1.0) -> Sighting:
    """A plate that was read as `texts`, best first."""
    detection = Detection(BOX, box_to_quad(BOX), 0.9)
    if not texts:
        return Sighting(Plate(detection), CROP, 0.0, weight)
    text, sure = texts[0]
    candidates = tuple(Candidate(*pair) for pair in texts)
    reading = Reading(text, sure, (sure,) * len(text), candidates, 1)
    return Sighting(Plate(detection, reading), CROP, 0.0, weight)


def test_one_sighting_says_what_it_says() -> None:
    reading = vote([sighting(("AB123", 0.8), ("AB128", 0.15))])
    assert reading is not None
    assert reading.text == "AB123"
    assert reading.confidence == pytest.approx(0.8, abs=0.05)
    assert [c.text for c in reading.candidates] == ["AB123", "AB128"]


def test_a_text_that_no_picture_shows_whole_is_put_together() -> None:
    """Each sighting errs in another place."""
    reading = vote(
        [
            sighting(("XB123", 0.5), ("AB123", 0.2)),
            sighting(("AB128", 0.5), ("AB123", 0.2)),
            sighting(("A8123", 0.5), ("AB123", 0.2)),
        ]
    )
    assert reading is not None
    assert reading.text == "AB123"
    without = vote([sighting(("XB123", 0.9)), sighting(("AB128", 0.9)), sighting(("A8123", 0.9))])
    assert without is not None
    assert without.text == "AB123"
    assert without.confidence < 0.99


def test_many_that_agree_are_surer_than_one() -> None:
    one = sighting(("AB123", 0.7), ("AB128", 0.2))
    alone, all_of_them = vote([one]), vote([one] * 5)
    assert alone is not None
    assert all_of_them is not None
    assert alone.confidence < 0.8 < all_of_them.confidence < 1
    # Neighbouring pictures err alike.
    crowd = vote([one] * 50)
    assert crowd is not None
    assert crowd.confidence == pytest.approx(all_of_them.confidence)


def test_the_sure_outvote_the_many() -> None:
    blurred = sighting(("OB1", 0.15), ("0B1", 0.1))
    reading = vote([blurred] * 3 + [sighting(("AB1", 0.97))] * 2)
    assert reading is not None
    assert reading.text == "AB1"


def test_the_length_is_voted_on_too() -> None:
    reading = vote([sighting(("AB12", 0.6)), sighting(("AB123", 0.9)), sighting(("AB123", 0.8))])
    assert reading is not None
    assert reading.text == "AB123"
    assert reading.confidence < 0.9
    assert len(reading.char_confidences) == 5
    assert all(0 < sure <= 1 for sure in reading.char_confidences)


def test_candidates_are_probabilities_best_first() -> None:
    reading = vote([sighting(("AB1", 0.5), ("A81", 0.3)), sighting(("A81", 0.45), ("AB7", 0.4))])
    assert reading is not None
    sure = [c.confidence for c in reading.candidates]
    assert sure == sorted(sure, reverse=True)
    assert len({c.text for c in reading.candidates}) == len(sure) > 2
    assert sum(sure) <= 1


def test_who_has_nothing_to_say_does_not_vote() -> None:
    assert vote([]) is None
    assert vote([sighting(), sighting(("", 0.9))]) is None
    reading = vote([sighting(), sighting(("AB1", 0.6)), sighting(("", 0.99))])
    assert reading is not None
    assert reading.text == "AB1"


def test_a_reader_without_candidates_has_its_text() -> None:
    reading = vote([sighting(("AB1", 0.6))])
    bare = Reading("AB1", 0.6, (0.6,) * 3, (), 2)
    plate = Plate(Detection(BOX, box_to_quad(BOX), 0.9), bare)
    other = vote([Sighting(plate, CROP, 0.0, 1.0)])
    assert reading is not None
    assert other is not None
    assert (other.text, other.confidence) == (reading.text, reading.confidence)
    assert other.rows == 2


def test_a_plate_that_is_cut_off_has_no_say_where_another_picture_shows_it_whole() -> None:
    part = replace(sighting(("B123", 0.99)), is_whole=False)
    reading = vote([part, part, sighting(("AB123", 0.1))])
    assert reading is not None
    assert reading.text == "AB123"
    alone = vote([part])
    assert alone is not None
    assert alone.text == "B123"
