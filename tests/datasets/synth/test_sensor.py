from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import sensor
from platelens.datasets.synth.paint import Pixels

SEEDS = range(40)


@pytest.fixture
def plate() -> Pixels:
    """A yellow plate with dark bars."""
    pixels = np.full((40, 120, 3), (230, 190, 40), np.uint8)
    for x in range(20, 100, 20):
        pixels[8:32, x : x + 6] = (25, 20, 30)
    return pixels


def test_fewer_pixels_lose_detail_but_not_brightness(plate: Pixels) -> None:
    for seed in SEEDS:
        seen = sensor.lower_resolution(np.random.default_rng(seed), plate, 1.6)
        assert seen.shape == plate.shape
        assert seen.mean() == pytest.approx(plate.mean(), abs=12)
    same = sensor.lower_resolution(np.random.default_rng(0), plate, 0.0)
    np.testing.assert_array_equal(same, plate)


def test_exposure_keeps_the_order_of_brightness() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    means = []
    for seed in SEEDS:
        seen = sensor.expose(np.random.default_rng(seed), ramp, 1.0).astype(int)
        assert (np.diff(seen[0], axis=0) >= 0).all()
        means.append(seen.mean())
    assert np.std(means) > 10
    np.testing.assert_array_equal(sensor.expose(np.random.default_rng(0), ramp, 0.0), ramp)


def test_a_night_is_dark_and_noisy(plate: Pixels) -> None:
    for seed in SEEDS:
        seen = sensor.darken_night(np.random.default_rng(seed), plate, 1.0)
        assert seen.mean() < 0.8 * plate.mean()
        assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 2


def test_infrared_is_grey_with_a_bright_plate_and_dark_letters(plate: Pixels) -> None:
    for seed in SEEDS:
        seen = sensor.see_infrared(np.random.default_rng(seed), plate, 1.0)
        assert (seen[..., 0] == seen[..., 1]).all()
        assert (seen[..., 0] == seen[..., 2]).all()
        letter, ground = seen[20, 62, 0], seen[20, 52, 0]
        assert ground > 170
        assert letter < 60


def test_a_picture_without_colour_is_grey(plate: Pixels) -> None:
    seen = sensor.lose_colour(np.random.default_rng(0), plate, 1.0)
    assert (seen.max(axis=2) == seen.min(axis=2)).all()
    assert seen[20, 52, 0] > seen[20, 62, 0] + 100


def test_a_negative_of_a_negative_is_the_picture(plate: Pixels) -> None:
    rng = np.random.default_rng(0)
    seen = sensor.invert(rng, plate, 1.0)
    assert tuple(seen[0, 0]) == (25, 65, 215)
    np.testing.assert_array_equal(sensor.invert(rng, seen, 1.0), plate)


def test_noise_is_even_around_the_picture() -> None:
    grey = np.full((60, 200, 3), 128, np.uint8)
    kinds = set()
    for seed in SEEDS:
        noise = sensor.add_noise(np.random.default_rng(seed), grey, 1.0).astype(float) - 128
        assert abs(noise.mean()) < 1
        assert 0.8 < noise.std() < 13
        kinds.add(bool((noise[..., 0] == noise[..., 1]).all()))
    assert kinds == {True, False}
