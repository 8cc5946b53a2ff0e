"""Which lanes a street has, and what goes on in them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from platelens.datasets.synth.clips.street import LANE_M
from platelens.datasets.synth.clips.traffic import FAR_M, LanePlan
from platelens.datasets.synth.clips.view import StreetView
from platelens.datasets.synth.paint import between, pick


@dataclass(frozen=True, slots=True)
class Habits:
    """What the traffic of clips may do; ranges are from - to."""

    lanes: tuple[int, int] = (1, 3)
    speed: tuple[float, float] = (3.0, 13.0)  # m/s
    headway_s: tuple[float, float] = (1.0, 5.0)  # between two vehicles of a lane
    halts: float = 0.25  # probability of traffic that stops and goes
    parked: float = 0.3  # probability of parked cars along one kerb
    passers: float = 0.6  # probability of people and posts beside the road


@dataclass(frozen=True, slots=True)
class Road:
    """A road in metres across, and all that moves or stands on and beside it."""

    left: float
    right: float
    lanes: tuple[LanePlan, ...]


def plan_road(rng: np.random.Generator, view: StreetView, habits: Habits) -> Road:
    """Choose lanes around the one that the camera looks at, at across 0."""
    numbers = _choose_lanes(rng, view, int(rng.integers(habits.lanes[0], habits.lanes[1] + 1)))
    near = view.eye[2] - 3
    # Those on one side of a line come, those on the other leave.
    middle = pick(rng, [*numbers, numbers[-1] + 1])
    coming_left = rng.random() < 0.5
    if (middle > 0) != coming_left and rng.random() < 0.5:  # rather see cars come in the main lane
        coming_left = not coming_left
    halts = bool(rng.random() < habits.halts)
    rhythm = (between(rng, 4, 10), between(rng, 1, 4)) if halts else (math.inf, 0.0)
    lanes = []
    for number in numbers:
        comes = (number < middle) == coming_left
        speed = between(rng, *habits.speed)
        gap = (max(2.0, habits.headway_s[0] * speed), max(4.0, habits.headway_s[1] * speed))
        lanes.append(
            LanePlan(
                "vehicle",
                number * LANE_M,
                -speed if comes else speed,
                gap,
                near,
                rear=not comes,
                halt_every_s=rhythm[0],
                halt_s=rhythm[1],
            )
        )
    left, right = (numbers[0] - 0.5) * LANE_M, (numbers[-1] + 0.5) * LANE_M
    if rng.random() < habits.parked:
        sides = [s for s in (-1, 1) if _is_free(view, (right if s > 0 else left) + 1.3 * s)]
        for side in rng.permutation(sides)[:1].tolist():
            at = right + 1.3 if side > 0 else left - 1.3
            left, right = (left, right + 2.4) if side > 0 else (left - 2.4, right)
            rear = lanes[len(numbers) - 1 if side > 0 else 0].rear
            lanes.append(LanePlan("vehicle", at, 0.0, (1.0, 14.0), near, 60.0, rear=rear))
    if rng.random() < habits.passers:
        lanes += _plan_passers(rng, view, (left, right))
    return Road(left, right, tuple(lanes))


def _choose_lanes(rng: np.random.Generator, view: StreetView, count: int) -> list[int]:
    """Choose neighbouring lanes, number 0 among them, none where the camera stands."""
    numbers = [0]
    while len(numbers) < count:
        ends = [n for n in (numbers[0] - 1, numbers[-1] + 1) if _is_free(view, n * LANE_M)]
        if not ends:
            break
        numbers = sorted([*numbers, pick(rng, ends)])
    return numbers


def _is_free(view: StreetView, across: float) -> bool:
    """Tell whether a lane there leaves the camera alone: it hangs above, or stands aside."""
    return view.eye[1] > 3 or abs(across - view.eye[0]) > 2.5


def _plan_passers(
    rng: np.random.Generator, view: StreetView, edges: tuple[float, float]
) -> list[LanePlan]:
    """Let people walk and posts stand on both pavements, where there is room for them."""
    plans = []
    for side, edge in zip((-1, 1), edges, strict=True):
        for kind, away in (("post", 0.5), ("walker", 1.3)):
            at = edge + side * away
            if abs(at - view.eye[0]) < 1.2 or side * (at - view.eye[0]) > 6 or rng.random() < 0.3:
                continue
            walks = kind == "walker"
            speed = pick(rng, (-1, 1)) * between(rng, 0.9, 1.6) if walks else 0.0
            gap = (1.0, 18.0) if walks else (9.0, 30.0)
            plans.append(LanePlan(kind, at, speed, gap, view.eye[2] - 1, 0.4 * FAR_M))
    return plans
