import numpy as np
import pytest

from platelens.imaging import draw_plate, from_array
from platelens.types import Quad, RgbImage


def grey(height: int, width: int) -> RgbImage:
    return from_array(np.full((height, width), 90, dtype=np.uint8), order="rgb")


def changed(before: RgbImage, after: RgbImage) -> tuple[int, int]:
    """Give (first, last) row that differs."""
    rows = np.flatnonzero((before != after).any(axis=(1, 2)))
    return int(rows[0]), int(rows[-1])


QUAD = Quad((100, 100), (200, 105), (200, 135), (100, 130))


def test_the_picture_itself_is_left_alone() -> None:
    image = grey(200, 300)
    drawn = draw_plate(image, QUAD, "AB12CDE", 0.97)
    assert (image == 90).all()
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8


def test_outline_follows_the_quad() -> None:
    drawn = draw_plate(grey(200, 300), QUAD, "")
    assert (drawn[115, 100] != 90).any()
    assert (drawn[103, 150] != 90).any()
    assert (drawn[118, 150] == 90).all()  # nothing inside
    assert changed(grey(200, 300), drawn)[0] >= 98  # no label above


def test_label_stands_above_the_plate() -> None:
    image = grey(200, 300)
    first, last = changed(image, draw_plate(image, QUAD, "AB12CDE", 0.97))
    assert 75 < first < 92
    assert last < 140


def test_label_goes_below_where_there_is_no_room_above() -> None:
    image = grey(200, 300)
    high = Quad((100, 2), (200, 2), (200, 30), (100, 30))
    _, last = changed(image, draw_plate(image, high, "AB12CDE"))
    assert last > 40


@pytest.mark.parametrize(
    "quad",
    [
        Quad((280, 90), (330, 90), (330, 110), (280, 110)),
        Quad((-50, -50), (400, -50), (400, 300), (-50, 300)),
        Quad((-200, 10), (-100, 10), (-100, 30), (-200, 30)),
    ],
    ids=["over the right edge", "larger than the picture", "outside"],
)
def test_label_stays_inside_the_frame(quad: Quad) -> None:
    drawn = draw_plate(grey(200, 300), quad, "AB12CDE", 0.5)
    fill = (drawn == (255, 210, 0)).all(axis=2)
    assert fill.sum() > 200


@pytest.mark.parametrize("size_hw", [(1, 1), (5, 300), (2000, 40)])
def test_any_size_can_be_drawn_on(size_hw: tuple[int, int]) -> None:
    assert draw_plate(grey(*size_hw), QUAD, "AB12CDE", 1.0).shape == (*size_hw, 3)


def test_letters_grow_with_the_picture() -> None:
    small, large = grey(300, 400), grey(1200, 1600)
    quad = Quad((100, 200), (200, 200), (200, 230), (100, 230))
    ink_small = (draw_plate(small, quad, "AB12") == 0).all(axis=2).sum()
    ink_large = (draw_plate(large, quad, "AB12") == 0).all(axis=2).sum()
    assert ink_large > 6 * ink_small
