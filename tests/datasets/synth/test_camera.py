from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.synth import CameraSettings, camera, photograph
from platelens.datasets.synth.paint import Pixels
from platelens.types import RgbImage

SEEDS = range(60)


@pytest.fixture(scope="module")
def stripes() -> RgbImage:
    """Vertical stripes, 4 pixels each, in a colour that no channel shares."""
    pixels = np.zeros((24, 64, 3), np.uint8)
    pixels[:] = (200, 120, 60)
    pixels[:, (np.arange(64) // 4) % 2 == 0] = (40, 60, 20)
    return imaging.from_array(pixels, order="rgb")


def plain(*colour: int) -> RgbImage:
    return imaging.from_array(np.full((20, 50, 3), colour, np.uint8), order="rgb")


@pytest.mark.parametrize("shape", [(24, 64), (1, 1), (3, 200), (90, 7)], ids=str)
@pytest.mark.parametrize("strength", [0.0, 0.2, 1.0])
def test_size_and_type_stay(shape: tuple[int, int], strength: float) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    image = imaging.from_array(pixels, order="rgb")
    before = image.copy()
    for seed in SEEDS:
        seen = photograph(np.random.default_rng(seed), image, CameraSettings(strength))
        assert seen.shape == image.shape
        assert seen.dtype == np.uint8
    np.testing.assert_array_equal(image, before)


def test_a_seed_gives_the_same_photograph(stripes: RgbImage) -> None:
    for seed in SEEDS:
        one, other = (photograph(np.random.default_rng(seed), stripes) for _ in range(2))
        np.testing.assert_array_equal(one, other)


def test_seeds_differ(stripes: RgbImage) -> None:
    seen = {photograph(np.random.default_rng(seed), stripes).tobytes() for seed in SEEDS}
    assert len(seen) == len(SEEDS)


def test_strength_0_leaves_light_and_colours_as_they_are() -> None:
    settings = CameraSettings(strength=0, jpeg=0)
    for seed in SEEDS:
        image = plain(200, 120, 60)
        seen = photograph(np.random.default_rng(seed), image, settings)
        np.testing.assert_array_equal(seen, image)


def test_strength_1_changes_light_and_colours() -> None:
    settings = CameraSettings(strength=1, jpeg=0)
    seen = [photograph(np.random.default_rng(s), plain(200, 120, 60), settings) for s in SEEDS]
    means = np.array([s.mean(axis=(0, 1)) for s in seen])
    assert (means.std(axis=0) > 10).all()
    deviations = np.array([s.std() for s in seen])
    assert (deviations > 1).mean() > 0.3  # noise, shadow or glare


def test_some_photographs_are_blurred_and_none_is_torn(stripes: RgbImage) -> None:
    settings = CameraSettings(strength=0, blur_px=1.2, jpeg=0)
    contrasts = []
    for seed in SEEDS:
        seen = photograph(np.random.default_rng(seed), stripes, settings)
        middle = seen[:, 30:34].astype(float)  # two pixels of a dark and two of a light stripe
        assert middle.min() >= stripes.min() - 1
        assert middle.max() <= stripes.max() + 1
        contrasts.append(np.abs(np.diff(seen[12, :, 0].astype(float))).max())
    assert max(contrasts) == 160
    assert min(contrasts) < 120
    assert 0.2 < np.mean(np.array(contrasts) == 160) < 0.9


def test_compression_comes_as_often_as_asked(stripes: RgbImage) -> None:
    def changed(jpeg: float) -> float:
        settings = CameraSettings(strength=0, blur_px=0, jpeg=jpeg)
        seen = [photograph(np.random.default_rng(s), stripes, settings) for s in SEEDS]
        return float(np.mean([(s != stripes).any() for s in seen]))

    assert changed(1.0) == 1.0
    assert changed(0.0) < 0.5


def test_compression_does_not_swap_the_channels() -> None:
    settings = CameraSettings(strength=0, jpeg=1)
    for seed in SEEDS:
        seen = photograph(np.random.default_rng(seed), plain(180, 90, 30), settings)
        np.testing.assert_allclose(seen.mean(axis=(0, 1)), (180, 90, 30), atol=8)


def test_things_stand_before_a_known_plate_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    serial = np.array([[10, 5], [40, 5], [40, 15], [10, 15]], np.float32)

    def hide(rng: np.random.Generator, pixels: RgbImage, where: object) -> RgbImage:
        del rng
        told.append(where)
        return pixels

    monkeypatch.setattr(camera, "hide_edge", hide)
    for seed in range(400):
        photograph(np.random.default_rng(seed), plain(200, 120, 60))
    assert not told
    for seed in range(400):
        photograph(np.random.default_rng(seed), plain(200, 120, 60), serial=serial)
    assert 8 <= len(told) <= 40
    assert all(where is serial for where in told)


def test_every_effect_is_met_on_a_bad_day(monkeypatch: pytest.MonkeyPatch) -> None:
    met = Counter[str]()

    def listen(effect: camera.Effect, name: str) -> camera.Effect:
        def change(rng: np.random.Generator, pixels: Pixels, s: float) -> Pixels:
            met[name] += 1
            return effect(rng, pixels, s)

        return change

    tables = {"_LIGHT": camera._LIGHT, "_DETAIL": camera._DETAIL, "_SENSOR": camera._SENSOR}
    wanted: dict[str, float] = {}
    for name, table in tables.items():
        named = [(f"{name}{i}", effect, chance) for i, (effect, chance) in enumerate(table)]
        wanted |= {key: chance for key, _, chance in named}
        heard = tuple((listen(effect, key), chance) for key, effect, chance in named)
        monkeypatch.setattr(camera, name, heard)
    for seed in range(800):
        photograph(np.random.default_rng(seed), plain(200, 120, 60))
    shares = {key: met[key] / 800 for key in wanted}
    assert shares == pytest.approx(wanted, abs=0.05)
