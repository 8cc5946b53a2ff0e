from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import Catalogue, FontSet
from platelens.datasets.synth.clips.casting import Casting, draw_light
from platelens.datasets.synth.clips.traffic import LanePlan


def plan(kind: str, *, rear: bool = False) -> LanePlan:
    return LanePlan(kind, 3.2, -5.0, (2.0, 9.0), -10.0, rear=rear)


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_all_have_numbers_of_their_own(fonts: FontSet, catalogue: Catalogue, night: bool) -> None:
    rng = np.random.default_rng(0)
    light = draw_light(rng, night=night)
    assert np.linalg.norm(light.sun) == pytest.approx(1)
    assert (light.day < 0.5) == night
    cast = Casting(fonts, catalogue, light)
    things = [
        cast.vehicle(rng, plan("vehicle")), cast.walker(rng, plan("walker")),
        cast.post(rng, plan("post")), cast.vehicle(rng, plan("vehicle", rear=True)),
    ]  # fmt: skip
    assert len({thing.number for thing in things}) == 4
    assert [thing.plate is not None for thing in things] == [True, False, False, True]
    assert all(abs(thing.across - 3.2) <= 0.3 for thing in things)


def test_plates_have_the_proportions_of_their_kind(fonts: FontSet, catalogue: Catalogue) -> None:
    rng = np.random.default_rng(1)
    cast = Casting(fonts, catalogue, draw_light(rng, night=False))
    for _ in range(20):
        thing = cast.vehicle(rng, plan("vehicle"))
        assert thing.plate is not None
        assert thing.plate_at is not None
        height, width = thing.plate.pixels.shape[:2]
        sides = np.linalg.norm(np.diff(thing.plate_at[:3], axis=0), axis=1)
        assert sides[0] / sides[1] == pytest.approx(width / height, rel=0.02)
        assert 0.2 < sides[0] < 0.6
