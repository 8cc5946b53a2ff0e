from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from platelens.datasets.synth import FlatPlate
from platelens.datasets.synth.clips.layers import Exposure, PlateMark, draw_things
from platelens.datasets.synth.clips.solid import Lamp, SolidBuilder
from platelens.datasets.synth.clips.traffic import Thing
from platelens.datasets.synth.clips.view import Stand, StreetView, make_view
from platelens.datasets.synth.paint import Pixels
from platelens.types import RgbImage

SIZE = (360, 640)
VIEW = make_view(SIZE, Stand(2.0, 8.0, 0.0, 1400.0))


def plate() -> FlatPlate:
    pixels = np.full((40, 160, 3), (250, 250, 0), np.uint8)
    pixels[:, 80:] = (0, 250, 250)
    return FlatPlate(RgbImage(pixels), "AB12", 1)


def box(number: int, across: float, along: float, high: float = 1.4) -> Thing:
    """A red box with a plate of 0.6 x 0.15 m before it: yellow at its left, cyan at its right."""
    builder = SolidBuilder((0.0, 1.0, 0.0))
    ring = np.array([[-0.8, 0, 0], [-0.8, high, 0], [0.8, high, 0], [0.8, 0, 0]], np.float32)
    rings = np.stack([ring, ring + np.array([0, 0, 3], np.float32)])
    builder.loft(rings, np.full((1, 3, 3), (160, 20, 20), np.float32), gloss=0.0)
    builder.decal([(-0.8, high, 0), (0.8, high, 0), (0.8, 0, 0), (-0.8, 0, 0)], (160, 20, 20))
    corners = np.array([[-0.3, 0.6, 0], [0.3, 0.6, 0], [0.3, 0.45, 0], [-0.3, 0.45, 0]])
    at = corners.astype(np.float32) - np.array([0, 0, 0.02], np.float32)
    return Thing(number, [builder.build()], 3.0, 0.8, across, along, plate(), at)


def draw(
    *things: tuple[Thing, float],
    view: StreetView = VIEW,
    shutter_s: float = 0.0,
    night: bool = False,
) -> tuple[Pixels, list[PlateMark]]:
    frame = np.full((*SIZE, 3), 90, np.uint8)
    return frame, draw_things(frame, list(things), Exposure(view, shutter_s, night))


@pytest.mark.parametrize("turn", [-40, 0, 30])
def test_the_plate_is_where_its_corners_are(turn: float) -> None:
    view = make_view(SIZE, Stand(3.0, 8.0, math.radians(turn), 1400.0))
    frame, (mark,) = draw((box(0, 0.1, 0.0), 0.0), view=view)
    inside = np.zeros(SIZE, np.uint8)
    cv2.fillPoly(inside, [np.round(mark.corners * 16 - 8).astype(np.int32)], 1, shift=4)
    green = frame[..., 1] > 170  # neither the box nor the street is
    assert np.count_nonzero(green != (inside > 0)) < 0.1 * np.count_nonzero(inside)
    assert mark.seen > 0.97
    x, y = (mark.corners[0] * 0.8 + mark.corners[2] * 0.2).astype(int)
    np.testing.assert_allclose(frame[y, x], (250, 250, 0), atol=4)
    x, y = (mark.corners[0] * 0.2 + mark.corners[2] * 0.8).astype(int)
    np.testing.assert_allclose(frame[y, x], (0, 250, 250), atol=4)


def test_what_is_not_in_the_way_stays() -> None:
    frame, (mark,) = draw((box(0, 0.0, 2.0), 0.0))
    assert (frame[:, :20] == 90).all()
    assert (frame[:20] == 90).all()
    above = int(mark.corners[0, 1]) - 10
    assert frame[above, 320, 0] > 100 > frame[above, 320, 1]  # the box


def test_what_is_before_a_plate_hides_it() -> None:
    back, front = box(0, 0.0, 6.0), box(1, 0.95, 0.0)
    _, marks = draw((back, 0.0), (front, 0.0))
    seen = {mark.number: mark.seen for mark in marks}
    assert seen[1] > 0.97
    assert 0.05 < seen[0] < 0.95
    _, marks = draw((back, 0.0), (replace(front, across=0.0), 0.0))
    assert [mark.number for mark in marks] == [1]
    _, marks = draw((back, 0.0), (replace(front, across=3.0), 0.0))
    assert min(mark.seen for mark in marks if mark.number == 0) > 0.97


def test_what_is_outside_of_the_picture_is_not_seen() -> None:
    parts = []
    for across in (0.0, 1.5, 1.75, 2.0, 2.4):
        _, marks = draw((box(0, across, 0.0), 0.0))
        parts.append(marks[0].seen if marks else 0.0)
    assert parts == sorted(parts, reverse=True)
    assert parts[0] > 0.97
    assert parts[-1] == 0
    assert any(0.05 < part < 0.95 for part in parts)


def test_what_is_behind_the_camera_is_not_drawn() -> None:
    frame, marks = draw((box(0, 0.0, -12.0), 0.0))
    assert (frame == 90).all()
    assert marks == []


def test_a_fast_one_is_smeared_around_its_place() -> None:
    sharp, (still,) = draw((box(0, 0.0, 0.0), 0.0))
    soft, (moved,) = draw((box(0, 0.0, 0.0), -12.0), shutter_s=1 / 60)
    assert still.smear_px == 0
    assert 4 < moved.smear_px < 60
    np.testing.assert_array_equal(still.corners, moved.corners)

    def green(frame: Pixels) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        rows = frame[:, 300:340, 1].astype(float).mean(axis=1)
        return np.asarray(np.maximum(rows - 95, 0))

    before, after = green(sharp), green(soft)
    rows = np.arange(SIZE[0])
    middle = [float((rows * g).sum() / g.sum()) for g in (before, after)]
    assert middle[1] == pytest.approx(middle[0], abs=1.5)
    assert np.abs(np.diff(after)).max() < 0.6 * np.abs(np.diff(before)).max()


def test_at_night_lamps_shine_beyond_the_body() -> None:
    dark = box(0, 0.0, 2.0)
    lit = replace(
        dark, solids=[replace(dark.solids[0], lamps=(Lamp((0.7, 0.7, 0), (255, 250, 230)),))]
    )
    by_day, _ = draw((lit, 0.0))
    at_night, _ = draw((lit, 0.0), night=True)
    without, _ = draw((dark, 0.0), night=True)
    np.testing.assert_array_equal(by_day, without)
    gain = at_night.astype(int) - without
    assert gain.min() >= 0
    assert gain.max() > 100
    assert np.count_nonzero(gain.max(axis=2) > 5) > 300
