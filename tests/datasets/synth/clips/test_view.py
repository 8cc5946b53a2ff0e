from __future__ import annotations

import math

import numpy as np
import pytest

from platelens.datasets.synth.clips.view import Stand, StreetView, draw_view, make_view

SIZE = (720, 1280)


def looking(turn: float = 0.0, height_m: float = 4.0, roll: float = 0.0) -> StreetView:
    return make_view(SIZE, Stand(height_m, 10.0, math.radians(turn), 2000.0, roll))


@pytest.mark.parametrize("turn", [-40, 0, 25])
def test_the_axis_passes_over_the_origin(turn: float) -> None:
    pixels, depth = looking(turn).project(np.array([[0, 0.5, 0]], np.float32))
    assert pixels[0] == pytest.approx([640, 360 + 0.2 * 720], abs=0.5)
    assert depth[0] == pytest.approx(math.hypot(10, 3.5), rel=0.01)


def test_right_is_right_up_is_up_and_far_things_are_small() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 20], [1, 0, 20]], np.float32)
    (here, right, up, far, far_right), depth = looking().project(points)
    assert right[0] > here[0] + 100
    assert up[1] < here[1] - 100
    assert far[1] < here[1]
    assert 0 < far_right[0] - far[0] < 0.5 * (right[0] - here[0])
    assert depth[3] > depth[0] > 0


@pytest.mark.parametrize("view", [looking(), looking(35), looking(-20, 2.0, 0.03)], ids=str)
def test_the_ground_is_where_its_points_are_projected_to(view: StreetView) -> None:
    across, along, depth = view.ground()
    for v, u in [(700, 30), (500, 640), (450, 1200)]:
        point = np.array([[across[v, u], 0, along[v, u]]], np.float32)
        pixels, far = view.project(point)
        assert pixels[0] == pytest.approx([u + 0.5, v + 0.5], abs=0.05)
        assert far[0] == pytest.approx(depth[v, u], rel=1e-3)


def test_above_the_horizon_there_is_no_ground() -> None:
    _, _, depth = looking(height_m=1.0).ground()
    assert np.isinf(depth[:300]).all()
    assert np.isfinite(depth[400:]).all()


@pytest.mark.parametrize("seed", range(40))
def test_a_drawn_place_shows_plates_as_large_as_asked(seed: int) -> None:
    view = draw_view(np.random.default_rng(seed), SIZE, (100, 140))
    ends = np.array([[-0.25, 0.5, 0], [0.25, 0.5, 0]], np.float32)
    pixels, depth = view.project(ends)
    assert 97 < np.linalg.norm(pixels[1] - pixels[0]) < 147  # seen aslant
    assert depth.min() > 2
    assert view.eye[1] >= 2
    assert view.eye[1] > 3 or abs(view.eye[0]) > 2.5  # over the lane, or beside it
