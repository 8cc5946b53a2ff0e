from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from platelens import imaging
from platelens.errors import PlanError
from platelens.geometry import box_to_quad
from platelens.pipeline import ReadResult, explain_with
from platelens.types import Box, Detection, Plate, Reading, RgbImage, Step


class Detector:
    def detect(self, image: RgbImage) -> list[Detection]:
        del image
        return []


class SteppingDetector(Detector):
    def steps(self, image: RgbImage) -> list[Step]:
        return [Step("grey", image), Step("mask", image)]


class Recognizer:
    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        del crops
        return []


class SteppingRecognizer(Recognizer):
    def steps(self, image: RgbImage) -> list[Step]:
        return [Step("ink", image)]


@pytest.fixture
def result() -> ReadResult:
    """A picture with two plates of 20 x 10 and 40 x 10 pixels."""
    image = imaging.from_array(np.zeros((50, 100, 3), np.uint8), order="rgb")
    boxes = [Box(0, 0, 20, 10), Box(30, 0, 70, 10)]
    plates = tuple(Plate(Detection(box, box_to_quad(box), 1.0)) for box in boxes)
    return ReadResult(image, plates, 0, 0, 0)


def test_the_detector_comes_first_then_each_plate(result: ReadResult) -> None:
    steps = explain_with(SteppingDetector(), SteppingRecognizer())(result)
    assert [step.name for step in steps] == ["grey", "mask", "plate1-ink", "plate2-ink"]
    assert [step.pixels.shape[1] for step in steps] == [100, 100, 20, 40]


def test_a_stage_without_steps_is_passed_over(result: ReadResult) -> None:
    assert len(explain_with(SteppingDetector(), Recognizer())(result)) == 2
    assert len(explain_with(Detector(), SteppingRecognizer())(result)) == 2
    assert len(explain_with(recognizer=SteppingRecognizer())(result)) == 2


def test_where_no_stage_has_steps_that_is_said_before_any_work() -> None:
    with pytest.raises(PlanError, match="no stage here works in steps"):
        explain_with(Detector(), Recognizer())
    with pytest.raises(PlanError, match="pipeline B has both"):
        explain_with(Detector())
