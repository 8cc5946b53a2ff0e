from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.synth import CameraSettings, Catalogue, FlatPlate, FontSet
from platelens.detection.preprocess import PAD_VALUE
from platelens.training.detection import data
from platelens.training.detection.data import Window, WindowSettings, WindowSource, encode_targets
from platelens.training.detection.scenes import Scene
from platelens.types import FloatArray, RgbImage

RECTANGLE = ((16, 24), (48, 24), (48, 40), (16, 40))
PLAIN = WindowSettings(size=128, replace=0, empty=0, mosaic=0, close_up=0, flip=0, hide=0)


def window(*quads: object, exact: bool = True, size: int = 64) -> Window:
    pixels = RgbImage(np.zeros((size, size, 3), np.uint8))
    corners = np.array(quads, np.float32).reshape(-1, 4, 2)
    return Window(pixels, corners, np.full(len(corners), exact))


def shifted(dx: float) -> FloatArray:
    """Give the rectangle, so much farther to the right."""
    return np.array(RECTANGLE, np.float32) + np.array([dx, 0], np.float32)


def scene(*, exact: bool = False) -> Scene:
    """A dark street with a white plate of 60 x 20 pixels."""
    pixels = np.full((200, 300, 3), 20, np.uint8)
    pixels[90:110, 100:160] = 240
    corners = np.array([[[100, 90], [160, 90], [160, 110], [100, 110]]], np.float32)
    return Scene(imaging.from_array(pixels, order="rgb"), corners, np.array([exact]), False)


def source(fonts: FontSet, settings: WindowSettings, *scenes: Scene) -> WindowSource:
    flat = imaging.from_array(np.full((20, 60, 3), (250, 250, 0), np.uint8), order="rgb")
    return WindowSource([(scenes or (scene(),), 1.0)], [flat], fonts, settings)


def test_the_middle_of_a_plate_is_positive_and_its_rest_is_ignored() -> None:
    target = encode_targets(window(RECTANGLE), 64)
    assert target.shape == (15, 8, 8)
    positive = np.zeros((8, 8))
    positive[3:5, 3:5] = 1  # centres 28 and 36, at most 0.28 of the width from the middle at 32
    weight = np.ones((8, 8))
    weight[3:5, 2:6] = 0  # centres between 16 and 48
    weight[3:5, 3:5] = 0.5  # four cells share the weight: 4 ** -0.5
    np.testing.assert_array_equal(target[0], positive)
    np.testing.assert_array_equal(target[1], weight)


def test_a_positive_cell_knows_box_and_corners() -> None:
    slanted = ((16, 24), (48, 28), (46, 40), (18, 36))
    target = encode_targets(window(slanted), 64)[:, 4, 4]
    np.testing.assert_array_equal(target[2:6], (16, 24, 48, 40))
    np.testing.assert_allclose(target[6:14], (0, 0, 1, 0.25, 0.9375, 1, 0.0625, 0.75))
    assert target[14] == 1


def test_only_a_box_is_known() -> None:
    target = encode_targets(window(RECTANGLE, exact=False), 64)
    assert set(np.unique(target[14][target[0] > 0])) == {-1}


def test_a_plate_cut_by_the_border_says_nothing_about_corners() -> None:
    target = encode_targets(window(shifted(28)), 64)  # 20 of 32 pixels are seen
    positive = target[0] > 0
    assert positive.any()
    assert (target[14][positive] == 0).all()
    np.testing.assert_array_equal(target[2:6, positive].T[0], (44, 24, 64, 40))


@pytest.mark.parametrize(
    "quad",
    [
        shifted(40),  # less than half of it is seen
        (np.array(RECTANGLE) - 32) * 0.2 + 36,  # 6 pixels wide
        (np.array(RECTANGLE) - 32) * (1, 0.1) + 36,  # 2 pixels high
    ],
    ids=["cut", "narrow", "flat"],
)
def test_a_plate_that_shows_too_little_is_ignored(quad: FloatArray) -> None:
    target = encode_targets(window(quad), 64)
    assert not target[0].any()
    assert (target[1] == 0).any()


def test_a_plate_outside_changes_nothing() -> None:
    target = encode_targets(window(shifted(64)), 64)
    assert not target[0].any()
    assert (target[1] == 1).all()


def test_no_plate_is_all_ground() -> None:
    target = encode_targets(window(), 64)
    assert (target[1] == 1).all()
    assert np.count_nonzero(target) == 64


def test_a_small_plate_wins_its_cells() -> None:
    small = (np.array(RECTANGLE) - 32) * 0.5 + 32
    for quads in ((RECTANGLE, small), (small, RECTANGLE)):
        target = encode_targets(window(*quads), 64)
        np.testing.assert_array_equal(target[2:6, 4, 3], (24, 28, 40, 36))


def test_a_tiny_plate_has_the_cell_of_its_middle() -> None:
    tiny = (np.array(RECTANGLE) - 32) * 0.25 + (45, 13)
    target = encode_targets(window(tiny), 64)
    assert np.argwhere(target[0]).tolist() == [[1, 5]]
    assert target[1, 1, 5] == 1


def test_a_mirrored_plate_is_read_from_its_new_left() -> None:
    mirrored = window(((10, 5), (30, 6), (30, 15), (10, 14)))
    mirrored.pixels[5, 10] = 255
    data._flip(mirrored)
    np.testing.assert_array_equal(mirrored.corners[0], ((34, 6), (54, 5), (54, 14), (34, 15)))
    assert (mirrored.pixels[5, 53] == 255).all()


