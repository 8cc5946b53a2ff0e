from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.plans import Habits, plan_road
from platelens.datasets.synth.clips.view import draw_view

BUSY = Habits(lanes=(2, 4), parked=1.0, passers=1.0, halts=1.0)


@pytest.mark.parametrize("seed", range(60))
def test_lanes_lie_beside_each_other_on_the_road(seed: int) -> None:
    rng = np.random.default_rng(seed)
    view = draw_view(rng, (720, 1280), (95, 160))
    road = plan_road(rng, view, BUSY)
    driven = [plan for plan in road.lanes if plan.kind == "vehicle"]
    places = sorted(plan.across for plan in driven)
    assert 0.0 in places
    assert min(np.diff(places), default=3) > 1.9
    assert road.left < places[0]
    assert places[-1] < road.right
    for plan in road.lanes:
        if plan.kind == "vehicle":
            assert abs(plan.across - view.eye[0]) > 1.9 or view.eye[1] > 3  # over the cars
            assert plan.speed == 0 or plan.rear == (plan.speed > 0)
        else:
            assert not road.left < plan.across < road.right
            assert abs(plan.across - view.eye[0]) >= 1.2
    moving = [plan for plan in driven if plan.speed]
    # All that comes is on one side of all that leaves.
    signs = [np.sign(plan.speed) for plan in sorted(moving, key=lambda plan: plan.across)]
    assert np.count_nonzero(np.diff(signs)) <= 1


def test_what_is_not_wanted_is_not_there() -> None:
    none = Habits(lanes=(1, 1), parked=0.0, passers=0.0, halts=0.0)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        (lane,) = plan_road(rng, draw_view(rng, (720, 1280), (95, 160)), none).lanes
        assert lane.across == 0
        assert np.isinf(lane.halt_every_s)
