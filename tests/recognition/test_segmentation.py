from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from platelens import imaging
from platelens.recognition.segmentation import (
    CharacterPatch,
    letter_rows,
    segment_characters,
    steps,
)
from platelens.types import RgbImage

Colour = tuple[int, int, int]

DARK: Colour = (20, 25, 40)
LIGHT: Colour = (225, 225, 215)
FONT = cv2.FONT_HERSHEY_SIMPLEX


class Plate:
    """A plate to draw on."""

    def __init__(
        self, size_hw: tuple[int, int] = (110, 400), ground: Colour = LIGHT, ink: Colour = DARK
    ) -> None:
        self.pixels = np.full((*size_hw, 3), ground, np.uint8)
        self.ink = ink

    def write(
        self, text: str, x: int, bottom: int, *, height: int = 56, step: int | None = None
    ) -> Plate:
        """Draw characters of `height` pixels, `step` pixels from each to the next."""
        for i, character in enumerate(text):
            place = (x + i * (step or round(0.9 * height)), bottom)
            cv2.putText(
                self.pixels, character, place, FONT, height / 21, self.ink, max(2, height // 9)
            )
        return self

    def block(self, x: int, y: int, width: int, height: int, colour: Colour | None = None) -> Plate:
        self.pixels[y : y + height, x : x + width] = self.ink if colour is None else colour
        return self

    def crop(self) -> RgbImage:
        return imaging.from_array(self.pixels, order="rgb")


def counts(rows: Sequence[Sequence[CharacterPatch]]) -> list[int]:
    return [len(row) for row in rows]


@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        (LIGHT, DARK),
        (DARK, LIGHT),
        ((150, 150, 150), (105, 105, 105)),
        ((250, 210, 40), (30, 30, 120)),
        ((30, 60, 150), (245, 220, 60)),
    ],
    ids=["dark on light", "light on dark", "pale", "blue on yellow", "yellow on blue"],
)
def test_characters_are_found_left_to_right(ground: Colour, ink: Colour) -> None:
    crop = Plate(ground=ground, ink=ink).write("KB52NHE", 25, 83).crop()
    (row,) = segment_characters(crop)
    assert len(row) == 7
    for i, patch in enumerate(row):
        left = 25 + i * 50
        assert left - 4 <= patch.box.x1 < patch.box.x2 <= left + 53
        assert patch.box.y1 == pytest.approx(26, abs=7)
        assert patch.box.y2 == pytest.approx(85, abs=7)


