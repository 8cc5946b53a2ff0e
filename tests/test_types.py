import dataclasses
import math

import pytest

from platelens.types import Box, Candidate, Detection, Plate, Quad, Reading

BOX = Box(10, 20, 40.5, 30)
QUAD = Quad((10, 20), (40, 21), (39, 30), (11, 29))
READING = Reading("AB1", 0.9, (0.9, 1.0, 1.0), (Candidate("AB1", 0.9),), 1)


def test_box_has_width_and_height() -> None:
    assert (BOX.width, BOX.height) == (30.5, 10)


@pytest.mark.parametrize(
    "corners",
    [(1, 1, 1, 2), (1, 1, 2, 1), (2, 1, 1, 2), (1, 2, 2, 1), (0, 0, math.nan, 1)],
    ids=["no width", "no height", "inverted x", "inverted y", "nan"],
)
def test_box_refuses_no_area(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="x1 < x2 and y1 < y2"):
        Box(*corners)


def test_quad_points_run_clockwise_from_top_left() -> None:
    assert QUAD.points == ((10, 20), (40, 21), (39, 30), (11, 29))


def test_failed_positions_are_those_of_unsure_characters() -> None:
    assert READING.failed_positions(0.95) == (0,)
    assert READING.failed_positions(0.9) == ()  # as sure as asked is sure enough
    assert Reading("", 0.9, (), (), 1).failed_positions(1) == ()


def test_plate_gives_text_and_confidence_of_its_reading() -> None:
    plate = Plate(Detection(BOX, QUAD, 0.8), READING)
    assert (plate.text, plate.confidence) == ("AB1", 0.9)


def test_unread_plate_has_no_text_and_no_confidence() -> None:
    plate = Plate(Detection(BOX, QUAD, 0.8))
    assert (plate.text, plate.confidence) == ("", 0.0)


@pytest.mark.parametrize("value", [BOX, QUAD, READING, Plate(Detection(BOX, QUAD, 0.8))])
def test_values_are_frozen_and_hashable(value: object) -> None:
    field = dataclasses.fields(value)[0].name  # type: ignore[arg-type]  # parametrised as object
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)
    assert hash(value) == hash(value)
