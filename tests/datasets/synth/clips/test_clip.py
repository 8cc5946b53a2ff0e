from __future__ import annotations

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from platelens.datasets.synth import Catalogue, FontSet
from platelens.datasets.synth.clips import Clip, ClipSettings, Habits, draw_clip
from platelens.types import RgbImage

EMPTY = Habits(speed=(2.0, 4.0), parked=0.0, passers=0.0, halts=0.0)
SMALL = ClipSettings(
    size_hw=(360, 640), fps=5.0, duration_s=2.0, plate_px=(75.0, 80.0), habits=EMPTY, night=0.0,
    strength=0.0, background=RgbImage(np.full((90, 160, 3), 100, np.uint8)),
)  # fmt: skip


def clip(fonts: FontSet, catalogue: Catalogue, seed: int, settings: ClipSettings = SMALL) -> Clip:
    return draw_clip(np.random.default_rng(seed), fonts, catalogue, settings)


def test_pictures_have_their_times(fonts: FontSet, catalogue: Catalogue) -> None:
    drawn = clip(fonts, catalogue, 0)
    frames = list(drawn)
    assert len(drawn) == len(frames) == 10
    assert [frame.number for frame in frames] == list(range(10))
    assert frames[7].time_s == pytest.approx(1.4)
    assert {frame.image.shape for frame in frames} == {(360, 640, 3)}


def test_a_clip_is_the_same_each_time(fonts: FontSet, catalogue: Catalogue) -> None:
    settings = ClipSettings(size_hw=(180, 320), fps=5.0, duration_s=0.6)
    one, other = (clip(fonts, catalogue, 4, settings) for _ in range(2))
    first = [frame.image.tobytes() for frame in one]
    texts = [vehicle.text for vehicle in one.truth.vehicles]
    assert [frame.image.tobytes() for frame in one] == first
    assert [frame.image.tobytes() for frame in other] == first
    assert [vehicle.text for vehicle in other.truth.vehicles] == texts
    assert next(iter(clip(fonts, catalogue, 5, settings))).image.tobytes() != first[0]


def test_pictures_are_drawn_when_asked_for(fonts: FontSet, catalogue: Catalogue) -> None:
    endless = ClipSettings(size_hw=(90, 160), duration_s=1e7, habits=EMPTY)
    drawn = clip(fonts, catalogue, 0, endless)
    with pytest.raises(ValueError, match="when its pictures are drawn"):
        _ = drawn.truth
    assert [frame.number for frame in itertools.islice(drawn, 3)] == [0, 1, 2]


def test_plates_are_where_the_truth_says(fonts: FontSet, catalogue: Catalogue) -> None:
    compared = 0
    for seed in range(6):
        drawn = clip(fonts, catalogue, seed)
        for frame in drawn:
            for vehicle in drawn.truth.vehicles:
                view = vehicle.views[-1]
                if view.number != frame.number or not view.is_legible:
                    continue
                # Around the plate is its black holder; the plate itself has something on it.
                grown = view.corners.mean(axis=0) + 1.06 * (
                    view.corners - view.corners.mean(axis=0)
                )
                rim = np.zeros(frame.image.shape[:2], np.uint8)
                cv2.polylines(rim, [np.round(grown).astype(np.int32)], True, 1, 1)
                inside = np.zeros_like(rim)
                cv2.fillConvexPoly(inside, np.round(view.corners).astype(np.int32), 1)
                grey = frame.image.mean(axis=2)
                assert grey[inside > 0].std() > 8
                assert np.median(grey[rim > 0]) < np.percentile(grey[inside > 0], 80)
                compared += 1
    assert compared > 5


def test_plates_grow_or_shrink_and_pass(fonts: FontSet, catalogue: Catalogue) -> None:
    passed = 0
    changes = set()
    for seed in range(4):
        drawn = clip(fonts, catalogue, seed, replace(SMALL, duration_s=6.0))
        for _ in drawn:
            pass
        for vehicle in drawn.truth.vehicles:
            assert vehicle.first_s <= vehicle.last_s
            whole = [view.corners for view in vehicle.views if view.seen > 0.99]
            if len(whole) < 6:
                continue
            heights = np.array([np.linalg.norm(c[3] - c[0]) for c in whole])
            steps = np.sign(np.diff(heights))
            assert abs(steps.sum()) == len(steps)  # always nearer, or always farther away
            changes.add(int(steps[0]))
            passed += vehicle.is_legible(3)
    assert passed >= 2
    assert changes == {-1, 1}
