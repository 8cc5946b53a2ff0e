from __future__ import annotations

import base64

import numpy as np
import pytest

from platelens import imaging
from platelens.errors import ImageError
from platelens.evaluation.thumbnails import Outline, data_uri, plate_picture
from platelens.geometry import box_to_quad
from platelens.types import Box, RgbImage

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(height: int = 100, width: int = 200) -> RgbImage:
    """Draw the left half red, the right one blue."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, : width // 2], pixels[:, width // 2 :] = RED, BLUE
    return imaging.from_array(pixels, "rgb")


def decoded(uri: str) -> RgbImage:
    head, data = uri.split(",")
    assert head == "data:image/webp;base64"
    return imaging.decode(base64.b64decode(data))


@pytest.mark.parametrize(
    ("size_hw", "shown_hw"),
    [((100, 200), (100, 200)), ((400, 800), (160, 320)), ((3000, 20), (320, 2)), ((1, 1), (1, 1))],
    ids=["small", "wide", "high", "one pixel"],
)
def test_a_picture_inside_a_page(size_hw: tuple[int, int], shown_hw: tuple[int, int]) -> None:
    assert decoded(data_uri(picture(*size_hw))).shape[:2] == shown_hw


def test_colours_stay() -> None:
    shown = decoded(data_uri(picture()))
    assert np.abs(shown[50, 20].astype(int) - RED).max() < 16
    assert np.abs(shown[50, 180].astype(int) - BLUE).max() < 16


def test_a_part_is_shown_with_its_surroundings() -> None:
    shown = plate_picture(picture(), Box(60, 40, 100, 60), margin=0.5, max_side=80)
    assert shown.shape[:2] == (60, 80)  # 20 pixels on every side
    assert tuple(shown[30, 50]) == RED
    assert tuple(shown[30, 75]) == BLUE


def test_a_small_part_is_enlarged_but_not_without_limit() -> None:
    shown = plate_picture(picture(), Box(60, 40, 70, 44), margin=0.0)
    assert shown.shape[:2] == (16, 40)


def test_a_part_at_the_edge_has_less_around_it() -> None:
    shown = plate_picture(picture(), Box(-10, 80, 30, 120), margin=0.25, max_side=40)
    assert shown.shape[:2] == (30, 40)


def test_outlines_are_drawn_where_they_belong_and_the_picture_stays() -> None:
    image, box = picture(), Box(60, 40, 80, 50)
    before = image.copy()
    white, green = (255, 255, 255), (0, 255, 0)
    outlines = [
        Outline(box_to_quad(box), white),
        Outline(box_to_quad(Box(50, 30, 90, 60)), green),
    ]
    shown = plate_picture(image, box, outlines, margin=1.0, max_side=240)  # from (40, 20), 4 times
    assert shown.shape[:2] == (200, 240)
    for y, x, colour in (
        (100, 80, white), (80, 120, white), (120, 120, white), (100, 40, green), (160, 100, green),
    ):  # fmt: skip
        around = shown[y - 2 : y + 2, x - 2 : x + 2].reshape(-1, 3)
        assert np.abs(around.astype(int) - colour).max(axis=1).min() < 40
    assert tuple(shown[100, 120]) == RED
    assert np.array_equal(image, before)


def test_a_part_outside_is_an_error() -> None:
    with pytest.raises(ImageError, match="outside"):
        plate_picture(picture(), Box(500, 10, 520, 20))
