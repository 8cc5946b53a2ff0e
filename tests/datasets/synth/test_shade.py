from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import shade
from platelens.datasets.synth.camera import Effect
from platelens.datasets.synth.paint import Pixels

DARKEN = (shade.cast_shadow, shade.cast_bars)
LIGHTEN = (shade.shine_lamp, shade.let_sun_in)
WET = (shade.let_it_rain, shade.wet_the_lens)
SEEDS = range(20)


@pytest.fixture
def grey() -> Pixels:
    return np.full((40, 120, 3), 120, np.uint8)


def name(effect: Effect) -> str:
    return getattr(effect, "__name__", "effect")


@pytest.mark.parametrize("effect", [*DARKEN, *LIGHTEN, *WET], ids=name)
@pytest.mark.parametrize("shape", [(40, 120), (1, 1), (90, 7)], ids=str)
def test_size_stays_and_the_scene_is_not_touched(effect: Effect, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    before = pixels.copy()
    for seed in SEEDS:
        seen = effect(np.random.default_rng(seed), pixels, 1.0)
        assert seen.shape == pixels.shape
        assert seen.dtype == np.uint8
        again = effect(np.random.default_rng(seed), pixels, 1.0)
        np.testing.assert_array_equal(seen, again)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("effect", DARKEN, ids=name)
def test_shadows_darken_a_part_and_leave_the_rest(effect: Effect, grey: Pixels) -> None:
    parts = []
    for seed in SEEDS:
        seen = effect(np.random.default_rng(seed), grey, 1.0)
        assert seen.max() <= 120
        assert seen.min() > 30  # what is in the shadow can still be seen
        parts.append(float((seen < 115).mean()))
    assert 0.1 < np.mean(parts) < 0.9
    assert np.mean([0.02 < part < 0.98 for part in parts]) > 0.3


@pytest.mark.parametrize("effect", LIGHTEN, ids=name)
def test_lamps_and_sun_only_add_light(effect: Effect, grey: Pixels) -> None:
    added = [effect(np.random.default_rng(seed), grey, 1.0).astype(int) - 120 for seed in SEEDS]
    assert min(int(a.min()) for a in added) >= 0
    assert max(int(a.max()) for a in added) > 40


@pytest.mark.parametrize("effect", [*DARKEN, *LIGHTEN], ids=name)
def test_more_strength_changes_more(effect: Effect, grey: Pixels) -> None:
    def change(strength: float) -> float:
        seen = [effect(np.random.default_rng(seed), grey, strength) for seed in SEEDS]
        return float(np.mean([np.abs(s.astype(int) - 120).mean() for s in seen]))

    assert change(0.2) < change(1.0)


@pytest.mark.parametrize("effect", WET, ids=name)
def test_rain_changes_some_of_the_picture(effect: Effect) -> None:
    stripes = np.zeros((60, 160, 3), np.uint8)
    stripes[:, ::8] = 200
    parts = [
        float((effect(np.random.default_rng(seed), stripes, 1.0) != stripes).any(axis=2).mean())
        for seed in SEEDS
    ]
    assert min(parts) > 0
    assert max(parts) < 0.7