def test_a_window_depends_on_seed_and_index_only(fonts: FontSet) -> None:
    settings = replace(PLAIN, replace=0.5, mosaic=0.3, close_up=0.2, flip=0.5, empty=0.1)
    forward = [source(fonts, settings).draw(7, i) for i in range(12)]
    drawn = source(fonts, settings)
    for index in reversed(range(12)):
        pixels, target = drawn.draw(7, index)
        np.testing.assert_array_equal(pixels, forward[index][0])
        np.testing.assert_array_equal(target, forward[index][1])
    assert len({pixels.tobytes() for pixels, _ in forward}) == 12
    assert (drawn.draw(8, 0)[0] != forward[0][0]).any()


@pytest.mark.parametrize(
    "settings",
    [
        PLAIN,
        replace(PLAIN, flip=1),
        replace(PLAIN, mosaic=1),
        replace(PLAIN, empty=1),
        replace(PLAIN, close_up=1),
        replace(PLAIN, replace=1),
    ],
    ids=["plain", "flip", "mosaic", "empty", "close-up", "replace"],
)
def test_the_target_is_where_the_plate_is(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch, settings: WindowSettings
) -> None:
    """Inside the boxes is the white (or yellow) plate, and mostly not elsewhere."""
    monkeypatch.setattr(data, "photograph", _see)
    monkeypatch.setattr(data, "draw_flat_plate", _white_plate)
    found = 0
    for index in range(40):
        pixels, target = source(fonts, settings).draw(0, index)
        assert pixels.shape == (128, 128, 3)
        for box in {tuple(b) for b in target[2:6, target[0] > 0].T}:
            x1, y1, x2, y2 = (round(float(v)) for v in box)
            # Of a plate that is turned, the corners of its box are street.
            assert np.quantile(pixels[y1:y2, x1:x2, 0], 0.7) > 130
            found += 1
        ground = np.kron((target[0] == 0) & (target[1] == 1), np.ones((8, 8))) > 0
        if not settings.close_up:  # its margin has any colour
            assert np.median(pixels[ground][:, 0]) <= PAD_VALUE
    assert found > (5 if settings.empty else 30)


def test_a_hidden_plate_has_the_colour_of_its_car(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "photograph", _see)
    monkeypatch.setattr(data, "draw_flat_plate", _inked_plate)
    drawn = WindowSource([((scene(),), 1.0)], [], fonts, replace(PLAIN, replace=1, hide=1))
    found = 0
    for index in range(40):
        pixels, target = drawn.draw(0, index)
        for box in {tuple(b) for b in target[2:6, target[0] > 0].T}:
            x1, y1, x2, y2 = (round(float(v)) for v in box)
            if x2 - x1 > 30:
                seen = pixels[y1:y2, x1:x2, 0]
                assert np.median(seen) < 100  # on white it would be 240
                assert np.ptp(seen) > 60  # there are characters to be seen
                found += 1
    assert found > 20


@pytest.mark.parametrize("flip", [0, 1])
def test_the_target_sits_to_the_pixel(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch, flip: float
) -> None:
    monkeypatch.setattr(data, "photograph", _see)
    drawn = source(fonts, replace(PLAIN, flip=flip, plate_px=(20, 60)))
    found = 0
    for index in range(40):
        pixels, target = drawn.draw(2, index)
        boxes = {tuple(box.tolist()) for box in target[2:6, target[0] > 0].T}
        rows, columns = np.nonzero(pixels[..., 0] > 130)
        for x1, y1, x2, y2 in boxes:
            assert (columns.min(), columns.max() + 1) == pytest.approx(
                (x1, x2), abs=2.5
            )  # the plate may be turned
            assert (rows.min(), rows.max() + 1) == pytest.approx(
                (y1, y2), abs=2.5
            )  # the plate may be turned
            found += 1
    assert found > 30


def _see(rng: np.random.Generator, image: RgbImage, settings: CameraSettings) -> RgbImage:
    del rng, settings
    return image


def _white_plate(rng: np.random.Generator, fonts: FontSet, catalogue: Catalogue) -> FlatPlate:
    del rng, fonts, catalogue
    return FlatPlate(RgbImage(np.full((20, 60, 3), 240, np.uint8)), "AB12", 1)


def test_replaced_plates_have_exact_corners(fonts: FontSet) -> None:
    """The scene knows a box only; a plate that is put over it is known corner by corner."""
    kinds = {0.0: set[float](), 1.0: set[float]()}
    for chance, seen in kinds.items():
        drawn = source(fonts, replace(PLAIN, replace=chance, plate_px=(30, 40)))
        for index in range(20):
            target = drawn.draw(1, index)[1]
            seen |= {float(kind) for kind in target[14][target[0] > 0]}
    assert kinds[0.0] <= {-1.0, 0.0}
    assert -1.0 in kinds[0.0]
    assert kinds[1.0] <= {1.0, 0.0}
    assert 1.0 in kinds[1.0]


def test_scenes_come_in_their_shares(fonts: FontSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "photograph", _see)
    bright = Scene(
        imaging.from_array(np.full((100, 100, 3), 200, np.uint8), order="rgb"),
        np.zeros((0, 4, 2), np.float32), np.zeros(0, bool), True,
    )  # fmt: skip
    pools = [([scene()], 1.0), ([bright], 3.0)]
    drawn = WindowSource(pools, [], fonts, PLAIN)
    light = [np.median(drawn.draw(0, i)[0]) > 150 for i in range(80)]
    assert 0.55 < np.mean(light) < 0.9


def _inked_plate(rng: np.random.Generator, fonts: FontSet, catalogue: Catalogue) -> FlatPlate:
    plate = _white_plate(rng, fonts, catalogue)
    plate.pixels[5:15, 5:55:10] = plate.pixels[5:15, 6:55:10] = 20
    return plate
