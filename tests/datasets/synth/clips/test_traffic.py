from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from platelens.datasets.synth.clips.solid import SolidBuilder
from platelens.datasets.synth.clips.traffic import Lane, LanePlan, Thing, far_to_near

EYE = (0.0, 4.0, -10.0)


def lane(plan: LanePlan) -> Lane:
    numbers = itertools.count()

    def make(rng: np.random.Generator, plan: LanePlan) -> Thing:
        return Thing(next(numbers), [], float(rng.uniform(3, 6)), 1.0, plan.across)

    return Lane(plan, make, np.random.default_rng(0))


def plan(speed: float, **changes: float) -> LanePlan:
    return LanePlan("vehicle", 0.0, speed, (2.0, 30.0), -13.0, **changes)  # type: ignore[arg-type]  # floats only


@pytest.mark.parametrize("speed", [-12.0, 9.0], ids=["coming", "leaving"])
def test_things_keep_their_distance_come_and_go(speed: float) -> None:
    traffic = lane(plan(speed))
    seen = set()
    for _ in range(800):
        before = {thing.number: thing.along for thing in traffic.things}
        traffic.step(0.1)
        spans = [thing.footprint[2:] for thing in traffic.things]
        assert all(end + 1.9 < start for (_, end), (start, _) in itertools.pairwise(spans))
        assert all(start < 182 and end > -45 for start, end in spans)
        assert len(spans) > 2
        for thing in traffic.things:
            seen.add(thing.number)
            if thing.number in before:
                assert (thing.along - before[thing.number]) * speed > 0
    assert len(seen) > 20


def test_what_is_parked_stays() -> None:
    parked = lane(plan(0.0))
    before = [(thing.number, thing.along) for thing in parked.things]
    for _ in range(100):
        parked.step(0.1)
    assert [(thing.number, thing.along) for thing in parked.things] == before


def test_a_lane_halts_and_goes_on() -> None:
    traffic = lane(plan(-10.0, halt_every_s=4.0, halt_s=2.0))
    speeds = []
    for _ in range(130):
        speeds.append(traffic.speed)
        traffic.step(0.1)
    still = [i for i, speed in enumerate(speeds) if speed == 0]
    assert still[0] == pytest.approx(40, abs=1)
    assert len([i for i in still if i < 62]) == pytest.approx(20, abs=2)
    assert speeds[75] < -8  # it has started again
    assert max(abs(a - b) for a, b in itertools.pairwise(speeds)) < 1.3  # and not at once


def thing(
    number: int, across: float, along: float, length: float = 4.0, half: float = 0.9
) -> Thing:
    return Thing(number, [], length, half, across, along)


def test_a_long_one_beside_is_before_what_is_farther_aside() -> None:
    # The near lane's lorry begins farther away than the car behind it, and still hides it.
    eye = (8.0, 3.0, -8.0)
    lorry, car = thing(0, 3.2, 2.0, 12.0), thing(1, 0.0, 1.0)
    assert [t.number for t in far_to_near([lorry, car], eye)] == [1, 0]


@pytest.mark.parametrize("seed", range(20))
def test_no_ray_meets_a_later_one_behind_an_earlier_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    eye = (float(rng.uniform(-8, 8)), 3.0, -8.0)
    things = [
        thing(10 * i + j, 3.2 * i, -4 + 9 * j + float(rng.uniform(0, 3)), float(rng.uniform(1, 6)))
        for i in (-1, 0, 1)
        for j in range(5)
    ]
    rng.shuffle(things)
    ordered = far_to_near(things, eye)
    assert sorted(t.number for t in ordered) == sorted(t.number for t in things)
    for angle in np.linspace(-1.3, 1.3, 200):
        met = [d for t in ordered if (d := _distance(t, eye, angle)) is not None]
        assert met == sorted(met, reverse=True)


def _distance(one: Thing, eye: tuple[float, float, float], angle: float) -> float | None:
    """Give where a ray on the ground enters a footprint; None = it passes by."""
    x1, x2, z1, z2 = one.footprint
    way = (math.sin(angle), math.cos(angle))
    near, far = 0.0, math.inf
    for start, step, low, high in ((eye[0], way[0], x1, x2), (eye[2], way[1], z1, z2)):
        first, last = sorted(((low - start) / step, (high - start) / step)) if step else (0, 0)
        near, far = max(near, first), min(far, last)
    return near if near < far else None


def test_builders_of_things_share_nothing() -> None:
    one, other = SolidBuilder((0, 1, 0)), SolidBuilder((0, 1, 0))
    one.face([(0, 1, 0), (1, 1, 0), (1, 0, 0), (0, 0, 0)], (1, 2, 3))
    assert other.faces == []
