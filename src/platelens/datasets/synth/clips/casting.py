"""Makes what moves in a clip: vehicles with their plates, people, posts."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.datasets.synth.catalogue import Catalogue
from platelens.datasets.synth.clips.bodies import draw_body
from platelens.datasets.synth.clips.passers import PHASES, draw_post, draw_walker
from platelens.datasets.synth.clips.solid import Point3, SolidBuilder
from platelens.datasets.synth.clips.traffic import LanePlan, Thing
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.paint import between
from platelens.datasets.synth.plate import draw_flat_plate

_PLATE_M2: Final = 0.052
"""Area of a plate: 520 x 110 mm, 305 x 152 mm and 280 x 200 mm come near it."""


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a clip."""

    sun: Point3  # direction towards it, of length 1
    day: float  # 0..1
    night: bool


def draw_light(rng: np.random.Generator, *, night: bool) -> Light:
    """Choose from where the light comes, and how much of it at night."""
    turn, up = between(rng, 0, 2 * math.pi), between(rng, 0.35, 0.9)
    flat = math.sqrt(1 - up**2)
    sun = (flat * math.sin(turn), up, flat * math.cos(turn))
    return Light(sun, between(rng, 0.32, 0.48) if night else 1.0, night)


class Casting:
    """Makes things for lanes; no two have the same number."""

    def __init__(self, fonts: FontSet, catalogue: Catalogue, light: Light) -> None:
        self._fonts = fonts
        self._catalogue = catalogue
        self._light = light
        self._numbers = itertools.count()

    def vehicle(self, rng: np.random.Generator, plan: LanePlan) -> Thing:
        """Make a vehicle that shows its front when it comes, its rear when it leaves."""
        plate = draw_flat_plate(rng, self._fonts, self._catalogue)
        aspect = plate.pixels.shape[1] / plate.pixels.shape[0]
        size = (math.sqrt(_PLATE_M2 * aspect), math.sqrt(_PLATE_M2 / aspect))
        body = draw_body(rng, self._builder(), size, rear=plan.rear)
        return Thing(
            number=next(self._numbers),
            solids=[body.solid],
            length_m=body.length_m,
            half_width_m=body.half_width_m,
            across=plan.across + float(np.clip(rng.normal(0, 0.15), -0.3, 0.3)),
            plate=plate,
            plate_at=body.plate,
            plate_light=self._plate_light(rng),
        )

    def walker(self, rng: np.random.Generator, plan: LanePlan) -> Thing:
        """Make somebody on foot."""
        solids = draw_walker(rng, [self._builder() for _ in range(PHASES)])
        across = plan.across + between(rng, -0.25, 0.25)
        return Thing(next(self._numbers), solids, 0.5, 0.3, across)

    def post(self, rng: np.random.Generator, plan: LanePlan) -> Thing:
        """Make the post of a lamp or of a sign."""
        solid, radius = draw_post(rng, self._builder())
        return Thing(next(self._numbers), [solid], 2 * radius, radius, plan.across)

    def _builder(self) -> SolidBuilder:
        return SolidBuilder(self._light.sun, self._light.day)

    def _plate_light(self, rng: np.random.Generator) -> float:
        """Give the light on a plate: of its lamp or of headlights at night."""
        if self._light.night:
            return between(rng, 0.5, 0.95)
        return (0.72 + 0.35 * max(0.0, -self._light.sun[2])) * between(rng, 0.92, 1.08)
