from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.training.detection.scenes import Scene
from platelens.training.detection.views import (
    ViewSettings,
    ViewSource,
    cut_frame,
    frame_without_plate,
    largest_plate,
)
from platelens.types import FloatArray

SMALL, LARGE = (10, 10, 22, 16), (40, 50, 80, 66)
WHITE = 255


def scene(*boxes: tuple[int, int, int, int], size_hw: tuple[int, int] = (96, 128)) -> Scene:
    """A dark picture; the largest plate is white, the others grey."""
    pixels = np.full((*size_hw, 3), 20, np.uint8)
    for x1, y1, x2, y2 in boxes:
        pixels[y1:y2, x1:x2] = WHITE if (x1, y1, x2, y2) == LARGE else 120
    corners = [[[x1, y1], [x2, y1], [x2, y2], [x1, y2]] for x1, y1, x2, y2 in boxes]
    return Scene(
        imaging.from_array(pixels, order="rgb"),
        np.array(corners, np.float32).reshape(-1, 4, 2),
        np.zeros(len(boxes), bool),
        stretched=False,
    )


def source(*scenes: Scene, **settings: float) -> ViewSource:
    return ViewSource([(scenes, 1.0)], ViewSettings((64, 80), **settings))


@pytest.fixture
def clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera that changes nothing, so that a plate can be looked for by its colour."""
    name = "platelens.training.detection.views.photograph"
    monkeypatch.setattr(name, lambda _rng, pixels, _settings: pixels)


def white_box(pixels: NDArray[np.uint8]) -> FloatArray:
    """Give the box around what is white, as shares of the picture."""
    ys, xs = np.nonzero(pixels[..., 0] > 200)
    height, width = pixels.shape[:2]
    ends = [xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height]
    return np.array(ends, np.float32)


def test_a_view_is_the_same_each_time_and_others_differ() -> None:
    views = source(scene(SMALL, LARGE))
    first, again, other = views.draw(5, 3), views.draw(5, 3), views.draw(5, 4)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert (first[0] != other[0]).any()


@pytest.mark.usefixtures("clear")
@pytest.mark.parametrize("flip", [0.0, 1.0], ids=["plain", "mirrored"])
def test_the_target_is_where_the_largest_plate_is(flip: float) -> None:
    views = source(scene(SMALL, LARGE), empty=0, flip=flip)
    for index in range(40):
        pixels, target = views.draw(1, index)
        assert pixels.shape == (64, 80, 3)
        assert target[0] == 1
        assert (target[1:] >= 0).all()
        assert (target[1:] <= 1).all()
        # A pixel of the view is as much as one can see.
        np.testing.assert_allclose(white_box(pixels), target[1:], atol=1.1 / 64)


@pytest.mark.usefixtures("clear")
def test_parts_keep_the_whole_plate_and_differ() -> None:
    views = source(scene(LARGE), empty=0, whole=0, flip=0)
    sizes = {tuple((t[3:] - t[1:3]).round(2)) for _, t in (views.draw(2, i) for i in range(30))}
    assert len(sizes) > 20


@pytest.mark.usefixtures("clear")
def test_whole_pictures_are_as_in_use() -> None:
    pixels, target = source(scene(LARGE), empty=0, whole=1, flip=0).draw(0, 0)
    np.testing.assert_allclose(target, [1, 40 / 128, 50 / 96, 80 / 128, 66 / 96])
    np.testing.assert_allclose(white_box(pixels), target[1:], atol=1.1 / 64)


@pytest.mark.usefixtures("clear")
def test_views_without_a_plate_show_none() -> None:
    views = source(scene(SMALL, LARGE), empty=1)
    for index in range(40):
        pixels, target = views.draw(3, index)
        assert not target.any()
        assert (pixels == 20).all()


def test_about_as_many_are_empty_as_wanted() -> None:
    views = source(scene(LARGE), empty=0.3)
    empty = [views.draw(4, i)[1][0] == 0 for i in range(200)]
    assert np.mean(empty) == pytest.approx(0.3, abs=0.1)


def test_a_scene_without_plates_gives_empty_views() -> None:
    assert not source(scene(), empty=0).draw(0, 0)[1].any()


def test_a_picture_that_is_all_plate_has_no_part_without_one() -> None:
    full = scene((0, 0, 128, 96))
    assert frame_without_plate(np.random.default_rng(0), full) is None
    _, target = source(full, empty=1).draw(0, 0)
    assert target[0] == 1


def test_a_plate_that_is_cut_off_ends_with_the_picture() -> None:
    np.testing.assert_array_equal(largest_plate(scene((100, 80, 150, 120))), [100, 80, 128, 96])


def test_a_frame_beyond_the_picture_is_padded() -> None:
    picture = scene(LARGE).pixels
    cut = cut_frame(picture, np.array([-3, -2, 130, 100]))
    assert cut.shape == (102, 133, 3)
    np.testing.assert_array_equal(cut[2:98, 3:131], picture)
    assert (cut[:2] == 114).all()
    assert (cut[:, 131:] == 114).all()


def test_pools_without_scenes_are_left_out() -> None:
    views = ViewSource([((), 5.0), ((scene(LARGE),), 1.0)], ViewSettings((64, 80)))
    assert views.draw(0, 0)[0].shape == (64, 80, 3)
