from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from platelens.geometry import box_to_quad
from platelens.pipeline import Pipeline, PipelineSettings
from platelens.pipeline.again import Surroundings
from platelens.types import Box, Candidate, Detection, Reading, RgbImage

COARSE = Box(300, 200, 400, 260)
FINE = Box(320, 210, 380, 240)


def detection(box: Box, confidence: float = 0.6) -> Detection:
    return Detection(box, box_to_quad(box), confidence)


def picture() -> RgbImage:
    """Every pixel tells where it is: red = x / 4, green = y / 4."""
    ys, xs = np.mgrid[0:600, 0:800]
    return RgbImage(np.stack([xs // 4, ys // 4, 0 * xs], axis=2).astype(np.uint8))


class TwoLooks:
    """Finds a plate coarsely, and from near more precisely, or not at all."""

    def __init__(self, near: Box | None = FINE) -> None:
        self.near = near
        self.asked: list[tuple[tuple[int, ...], Box]] = []

    def detect(self, image: RgbImage) -> list[Detection]:
        del image
        return [detection(COARSE)]

    def locate(self, image: RgbImage, box: Box) -> Detection | None:
        self.asked.append((image.shape, box))
        if self.near is None:
            return None
        # The surroundings begin where their first pixel says.
        left, top = 4 * int(image[0, 0, 0]) + 2, 4 * int(image[0, 0, 1])
        near = Box(self.near.x1 - left, self.near.y1 - top, self.near.x2 - left, self.near.y2 - top)
        return detection(near, 0.3)


class WidthReader:
    """Reads coarse crops as one text and fine ones as another."""

    def __init__(self, coarse: tuple[str, float], fine: tuple[str, float]) -> None:
        self.coarse, self.fine = coarse, fine
        self.crops = 0

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        self.crops += len(crops)
        said = [self.coarse if crop.shape[1] > 80 else self.fine for crop in crops]
        return [
            Reading(text, sure, (sure,) * len(text), (Candidate(text, sure),), 1)
            for text, sure in said
        ]


def test_surroundings_are_three_widths_and_a_copy() -> None:
    detector, image = TwoLooks(), picture()
    near = Surroundings(detector, image, detection(COARSE))
    image[:] = 0
    found = near.look([(0.0, 0.0)])
    assert found is not None
    ((shape, box),) = detector.asked
    assert shape == (300, 300, 3)
    assert (box.x1, box.y1, box.width) == (100, 120, 100)
    again, (crop,) = found
    assert again.confidence == 0.6
    assert (again.box.x1, again.box.y1, again.box.x2) == pytest.approx((320, 210, 380), abs=2)
    assert crop.shape[:2] == (30, 60)
    assert crop[15, 30, 0] == pytest.approx(350 / 4, abs=1.5)


def test_a_plate_at_the_edge_has_less_around_it() -> None:
    detector = TwoLooks()
    Surroundings(detector, picture(), detection(Box(-5, 570, 55, 605))).look([(0.0, 0.0)])
    ((shape, box),) = detector.asked
    assert shape == (103, 115, 3)
    assert (box.x1, box.y1) == (-5, 73)


def test_a_plate_read_badly_is_looked_at_again() -> None:
    reader = WidthReader(("AB12", 0.3), ("CD34", 0.9))
    (plate,) = Pipeline(TwoLooks(), reader).run(picture())
    assert plate.text == "CD34"
    assert plate.confidence == pytest.approx((0.3 * 0 + 0.9) / 2)
    assert plate.detection.box.x1 == pytest.approx(320, abs=2)
    assert plate.detection.confidence == 0.6


def test_where_the_first_look_was_better_its_box_stays() -> None:
    (plate,) = Pipeline(TwoLooks(), WidthReader(("AB12", 0.7), ("CD34", 0.2))).run(picture())
    assert (plate.text, plate.detection.box) == ("AB12", COARSE)


@pytest.mark.parametrize(
    ("detector", "sure", "settings"),
    [
        pytest.param(TwoLooks(), 0.8, PipelineSettings(), id="read well"),
        pytest.param(TwoLooks(None), 0.3, PipelineSettings(), id="not found again"),
        pytest.param(TwoLooks(), 0.3, PipelineSettings(again_below=0), id="switched off"),
    ],
)
def test_else_one_look_is_enough(
    detector: TwoLooks, sure: float, settings: PipelineSettings
) -> None:
    reader = WidthReader(("AB12", sure), ("CD34", 0.9))
    (plate,) = Pipeline(detector, reader, settings).run(picture())
    assert (plate.text, plate.confidence) == ("AB12", sure)
    assert reader.crops == 2  # the views of one look


def test_each_picture_of_a_batch_keeps_its_plates() -> None:
    reader = WidthReader(("AB12", 0.3), ("CD34", 0.9))
    found = Pipeline(TwoLooks(), reader).run_batch([picture(), picture()])
    assert [[plate.text for plate in plates] for plates in found] == [["CD34"], ["CD34"]]
