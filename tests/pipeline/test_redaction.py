from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.geometry import box_to_quad
from platelens.pipeline import Pipeline
from platelens.pipeline.redaction import Redactor
from platelens.types import Box, Detection, Frame, RgbImage
from tests.pipeline.test_pipeline import CountingRecognizer, reading

BOX = Box(40, 40, 80, 60)
PLATE = Detection(BOX, box_to_quad(BOX), 0.9)


def white(height: int = 100, width: int = 120) -> RgbImage:
    return imaging.from_array(np.full((height, width, 3), 255, np.uint8), order="rgb")


class Sometimes:
    """Finds the plate in the pictures of these numbers, as their first pixel has it."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def detect(self, image: RgbImage) -> list[Detection]:
        return [PLATE] if int(image[0, 0, 0]) in self.numbers else []


def redactor(*numbers: int) -> Redactor:
    finder = Sometimes(*numbers)
    return Redactor(
        finder, Pipeline(finder, CountingRecognizer(*[reading("AB123", 0.9)] * 2)), "black"
    )


def test_plates_are_hidden_with_a_margin() -> None:
    image, count = redactor(255).hide(white())
    assert count == 1
    assert (image[36:64, 36:84] == 0).all()
    assert (image[:30] == 255).all()


def test_a_picture_that_is_a_plate_is_hidden_whole() -> None:
    image, count = redactor().hide(white(60, 200))
    assert (count, int(image.max())) == (1, 0)


@pytest.mark.parametrize("count", [12, 7])
def test_in_videos_plates_are_hidden_before_and_after(count: int) -> None:
    frames = []
    for number in range(count):
        image = white()
        image[0, 0] = number
        frames.append(Frame(image, number / 10, number))
    hidden = list(redactor(5).hide_in_frames(frames, hold_s=0.2))
    assert [frame.number for frame in hidden] == list(range(count))
    black = [frame.number for frame in hidden if frame.image[50, 60, 0] == 0]
    assert black == [number for number in (3, 4, 5, 6, 7) if number < count]
