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


def test_a_text_that_no_picture_puts_first_may_win() -> None:
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


def test_neighbouring_pictures_that_doubt_alike_leave_it_in_doubt() -> None:
    """However many there are: they are hardly more than one, and the serial may decide."""
    one = sighting(("MI97SGL", 0.55), ("M197SGL", 0.43))
    for count in (1, 5, 50):
        reading = vote([one] * count)
        assert reading is not None
        assert [c.text for c in reading.candidates] == ["MI97SGL", "M197SGL"]
        assert [c.confidence for c in reading.candidates] == pytest.approx([0.55, 0.43])


def test_a_text_is_as_probable_as_on_the_weighed_average() -> None:
    near = sighting(("AB1", 0.6), ("A81", 0.4), weight=0.9)
    far = sighting(("A81", 1.0), weight=0.3)
    reading = vote([near, far])
    assert reading is not None
    assert reading.text == "A81"
    assert reading.confidence == pytest.approx((0.9 * 0.4 + 0.3 * 1.0) / 1.2)


def test_a_character_is_as_probable_as_the_texts_that_have_it_there() -> None:
    reading = vote([sighting(("AB1", 0.5), ("A81", 0.3), ("AB", 0.1))])
    assert reading is not None
    assert reading.char_confidences == pytest.approx((0.8, 0.5, 0.8))


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