@pytest.mark.parametrize(("ground", "ink"), [(LIGHT, DARK), (DARK, LIGHT)], ids=["dark", "light"])
def test_ink_is_light_on_dark(ground: Colour, ink: Colour) -> None:
    (row,) = segment_characters(Plate(ground=ground, ink=ink).write("H0H0H", 60, 83).crop())
    for patch in row:
        assert patch.ink.dtype == np.uint8
        height, width = patch.ink.shape
        assert patch.ink.max() > 200
        assert 0.1 < (patch.ink > 127).mean() < 0.7
        # Neither the middle of the 0 nor the gaps of the H are inked.
        assert patch.ink[height // 4, width // 2] < 60


def test_two_rows_top_first() -> None:
    crop = Plate((200, 220)).write("AB1", 40, 85).write("2345", 12, 175).crop()
    assert counts(segment_characters(crop)) == [3, 4]
    upper, lower = segment_characters(crop)
    assert max(p.box.y2 for p in upper) < min(p.box.y1 for p in lower)


@pytest.mark.parametrize(
    "clutter",
    [
        [(0, 0, 400, 7), (0, 103, 400, 7), (0, 0, 7, 110), (393, 0, 7, 110)],
        [(12, 50, 9, 9), (380, 50, 9, 9)],
        [(182, 52, 18, 7)],
    ],
    ids=["frame", "bolts", "dash"],
)
def test_what_is_no_character_is_left_out(clutter: list[tuple[int, int, int, int]]) -> None:
    plate = Plate().write("KBN", 30, 83).write("527", 205, 83)
    for place in clutter:
        plate.block(*place)
    assert counts(segment_characters(plate.crop())) == [6]


def test_captions_above_and_below_are_left_out() -> None:
    plate = Plate((224, 400)).write("6ABC123", 25, 145)
    plate.write("CALIFORNIA", 90, 40, height=24).write("SUNSHINE STATE", 60, 205, height=22)
    (row,) = segment_characters(plate.crop())
    assert len(row) == 7
    assert all(patch.box.height > 40 for patch in row)


def test_an_emblem_of_another_colour_is_left_out() -> None:
    plate = Plate().write("KBN", 20, 83).write("527", 230, 83)
    cv2.circle(plate.pixels, (192, 55), 26, (200, 60, 40), -1)
    assert counts(segment_characters(plate.crop())) == [6]


def test_characters_that_touch_are_cut_apart() -> None:
    plate = Plate().write("KBN", 20, 83).write("08", 190, 83, step=44).write("2", 300, 83)
    plate.block(224, 54, 16, 5)  # a bridge between the two
    (row,) = segment_characters(plate.crop())
    assert len(row) == 6
    assert max(patch.box.width for patch in row) < 60


def test_a_broken_character_is_one() -> None:
    plate = Plate().write("KB52NHE", 25, 83).block(25, 50, 50, 3, LIGHT)
    assert counts(segment_characters(plate.crop())) == [7]


def test_small_letters_on_top_of_each_other_come_upper_one_first() -> None:
    plate = Plate().write("K", 20, 50, height=26).write("B", 20, 84, height=26)
    plate.write("52789", 70, 83)
    (row,) = segment_characters(plate.crop())
    assert len(row) == 7
    assert row[0].box.y2 <= row[1].box.y1 + 2
    assert row[1].box.x2 < row[2].box.x1


def test_a_sloping_row_is_followed() -> None:
    crop = Plate((160, 400)).write("KB52NHE", 25, 105).crop()
    matrix = cv2.getRotationMatrix2D((200, 80), 6, 1)
    turned = cv2.warpAffine(crop, matrix, (400, 160), borderMode=cv2.BORDER_REPLICATE)
    (row,) = segment_characters(imaging.from_array(turned, order="rgb"))
    assert len(row) == 7
    assert row[0].box.y1 > row[-1].box.y1 + 20


def test_uneven_light_hides_nothing() -> None:
    plate = Plate().write("KB52NHE", 25, 83)
    shade = np.linspace(1, 0.35, 400)[None, :, None]
    dim = (plate.pixels * shade).astype(np.uint8)
    assert counts(segment_characters(imaging.from_array(dim, order="rgb"))) == [7]


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_has_no_characters(value: int) -> None:
    flat = imaging.from_array(np.full((60, 200, 3), value, np.uint8), order="rgb")
    assert segment_characters(flat) == []
    assert letter_rows(flat) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size_hw", [(60, 200), (128, 224), (24, 94)], ids=str)
def test_noise_has_no_characters(seed: int, size_hw: tuple[int, int]) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    assert segment_characters(imaging.from_array(noise, order="rgb")) == []


def test_one_character_is_no_number() -> None:
    assert segment_characters(Plate().write("K", 160, 83).crop()) == []


@pytest.mark.parametrize(
    "size_hw", [(1, 1), (1, 300), (900, 1), (3, 900), (2, 2), (7, 9), (600, 900)], ids=str
)
def test_crops_of_any_size_are_borne(size_hw: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 2, (*size_hw, 3), dtype=np.uint8) * 255
    crop = imaging.from_array(noise.astype(np.uint8), order="rgb")
    rows = segment_characters(crop)
    assert len(rows) <= 2
    for patch in (patch for row in rows for patch in row):
        assert 0 <= patch.box.x1 < patch.box.x2 <= size_hw[1]
        assert 0 <= patch.box.y1 < patch.box.y2 <= size_hw[0]
    assert steps(crop)[0].name == "grey"


def test_a_crop_without_pixels_has_no_characters() -> None:
    empty = RgbImage(np.zeros((0, 5, 3), np.uint8))
    assert segment_characters(empty) == []
    assert steps(empty) == []


def test_steps_are_pictures_with_names_of_their_own() -> None:
    crop = Plate((200, 220)).write("AB1", 40, 85).write("2345", 12, 175).crop()
    before = crop.copy()
    found = steps(crop)
    assert [step.name for step in found] == [
        "grey", "row-1", "row-1-ink", "row-2", "row-2-ink", "characters",
    ]  # fmt: skip
    assert all(step.pixels.dtype == np.uint8 and step.pixels.shape[2] == 3 for step in found)
    assert found[-1].pixels.shape == crop.shape
    assert (found[-1].pixels != crop).any()
    assert (crop == before).all()


def test_letter_rows_are_dark_on_white() -> None:
    plate = Plate(ground=DARK, ink=LIGHT).write("KB52NHE", 25, 83).block(0, 0, 400, 7)
    (row,) = letter_rows(plate.crop())
    assert row[[0, -1]].min() == 255
    assert row[:, [0, -1]].min() == 255
    assert row.min() < 40
    inked = np.any(row < 128, axis=0)
    assert int((inked[1:] & ~inked[:-1]).sum()) == 7
    assert np.flatnonzero(np.any(row < 128, axis=1)).size == pytest.approx(40, abs=5)
