import numpy as np
import pytest

from platelens import geometry
from platelens.imaging import from_array
from platelens.types import Box, Quad, RgbImage

SQUARE = Quad((10, 10), (30, 10), (30, 20), (10, 20))


def ramp(height: int = 40, width: int = 60) -> RgbImage:
    """Red grows to the right and green downwards, 4 levels a pixel; blue is constant."""
    rows, columns = np.mgrid[:height, :width]
    return from_array(
        np.dstack([columns * 4, rows * 4, np.full_like(rows, 7)]).astype(np.uint8), order="rgb"
    )


def test_iou_by_hand() -> None:
    a = np.array([[0, 0, 10, 10], [100, 100, 110, 110]], dtype=np.float32)
    b = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10]], dtype=np.float32)
    expected = np.array([[1, 50 / 150, 0], [0, 0, 0]])
    np.testing.assert_allclose(geometry.iou_xyxy(a, b), expected, rtol=1e-6)


def test_iou_of_nothing_is_an_empty_table() -> None:
    some, none = np.ones((3, 4), dtype=np.float32), np.ones((0, 4), dtype=np.float32)
    assert geometry.iou_xyxy(some, none).shape == (3, 0)
    assert geometry.iou_xyxy(none, some).shape == (0, 3)


def test_iou_against_counted_pixels() -> None:
    generator = np.random.default_rng(0)
    starts = generator.integers(0, 20, (8, 2))
    boxes = np.hstack([starts, starts + generator.integers(1, 20, (8, 2))]).astype(np.float32)
    masks = np.zeros((8, 40, 40), dtype=bool)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes.astype(int), strict=True):
        mask[y1:y2, x1:x2] = True
    expected = np.array([[(p & q).sum() / (p | q).sum() for q in masks] for p in masks])
    np.testing.assert_allclose(geometry.iou_xyxy(boxes, boxes), expected, rtol=1e-5)


def test_quad_and_array_round_trip() -> None:
    assert geometry.array_to_quad(geometry.quad_to_array(SQUARE)) == SQUARE


def test_box_to_quad_runs_clockwise() -> None:
    assert geometry.box_to_quad(Box(10, 10, 30, 20)) == SQUARE


def test_quad_size_takes_the_longer_sides() -> None:
    assert geometry.quad_size_hw(Quad((0, 0), (30, 0), (40, 12), (0, 10))) == (16, 40)


def test_quad_size_is_never_zero() -> None:
    assert geometry.quad_size_hw(Quad((5, 5), (5, 5), (5, 5), (5, 5))) == (1, 1)


def test_rectify_of_an_upright_box_is_its_crop() -> None:
    image = ramp()
    np.testing.assert_array_equal(geometry.rectify(image, SQUARE, (10, 20)), image[10:20, 10:30])


def test_rectify_turns_a_plate_that_is_upside_down() -> None:
    image = ramp()
    turned = Quad(SQUARE.bottom_right, SQUARE.bottom_left, SQUARE.top_left, SQUARE.top_right)
    upright = geometry.rectify(image, turned, (10, 20))
    np.testing.assert_array_equal(upright, image[10:20, 10:30][::-1, ::-1])


def test_rectify_follows_a_slanted_quad() -> None:
    slanted = Quad((10, 10), (30, 20), (30, 30), (10, 20))  # one down for every two right
    upright = geometry.rectify(ramp(), slanted, (10, 20)).astype(float)
    rows, columns = np.mgrid[:10, :20]
    np.testing.assert_allclose(upright[..., 0], (columns + 10) * 4, atol=1)
    np.testing.assert_allclose(upright[..., 1], (rows + 10.25 + columns / 2) * 4, atol=1)


def test_rectify_repeats_the_edge_outside_the_image() -> None:
    image = ramp()
    outside = geometry.rectify(image, Quad((-20, 0), (0, 0), (0, 10), (-20, 10)), (10, 20))
    assert (outside[:, :-1, 0] == 0).all()
    assert outside.dtype == np.uint8


def test_picture_corners_run_clockwise_from_the_top_left() -> None:
    np.testing.assert_array_equal(
        geometry.picture_corners((20, 50)), [[0, 0], [50, 0], [50, 20], [0, 20]]
    )


