import numpy as np
import pytest

from platelens import imaging
from platelens.imaging import Cover, cover_quads
from platelens.types import Quad, RgbImage

QUAD = Quad((20, 20), (80, 20), (80, 40), (20, 40))


@pytest.fixture
def stripes() -> RgbImage:
    """Black and white stripes, two pixels wide."""
    pixels = np.zeros((60, 100, 3), np.uint8)
    pixels[:, np.arange(100) % 4 < 2] = 255
    return imaging.from_array(pixels, order="rgb")


@pytest.mark.parametrize("how", ["blur", "black"])
def test_only_what_is_inside_changes(stripes: RgbImage, how: Cover) -> None:
    before = stripes.copy()
    covered = cover_quads(stripes, [QUAD], how)
    assert (stripes == before).all()
    changed = (covered != stripes).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (rows.min(), rows.max(), columns.max()) == (20, 40, 80)
    assert columns.min() in (20, 21, 22)
    inside = covered[22:38, 24:76]
    assert np.ptp(inside) < 60  # of 255 between black and white


def test_quads_may_lie_outside(stripes: RgbImage) -> None:
    for shift in (-200, 300):
        away = Quad(*((x + shift, y) for x, y in QUAD.points))
        assert (cover_quads(stripes, [away], "blur") == stripes).all()
    partly = Quad((-10, -10), (30, -10), (30, 10), (-10, 10))
    assert (cover_quads(stripes, [partly], "black")[:10, :30] == 0).all()


def test_nothing_to_hide(stripes: RgbImage) -> None:
    assert (cover_quads(stripes, [], "black") == stripes).all()
