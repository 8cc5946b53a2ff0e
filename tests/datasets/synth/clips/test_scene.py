from __future__ import annotations

from dataclasses import replace

import numpy as np

from platelens.datasets.synth import Catalogue, FontSet
from platelens.datasets.synth.clips import ClipSettings, Habits
from platelens.datasets.synth.clips.scene import Scene
from platelens.types import RgbImage

QUIET = Habits(lanes=(1, 1), headway_s=(400.0, 500.0), parked=0.0, passers=0.0, halts=0.0)


def scene(fonts: FontSet, catalogue: Catalogue, settings: ClipSettings, seed: int = 0) -> Scene:
    return Scene(np.random.default_rng(seed), fonts, catalogue, settings)


def test_a_given_street_is_cut_to_the_picture(fonts: FontSet, catalogue: Catalogue) -> None:
    street = np.zeros((300, 900, 3), np.uint8)
    street[:, 300:600] = (0, 200, 0)
    settings = ClipSettings((120, 120), strength=0.0, night=0.0, habits=QUIET)
    settings = replace(settings, background=RgbImage(street))
    picture = scene(fonts, catalogue, settings).draw(0, 0.0)
    assert picture.shape == (120, 120, 3)
    assert (picture[:40] == (0, 200, 0)).all()


def test_parked_cars_stay_and_are_noted(fonts: FontSet, catalogue: Catalogue) -> None:
    habits = replace(QUIET, parked=1.0)
    settings = ClipSettings((360, 640), strength=0.0, night=0.0, habits=habits, plate_px=(50, 60))
    street = RgbImage(np.full((90, 160, 3), 100, np.uint8))
    settings = replace(settings, background=street)
    found = 0
    for seed in range(12):
        here = scene(fonts, catalogue, settings, seed)
        for number in range(3):
            here.draw(number, number / 5)
            here.step(0.2)
        for vehicle in here.truth.vehicles:
            if (
                len(vehicle.views) == 3
                and np.ptp([v.corners for v in vehicle.views], axis=0).max() == 0
            ):
                found += 1
    assert found >= 3
