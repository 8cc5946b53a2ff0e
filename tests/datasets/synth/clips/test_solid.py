from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.solid import SolidBuilder, around
from platelens.types import FloatArray


def signed_area(points: FloatArray) -> float:
    x, y = points[:, 0], points[:, 1]
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def builder(light: float = 1.0) -> SolidBuilder:
    return SolidBuilder((0.0, 1.0, 0.0), light)


def test_the_skin_of_a_box_is_lit_from_above_and_seen_from_outside() -> None:
    made = builder()
    ring = np.array([[-1, 0, 0], [-1, 1, 0], [1, 1, 0], [1, 0, 0]], np.float32)
    rings = np.stack([ring, ring + np.array([0, 0, 4], np.float32)])
    made.loft(rings, np.full((1, 3, 3), 100, np.float32), gloss=0.0)
    solid = made.build()
    left, top, right = solid.points[solid.faces]
    # Seen from above, x to the right and along upwards, the top runs clockwise.
    assert signed_area(top[:, [0, 2]]) == pytest.approx(-8)
    assert signed_area(left[:, [2, 1]]) == pytest.approx(4)
    assert signed_area(right[:, [2, 1]]) == pytest.approx(-4)
    assert solid.colours[1][0] > solid.colours[0][0] == solid.colours[2][0]


def test_light_is_that_of_the_clip_but_for_lamps() -> None:
    made = builder(0.5)
    corners = [(0.0, 1.0, 0.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)]
    made.face(corners, (200, 100, 40))
    made.decal(corners, (200, 100, 40))
    made.decal(corners, (200, 100, 40), lit=False)
    solid = made.build()
    assert solid.colours == [(100, 50, 20)]
    assert [colour for _, colour in solid.decals] == [(100, 50, 20), (200, 100, 40)]


@pytest.mark.parametrize(
    ("plane", "axes"), [("front", (0, 1)), ("right", (2, 1)), ("left", (2, 1))], ids=str
)
def test_an_ellipse_runs_clockwise_for_who_sees_it(plane: str, axes: tuple[int, int]) -> None:
    points = np.array(around((1.0, 2.0, 3.0), (0.5, 0.25), plane, 40), np.float32)
    seen = points[:, list(axes)] * (1, -1)  # y down, as in pictures
    if plane == "left":  # from there the far end is at the left
        seen = seen * (-1, 1)
    assert signed_area(np.asarray(seen, np.float32)) == pytest.approx(np.pi * 0.125, rel=0.02)
    assert points.mean(axis=0) == pytest.approx([1, 2, 3], abs=1e-5)
