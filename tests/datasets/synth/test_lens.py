from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import lens
from platelens.datasets.synth.paint import Pixels

SEEDS = range(30)


@pytest.fixture
def spot() -> Pixels:
    pixels = np.zeros((31, 31, 3), np.uint8)
    pixels[15, 15] = 250
    return pixels


@pytest.mark.parametrize("blur_px", [0.5, 1.6])
def test_a_spot_out_of_focus_is_round(spot: Pixels, blur_px: float) -> None:
    for seed in SEEDS:
        seen = lens.defocus(np.random.default_rng(seed), spot, blur_px)[..., 0].astype(float)
        np.testing.assert_allclose(seen, seen.T, atol=1)
        weights = seen / seen.sum()
        spread = np.sqrt((weights.sum(axis=0) * (np.arange(31) - 15) ** 2).sum())
        assert spread <= blur_px + 0.2


def test_a_moved_spot_is_a_line_of_the_same_light(spot: Pixels) -> None:
    longest = 0
    for seed in SEEDS:
        seen = lens.move(np.random.default_rng(seed), spot, 1.5)[..., 0]
        lit = np.argwhere(seen > 20)
        longest = max(longest, int(np.ptp(lit, axis=0).max()))
        assert int(seen.sum()) == pytest.approx(250, rel=0.1)
    assert 3 <= longest <= 7


def test_no_blur_leaves_the_picture_sharp(spot: Pixels) -> None:
    for seed in SEEDS:
        seen = lens.defocus(np.random.default_rng(seed), spot, 0.0)
        np.testing.assert_allclose(seen.astype(int), spot, atol=2)