def test_huge_plates_are_cut_smaller_with_their_proportions() -> None:
    quad = geometry.box_to_quad(Box(0, 0, 4 * geometry.MAX_PLATE_SIDE, geometry.MAX_PLATE_SIDE))
    assert geometry.cut_plate(ramp(), quad).shape == (
        geometry.MAX_PLATE_SIDE // 4,
        geometry.MAX_PLATE_SIDE,
        3,
    )


@pytest.mark.parametrize(
    "quad",
    [
        Quad((5, 5), (5, 5), (5, 5), (5, 5)),
        Quad((0, 0), (10, 10), (20, 20), (30, 30)),
        Quad((-500, -500), (-400, -500), (-400, -450), (-500, -450)),
    ],
    ids=["a point", "a line", "outside"],
)
def test_impossible_corners_still_give_a_crop(quad: Quad) -> None:
    assert min(geometry.cut_plate(ramp(), quad).shape) >= 1


def test_a_grown_quad_is_larger_by_shares_of_its_sides() -> None:
    quad = geometry.box_to_quad(Box(100, 50, 300, 100))
    grown = geometry.quad_to_array(geometry.grow_quad(quad, (0.1, 0.2)))
    np.testing.assert_allclose(grown, [[80, 40], [320, 40], [320, 110], [80, 110]], atol=1e-3)
    back = geometry.grow_quad(geometry.array_to_quad(grown), (-20 / 240, -10 / 70))
    np.testing.assert_allclose(
        geometry.quad_to_array(back), geometry.quad_to_array(quad), atol=1e-2
    )


def test_a_quad_grows_in_its_own_perspective() -> None:
    near_side = Quad((0, 0), (100, 20), (100, 60), (0, 80))
    grown = geometry.quad_to_array(geometry.grow_quad(near_side, (0.2, 0.0)))
    # The upper edge stays on its line, and the side that is far away grows by less.
    assert grown[1, 1] == pytest.approx(20 + 0.2 * (grown[1, 0] - 100), abs=0.01)
    assert 0 < grown[1, 0] - 100 != pytest.approx(-grown[0, 0], rel=0.1)


def test_a_plate_is_read_with_a_margin_that_ends_with_the_picture() -> None:
    image = RgbImage(np.zeros((100, 200, 3), np.uint8))
    inside = geometry.box_to_quad(Box(50, 40, 150, 60))
    x, y = geometry.READING_MARGIN
    height, width, _ = geometry.cut_for_reading(image, inside).shape
    assert (height, width) == (round(20 * (1 + 2 * y)), round(100 * (1 + 2 * x)))
    assert geometry.cut_for_reading(image, inside, (0.0, 0.0)).shape == (20, 100, 3)
    whole = geometry.box_to_quad(Box(0, 0, 200, 100))
    assert geometry.cut_for_reading(image, whole).shape == (100, 200, 3)


@pytest.mark.parametrize("size_hw", [(1, 1), (64, 160), (200, 30), (3, 900), (40, 160)], ids=str)
def test_any_crop_fills_the_input(size_hw: tuple[int, int]) -> None:
    crop = from_array(np.full((*size_hw, 3), (10, 20, 30), np.uint8), order="rgb")
    fitted = geometry.fit_crop(crop, (64, 160))
    assert fitted.shape == (64, 160, 3)
    assert fitted.dtype == np.uint8
    assert (fitted == (10, 20, 30)).all()


def test_a_crop_of_the_right_size_stays_as_it_is() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        geometry.fit_crop(from_array(pixels, order="rgb"), (16, 32)), pixels
    )


def test_places_are_stretched() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:10, 15:] = 255  # the upper right
    fitted = geometry.fit_crop(from_array(pixels, order="rgb"), (40, 160))
    assert (fitted[:19, 125:] == 255).all()
    assert (fitted[21:] == 0).all()
    assert (fitted[:, :115] == 0).all()


def test_shrinking_averages() -> None:
    pixels = np.zeros((64, 320, 3), np.uint8)
    pixels[:, ::2] = 255
    fitted = geometry.fit_crop(from_array(pixels, order="rgb"), (32, 160))
    assert fitted.min() >= 127
    assert fitted.max() <= 128
