"""Vehicles and people in their lanes: who comes next, and how far each has got."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from platelens.datasets.synth.clips.solid import Solid
from platelens.datasets.synth.paint import between
from platelens.datasets.synth.plate import FlatPlate
from platelens.types import FloatArray

FAR_M: Final = 150.0
"""Nothing moves farther away than this."""

_RAMP_S: Final = 1.2
"""Time to stop or to start."""


@dataclass(slots=True)
class Thing:
    """Something in a lane, at a place of its own."""

    number: int  # unlike that of any other in the clip
    solids: list[Solid]  # of a stride; one of what does not walk
    length_m: float
    half_width_m: float
    across: float  # of its middle
    along: float = 0.0  # of its near end
    plate: FlatPlate | None = None
    plate_at: FloatArray | None = None  # (4, 3) metres from its own origin
    plate_light: float = 1.0

    @property
    def footprint(self) -> tuple[float, float, float, float]:
        """What it covers of the road: from, to across, from, to along."""
        half = self.half_width_m
        return self.across - half, self.across + half, self.along, self.along + self.length_m


@dataclass(frozen=True, slots=True)
class LanePlan:
    """What goes on in a lane."""

    kind: str  # "vehicle", "walker" or "post"
    across: float
    speed: float  # m/s; below 0 = towards the camera, 0 = nothing moves
    gap_m: tuple[float, float]  # between two things, from - to
    near_m: float  # along: where things come from or vanish near the camera
    far_m: float = FAR_M
    rear: bool = False  # vehicles show their rears
    halt_every_s: float = math.inf  # all of a lane stop together, as before a red light,
    halt_s: float = 0.0  # for so long


@dataclass(slots=True)
class Lane:
    """A train of things, one speed for all: they never run into each other."""

    plan: LanePlan
    make: Callable[[np.random.Generator, LanePlan], Thing]
    rng: np.random.Generator
    things: deque[Thing] = field(default_factory=deque)  # by their place, nearest first
    time_s: float = 0.0

    def __post_init__(self) -> None:
        """Fill the lane."""
        plan = self.plan
        at = plan.near_m + between(self.rng, 0, plan.gap_m[1])
        while at < plan.far_m:
            at = self._append(at) + between(self.rng, *plan.gap_m)

    @property
    def speed(self) -> float:
        """What all of it does now, m/s."""
        return self.plan.speed * self._pace()

    def step(self, passed_s: float) -> None:
        """Let time pass: all move on, new ones come, those that have left are forgotten."""
        plan = self.plan
        shift = self.speed * passed_s
        self.time_s += passed_s
        for thing in self.things:
            thing.along += shift
        if plan.speed < 0:
            while self.things and self._end(self.things[0]) < plan.near_m:
                self.things.popleft()
            last = self._end(self.things[-1]) if self.things else plan.far_m
            while last < plan.far_m:
                last = self._append(max(last + between(self.rng, *plan.gap_m), plan.near_m))
        elif plan.speed > 0:
            while self.things and self.things[-1].along > plan.far_m:
                self.things.pop()
            first = self.things[0].along if self.things else plan.near_m
            while first > plan.near_m:
                first = self._prepend(first - between(self.rng, *plan.gap_m))

    def _pace(self) -> float:
        """Give which part of its speed the lane has now."""
        plan = self.plan
        wave = 1 + 0.12 * math.sin(self.time_s * 0.7 + plan.across)
        if math.isinf(plan.halt_every_s):
            return wave
        into = self.time_s % (plan.halt_every_s + plan.halt_s) - plan.halt_every_s
        if into < -_RAMP_S:
            start = min(1.0, (into + plan.halt_every_s) / _RAMP_S)
            return wave * (start if self.time_s > plan.halt_every_s else 1.0)
        return wave * -into / _RAMP_S if into < 0 else 0.0

    def _append(self, near_end: float) -> float:
        thing = self.make(self.rng, self.plan)
        thing.along = near_end
        self.things.append(thing)
        return self._end(thing)

    def _prepend(self, far_end: float) -> float:
        thing = self.make(self.rng, self.plan)
        thing.along = far_end - thing.length_m
        self.things.appendleft(thing)
        return thing.along

    def _end(self, thing: Thing) -> float:
        return thing.along + thing.length_m


def far_to_near(things: list[Thing], eye: tuple[float, float, float]) -> list[Thing]:
    """Sort what stands beside and behind each other: nothing hides what comes after it."""
    left = sorted(things, key=lambda thing: -thing.along)
    ordered = []
    while left:
        free = next(
            (t for t in left if not any(_hides(t, o, eye) for o in left if o is not t)), None
        )
        ordered.append(free or left[0])
        left = [thing for thing in left if thing is not ordered[-1]]
    return ordered


def _hides(one: Thing, other: Thing, eye: tuple[float, float, float]) -> bool:
    """Tell whether `one` may hide `other`: no line between them has `other` on the eye's side."""
    x1, x2, z1, z2 = one.footprint
    a1, a2, b1, b2 = other.footprint
    beyond = (b2 <= z1 and eye[2] < z1) or (b1 >= z2 and eye[2] > z2)
    aside = (a2 <= x1 and eye[0] < x1) or (a1 >= x2 and eye[0] > x2)
    return not (beyond or aside)
