from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.synth import CameraSettings, FlatPlate, FontSet
from platelens.training.recognition import data
from platelens.training.recognition.data import (
    MAX_LENGTH,
    CropShares,
    CropSource,
    Patch,
    RealPictures,
)
from platelens.types import FloatArray, RgbImage

SIZE_HW = (32, 80)
RED, GREEN = (250, 0, 0), (0, 250, 0)


def patch(text: str = "AB12", colour: tuple[int, int, int] = RED, rows: int = 1) -> Patch:
    """A plate of one colour in the middle of a black picture."""
    pixels = np.zeros((60, 140, 3), np.uint8)
    pixels[20:40, 30:110] = colour
    corners = np.array([[30, 20], [110, 20], [110, 40], [30, 40]], np.float32)
    return Patch(imaging.from_array(pixels, order="rgb"), corners, text, rows)


def flat() -> Patch:
    pixels = imaging.from_array(np.full((24, 90, 3), GREEN, np.uint8), order="rgb")
    corners = np.array([[0, 0], [90, 0], [90, 24], [0, 24]], np.float32)
    return Patch(pixels, corners, "FLAT", 1)


def source(fonts: FontSet, shares: CropShares, *pools: list[Patch]) -> CropSource:
    return CropSource(RealPictures(pools or [[patch()]], [flat()]), fonts, shares, SIZE_HW)


def only(**shares: float) -> CropShares:
    wanted = {"synthetic": 0.0, "flats": 0.0, "nothing": 0.0} | shares
    return CropShares(patches=[wanted.pop("patches", 0.0)], **wanted)


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """A perfect camera."""

    def see(
        rng: np.random.Generator,
        image: RgbImage,
        settings: CameraSettings,
        serial: FloatArray | None,
    ) -> RgbImage:
        del rng, settings, serial
        return image

    monkeypatch.setattr(data, "photograph", see)


def test_a_crop_depends_on_seed_and_index_only(fonts: FontSet) -> None:
    shares = CropShares(1, 1, [1], nothing=1)
    forward = [source(fonts, shares).draw(3, i) for i in range(16)]
    drawn = source(fonts, shares)
    for index in reversed(range(16)):
        pixels, text, rows = drawn.draw(3, index)
        np.testing.assert_array_equal(pixels, forward[index][0])
        assert (text, rows) == forward[index][1:]
    assert len({pixels.tobytes() for pixels, _, _ in forward}) == 16
    assert (drawn.draw(4, 0)[0] != forward[0][0]).any()


def test_crops_are_of_the_size_of_the_input(fonts: FontSet) -> None:
    drawn = source(fonts, CropShares(1, 1, [1], nothing=1))
    for index in range(60):
        pixels, text, rows = drawn.draw(0, index)
        assert pixels.shape == (*SIZE_HW, 3)
        assert pixels.dtype == np.uint8
        assert len(text) <= MAX_LENGTH
        assert rows in (1, 2)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("shares", "text", "channel"),
    [(only(patches=1), "AB12", 0), (only(flats=1), "FLAT", 1), (only(synthetic=1), "BLUE", 2)],
    ids=["patches", "flats", "synthetic"],
)
def test_the_crop_shows_the_plate_of_the_text(
    fonts: FontSet,
    monkeypatch: pytest.MonkeyPatch,
    shares: CropShares,
    text: str,
    channel: int,
) -> None:
    blue = imaging.from_array(np.full((40, 160, 3), (0, 0, 250), np.uint8), order="rgb")
    monkeypatch.setattr(data, "draw_flat_plate", lambda *_: FlatPlate(blue, "BLUE", 1))
    drawn = source(fonts, shares)
    for index in range(40):
        pixels, said, _ = drawn.draw(0, index)
        assert said == text
        middle = pixels[12:20, 32:48].reshape(-1, 3).mean(axis=0)
        assert middle.argmax() == channel
        assert middle[channel] > 90
        assert np.delete(middle, channel).max() < 40


@pytest.mark.usefixtures("clean")
def test_a_place_without_a_plate_shows_none(fonts: FontSet) -> None:
    pixels = np.zeros((100, 140, 3), np.uint8)
    pixels[20:40, 30:110] = RED
    corners = patch().corners
    pool = [Patch(imaging.from_array(pixels, order="rgb"), corners, "AB12", 2)]
    drawn = source(fonts, only(nothing=1), pool)
    below = 0
    for index in range(40):
        seen, text, rows = drawn.draw(0, index)
        assert (text, rows) == ("", 1)
        below += not seen[8:].any()  # the black ground under the plate
    assert below > 15


def test_sources_come_in_their_shares(fonts: FontSet) -> None:
    drawn = source(fonts, CropShares(0, 1, [1, 2], nothing=0), [patch("ONE")], [patch("TWO")])
    texts = [drawn.draw(0, i)[1] for i in range(200)]
    shares = [texts.count(text) / 200 for text in ("FLAT", "ONE", "TWO")]
    assert shares == pytest.approx([0.25, 0.25, 0.5], abs=0.1)


def test_rows_are_those_of_the_plate(fonts: FontSet) -> None:
    drawn = source(fonts, only(patches=1), [patch(rows=2)])
    assert {drawn.draw(0, i)[2] for i in range(5)} == {2}


@pytest.mark.parametrize("seed", range(20))
def test_a_plate_from_farther_away_keeps_its_corners(seed: int) -> None:
    small = data._shrink(np.random.default_rng(seed), patch())
    x1, y1 = small.corners.min(axis=0)
    x2, y2 = small.corners.max(axis=0)
    rows, columns = np.nonzero(small.pixels[..., 0] > 125)
    assert (columns.min(), columns.max() + 1) == pytest.approx((x1, x2), abs=1)
    assert (rows.min(), rows.max() + 1) == pytest.approx((y1, y2), abs=1)
    assert small.text == "AB12"
    assert 28 < x2 - x1 < 110
