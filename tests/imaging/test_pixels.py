from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens.errors import ImageError
from platelens.imaging import crop, from_array
from platelens.types import Box

RED_RGB = np.full((4, 6, 3), (200, 30, 10), dtype=np.uint8)


def test_rgb_stays() -> None:
    np.testing.assert_array_equal(from_array(RED_RGB, order="rgb"), RED_RGB)


def test_bgr_is_turned() -> None:
    image = from_array(RED_RGB[..., ::-1], order="bgr")
    np.testing.assert_array_equal(image, RED_RGB)
    assert image.flags.c_contiguous


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 1)])
def test_grey_gets_three_equal_channels(shape: tuple[int, ...]) -> None:
    image = from_array(np.full(shape, 77, dtype=np.uint8), order="rgb")
    assert image.shape == (4, 6, 3)
    assert (image == 77).all()
    assert image.flags.writeable


@pytest.mark.parametrize(
    ("value", "alpha", "expected"),
    [(0, 255, 0), (0, 0, 255), (100, 128, 177), (255, 3, 255)],
)
def test_alpha_is_laid_on_white(value: int, alpha: int, expected: int) -> None:
    pixels = np.full((2, 2, 4), value, dtype=np.uint8)
    pixels[..., 3] = alpha
    assert (from_array(pixels, order="rgb") == expected).all()


def test_order_concerns_only_the_colours_of_bgra() -> None:
    bgra = np.dstack([RED_RGB[..., ::-1], np.full((4, 6), 255, dtype=np.uint8)])
    np.testing.assert_array_equal(from_array(bgra, order="bgr"), RED_RGB)


@pytest.mark.parametrize(("deep", "flat"), [(0, 0), (65535, 255), (257, 1), (128, 0), (129, 1)])
def test_16_bit_is_rounded(deep: int, flat: int) -> None:
    pixels = np.full((2, 2, 3), deep, dtype=np.uint16)
    image = from_array(pixels, order="rgb")
    assert image.dtype == np.uint8
    assert (image == flat).all()


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((4, 4, 3)), "expected uint8 or uint16 pixels, got float64"),
        (np.zeros((4, 4, 3), dtype=np.int8), "got int8"),
        (np.zeros((4, 4, 2), dtype=np.uint8), "got \\(4, 4, 2\\)"),
        (np.zeros((1, 4, 4, 3), dtype=np.uint8), "got \\(1, 4, 4, 3\\)"),
        (np.zeros(4, dtype=np.uint8), "got \\(4,\\)"),
        (np.zeros((0, 4, 3), dtype=np.uint8), "no pixels"),
        ([[1, 2]], "expected a NumPy array, got list"),
    ],
    ids=["float", "signed", "two channels", "batch", "line", "empty", "list"],
)
def test_what_is_no_image_is_refused(pixels: NDArray[Any], message: str) -> None:
    with pytest.raises(ImageError, match=message):
        from_array(pixels, order="rgb")


def test_order_has_no_default() -> None:
    with pytest.raises(TypeError, match="order"):
        from_array(RED_RGB)  # type: ignore[call-arg]  # the point of the test


def test_unknown_order_is_refused() -> None:
    with pytest.raises(ImageError, match="'rgb' or 'bgr', got 'gbr'"):
        from_array(RED_RGB, order="gbr")  # type: ignore[arg-type]  # the point of the test


def test_crop_covers_every_pixel_that_the_box_touches() -> None:
    image = from_array(np.arange(60, dtype=np.uint8).reshape(6, 10), order="rgb")
    part = crop(image, Box(1.5, 2, 3.1, 4))
    np.testing.assert_array_equal(part[..., 0], [[21, 22, 23], [31, 32, 33]])


def test_crop_is_clipped_and_a_copy() -> None:
    image = from_array(RED_RGB.copy(), order="rgb")
    part = crop(image, Box(-5, -5, 100, 2))
    assert part.shape == (2, 6, 3)
    part[:] = 0
    np.testing.assert_array_equal(image, RED_RGB)


@pytest.mark.parametrize("box", [Box(6, 0, 9, 4), Box(0, -3, 6, 0)], ids=["right", "above"])
def test_crop_outside_the_image_is_refused(box: Box) -> None:
    with pytest.raises(ImageError, match="outside the image of 6x4 pixels"):
        crop(from_array(RED_RGB, order="rgb"), box)
