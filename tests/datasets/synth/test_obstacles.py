from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import obstacles
from platelens.datasets.synth.obstacles import MOST_HIDDEN, hidden_part, hide_edge
from platelens.datasets.synth.paint import Pixels

SERIAL = np.array([[40, 30], [160, 34], [158, 62], [42, 58]], np.float32)
SEEDS = range(150)


@pytest.fixture(scope="module")
def seen() -> list[Pixels]:
    ground = np.full((90, 200, 3), 255, np.uint8)
    return [hide_edge(np.random.default_rng(seed), ground, SERIAL) for seed in SEEDS]


def test_little_of_the_serial_is_hidden(seen: list[Pixels]) -> None:
    import cv2

    inside = np.zeros((90, 200), np.uint8)
    cv2.fillConvexPoly(inside, SERIAL.astype(np.int32), 1)
    hidden = [float((s.min(axis=2) < 200)[inside > 0].mean()) for s in seen]
    assert max(hidden) <= MOST_HIDDEN + 0.03  # the edge of the mask is a pixel wide
    assert max(hidden) > 0.04


def test_no_character_is_lost(seen: list[Pixels]) -> None:
    for s in seen:
        strips = (s.min(axis=2) < 200)[36:56, 44:156].reshape(20, 14, 8).mean(axis=(0, 2))
        assert strips.max() < 0.6


def test_most_things_are_seen_at_the_edge(seen: list[Pixels]) -> None:
    assert np.mean([bool((s < 200).any()) for s in seen]) > 0.4
    assert len({s.tobytes() for s in seen}) > 50


def test_what_hides_too_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.full(obstacles._CANVAS_WH[::-1], 255, np.uint8)
    assert hidden_part(whole) == 1
    monkeypatch.setattr(obstacles, "pick", lambda *_: lambda _: (whole, (0, 0, 0)))
    ground = np.full((90, 200, 3), 255, np.uint8)
    np.testing.assert_array_equal(hide_edge(np.random.default_rng(0), ground, SERIAL), ground)


def test_the_scene_is_not_touched() -> None:
    ground = np.full((90, 200, 3), 255, np.uint8)
    for seed in range(20):
        hide_edge(np.random.default_rng(seed), ground, SERIAL)
    assert (ground == 255).all()
