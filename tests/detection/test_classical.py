from __future__ import annotations

import cv2
import numpy as np
import pytest

from platelens import imaging
from platelens.detection import ClassicalDetector
from platelens.geometry import iou_xyxy
from platelens.types import Box, Detection, RgbImage

Colour = tuple[int, int, int]

PLATE = (250, 300, 460, 360)  # x1, y1, x2, y2


def scene(
    text: str = "KB52NHE",
    place: tuple[int, int, int, int] = PLATE,
    ground: Colour = (230, 230, 220),
    ink: Colour = (20, 20, 30),
    size_hw: tuple[int, int] = (480, 720),
) -> RgbImage:
    """Draw a dull street with a plate on a dark car."""
    rows = np.linspace(110, 160, size_hw[0])[:, None, None]
    pixels = np.broadcast_to(rows, (*size_hw, 3)).astype(np.uint8)
    x1, y1, x2, y2 = place
    height, width = y2 - y1, x2 - x1
    cv2.rectangle(
        pixels, (x1 - width, y1 - 3 * height), (x2 + width, y2 + height), (60, 40, 50), -1
    )
    cv2.rectangle(pixels, (x1, y1), (x2 - 1, y2 - 1), ground, -1)
    step = (width - 0.3 * height) / max(1, len(text))
    for i, character in enumerate(text):
        at = (round(x1 + 0.22 * height + i * step), round(y1 + 0.76 * height))
        thick = max(1, round(height / 18))
        cv2.putText(pixels, character, at, cv2.FONT_HERSHEY_SIMPLEX, height / 42, ink, thick)
    return imaging.from_array(pixels, order="rgb")


def overlap(found: Detection, place: tuple[int, int, int, int]) -> float:
    boxes = [(b.x1, b.y1, b.x2, b.y2) for b in (found.box, Box(*place))]
    a, b = (np.array([box], np.float32) for box in boxes)
    return float(iou_xyxy(a, b)[0, 0])


@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        ((230, 230, 220), (20, 20, 30)),
        ((20, 20, 30), (230, 230, 220)),
        ((240, 200, 40), (20, 20, 30)),
        ((30, 60, 150), (240, 240, 240)),
    ],
    ids=["dark on white", "light on black", "dark on yellow", "white on blue"],
)
def test_a_plate_is_found(ground: Colour, ink: Colour) -> None:
    (found,) = ClassicalDetector().detect(scene(ground=ground, ink=ink))
    assert overlap(found, PLATE) > 0.5
    assert 0.3 <= found.confidence <= 1
    assert found.quad.top_left == (found.box.x1, found.box.y1)


@pytest.mark.parametrize(
    ("size_hw", "place"),
    [
        ((240, 320), (120, 150, 190, 170)),
        ((720, 1280), (800, 500, 920, 534)),
        ((1800, 2600), (900, 1100, 1600, 1300)),
    ],
    ids=["small", "usual", "large"],
)
def test_pictures_of_any_scale(size_hw: tuple[int, int], place: tuple[int, int, int, int]) -> None:
    found = ClassicalDetector().detect(scene(place=place, size_hw=size_hw))
    assert overlap(found[0], place) > 0.5


def test_two_plates_surest_first() -> None:
    picture = scene(size_hw=(480, 1100)).copy()
    short = scene(text="KB52", place=(250, 300, 390, 360), size_hw=(480, 1100))
    picture[:, 600:] = short[:, 100:600]
    found = ClassicalDetector(score_threshold=0.05).detect(RgbImage(picture))
    assert len(found) == 2
    assert found[0].confidence > found[1].confidence
    assert overlap(found[0], PLATE) > 0.5


def test_a_plate_at_the_border_stays_inside_the_picture() -> None:
    crop = scene()[306:354, 254:456]
    (found,) = ClassicalDetector(score_threshold=0.1).detect(RgbImage(crop))
    assert 0 <= found.box.x1 < found.box.x2 <= 202
    assert 0 <= found.box.y1 < found.box.y2 <= 48


@pytest.mark.parametrize("text", ["", "K", "KB"])
def test_too_few_characters_are_no_plate(text: str) -> None:
    assert ClassicalDetector().detect(scene(text)) == []


def test_words_that_are_no_number_are_less_sure() -> None:
    (number,) = ClassicalDetector(score_threshold=0).detect(scene("KB52NHE"))[:1]
    steps = scene("").copy()
    for i in range(7):
        steps[310 + 6 * i : 330 + 6 * i, 265 + 26 * i : 275 + 26 * i] = 20  # goes down like stairs
    found = ClassicalDetector(score_threshold=0).detect(RgbImage(steps))
    assert max((f.confidence for f in found), default=0.0) < 0.5 * number.confidence


def test_the_threshold_is_ones_own() -> None:
    picture = scene()
    (found,) = ClassicalDetector().detect(picture)
    assert ClassicalDetector(score_threshold=found.confidence + 0.01).detect(picture) == []


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_has_no_plates(value: int) -> None:
    flat = imaging.from_array(np.full((200, 300, 3), value, np.uint8), order="rgb")
    assert ClassicalDetector().detect(flat) == []


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 900), (900, 1), (3, 3), (40, 2000)], ids=str)
def test_pictures_of_any_size_are_borne(size_hw: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    picture = imaging.from_array(noise, order="rgb")
    detector = ClassicalDetector(score_threshold=0)
    for found in detector.detect(picture):
        assert 0 <= found.box.x1 < found.box.x2 <= size_hw[1]
        assert 0 <= found.box.y1 < found.box.y2 <= size_hw[0]
    assert detector.steps(picture)[0].name == "grey"


def test_a_picture_without_pixels_has_no_plates() -> None:
    empty = RgbImage(np.zeros((0, 5, 3), np.uint8))
    assert ClassicalDetector().detect(empty) == []
    assert ClassicalDetector().steps(empty) == []


def test_steps_lead_to_the_plates() -> None:
    picture = scene()
    before = picture.copy()
    found = ClassicalDetector().steps(picture)
    assert [step.name for step in found] == ["grey", "threshold", "characters", "rows", "plates"]
    assert found[-1].pixels.shape == picture.shape
    assert (found[-1].pixels == (255, 0, 0)).all(axis=2).any()
    assert (picture == before).all()
    characters, rows = (step.pixels[..., 0] > 0 for step in found[2:4])
    assert rows.sum() > characters.sum() > 0
