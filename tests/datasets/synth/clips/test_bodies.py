from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.bodies import Body, draw_body
from platelens.datasets.synth.clips.solid import SolidBuilder


def body(seed: int, *, rear: bool) -> Body:
    builder = SolidBuilder((0.0, 1.0, 0.0))
    return draw_body(np.random.default_rng(seed), builder, (0.52, 0.11), rear=rear)


@pytest.mark.parametrize("rear", [False, True], ids=["front", "rear"])
def test_the_plate_is_before_all_else_and_of_its_size(rear: bool) -> None:
    for seed in range(25):
        drawn = body(seed, rear=rear)
        top_left, top_right, _, bottom_left = drawn.plate
        assert np.linalg.norm(top_right - top_left) == pytest.approx(0.52, rel=0.01)
        assert np.linalg.norm(bottom_left - top_left) == pytest.approx(0.11, rel=0.05)
        assert top_right[0] > top_left[0]
        assert top_left[1] > bottom_left[1] > 0.2
        assert drawn.plate[:, 2].max() < drawn.solid.points[:, 2].min() + 0.02
        assert drawn.solid.points[:, 2].max() == pytest.approx(drawn.length_m)
        assert 0.5 < drawn.half_width_m < 1.3


@pytest.mark.parametrize("rear", [False, True], ids=["front", "rear"])
def test_two_lamps_white_before_red_behind(rear: bool) -> None:
    left, right = body(3, rear=rear).solid.lamps
    assert left.at[0] == -right.at[0]
    assert (left.colour[2] < 100) == rear


def test_chance_gives_other_shapes_and_paints() -> None:
    bodies = [body(seed, rear=False) for seed in range(40)]
    assert len({drawn.length_m for drawn in bodies}) == 4
    assert len({drawn.solid.colours[40] for drawn in bodies}) > 15
