from __future__ import annotations

import numpy as np
import pytest

from platelens.imaging import MotionGate
from platelens.types import RgbImage


def scene(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 200, (9, 16, 3))
    return np.asarray(np.kron(coarse, np.ones((80, 80, 1))), np.float32)


def picture(pixels: np.ndarray, noise: int = 0) -> RgbImage:
    """A picture with the noise of a sensor."""
    grain = np.random.default_rng(noise).normal(0, 8, pixels.shape) if noise else 0
    return RgbImage(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def test_the_first_picture_counts_and_noise_does_not() -> None:
    gate = MotionGate()
    assert gate.has_moved(picture(scene(), 1))
    assert not any(gate.has_moved(picture(scene(), noise)) for noise in range(2, 8))


def test_a_camera_that_grows_brighter_has_not_moved() -> None:
    gate = MotionGate()
    gate.has_moved(picture(scene()))
    assert not gate.has_moved(picture(scene() + 15))


@pytest.mark.parametrize("width", [60, 300], ids=["far", "near"])
def test_a_plate_that_comes_is_motion(width: int) -> None:
    gate = MotionGate()
    gate.has_moved(picture(scene(), 1))
    moved = scene()
    moved[300 : 300 + width // 4, 500 : 500 + width] = 250 - moved[310, 510].mean()
    assert gate.has_moved(picture(moved, 2))
    assert not gate.has_moved(picture(moved, 3))


def test_slow_motion_adds_up() -> None:
    """What is compared is the last picture that was searched, not the one before."""
    gate = MotionGate()
    base = scene()
    gate.has_moved(picture(base))
    told = []
    for step in range(1, 30):
        faded = base.copy()
        faded[200:500, 300:900] += step
        told.append(gate.has_moved(picture(faded)))
    assert 1 <= sum(told) <= 4


def test_another_size_is_motion() -> None:
    gate = MotionGate()
    gate.has_moved(picture(scene()))
    assert gate.has_moved(picture(scene()[:480]))
