from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.detection.preprocess import MAX_ENLARGEMENT, PAD_MULTIPLE, PAD_VALUE, letterbox
from platelens.types import RgbImage


def picture(height: int, width: int, value: int = 200) -> RgbImage:
    return imaging.from_array(np.full((height, width, 3), value, np.uint8), order="rgb")


@pytest.mark.parametrize(
    ("size_hw", "content_hw"),
    [
        ((720, 1280), (288, 512)),
        ((1280, 720), (512, 288)),
        ((512, 512), (512, 512)),
        ((100, 200), (150, 300)),  # enlarged by 1.5 at most
        ((300, 400), (384, 512)),
        ((1, 1), (2, 2)),
        ((1, 5000), (1, 512)),  # no side gets shorter than one pixel
        ((5000, 3), (512, 1)),
        ((33, 511), (33, 512)),
    ],
    ids=str,
)
def test_size_and_scale(size_hw: tuple[int, int], content_hw: tuple[int, int]) -> None:
    fitted = letterbox(picture(*size_hw), 512)
    height, width = content_hw
    assert fitted.scale_xy == (width / size_hw[1], height / size_hw[0])
    assert fitted.pixels.shape == (-(-height // 32) * 32, -(-width // 32) * 32, 3)
    assert fitted.pixels.dtype == np.uint8
    assert (fitted.pixels[:height, :width] == 200).all()
    assert (fitted.pixels[height:] == PAD_VALUE).all()
    assert (fitted.pixels[:, width:] == PAD_VALUE).all()


@pytest.mark.parametrize("seed", range(30))
def test_any_size_keeps_the_promises(seed: int) -> None:
    height, width = (int(n) for n in np.random.default_rng(seed).integers(1, 700, 2))
    fitted = letterbox(picture(height, width), 320)
    assert all(side % PAD_MULTIPLE == 0 for side in fitted.pixels.shape[:2])
    assert max(fitted.pixels.shape) <= 320
    x, y = fitted.scale_xy
    scale = min(320 / max(height, width), MAX_ENLARGEMENT)
    assert abs(x * width - max(1, scale * width)) <= 0.5
    assert abs(y * height - max(1, scale * height)) <= 0.5


def test_a_place_is_where_the_scale_says() -> None:
    image = picture(300, 600, 0)
    image[120:150, 360:420] = 255
    fitted = letterbox(image, 320)
    x, y = fitted.scale_xy
    rows, columns = np.nonzero(fitted.pixels[:160, :, 0] > 127)
    assert (columns.min(), columns.max() + 1) == pytest.approx((360 * x, 420 * x), abs=1)
    assert (rows.min(), rows.max() + 1) == pytest.approx((120 * y, 150 * y), abs=1)


def test_shrinking_averages() -> None:
    """Fine stripes become grey, not some of the stripes."""
    image = picture(640, 640, 0)
    image[:, ::2] = 255
    small = letterbox(image, 320).pixels
    assert small.min() >= 126
    assert small.max() <= 129


def test_colours_stay_in_their_order() -> None:
    image = imaging.from_array(np.full((40, 40, 3), (10, 20, 30), np.uint8), order="rgb")
    assert (letterbox(image, 32).pixels == (10, 20, 30)).all()
