from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import codec
from platelens.datasets.synth.paint import Pixels

SEEDS = range(25)


@pytest.fixture
def picture() -> Pixels:
    """A slanted edge between two colours."""
    y, x = np.mgrid[:50, :110]
    edge = (x + y > 80)[..., None]
    return np.where(edge, (200, 60, 40), (30, 90, 160)).astype(np.uint8)


@pytest.mark.parametrize("squeeze", [codec.compress_jpeg, codec.compress_film])
@pytest.mark.parametrize("shape", [(50, 110), (16, 32), (1, 1), (7, 90)], ids=str)
def test_size_and_channels_stay(squeeze: codec.Codec, shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), (180, 90, 30), np.uint8)
    for seed in SEEDS:
        seen = squeeze(np.random.default_rng(seed), pixels)
        assert seen.shape == pixels.shape
        assert seen.dtype == np.uint8
        np.testing.assert_allclose(seen.mean(axis=(0, 1)), (180, 90, 30), atol=14)


@pytest.mark.parametrize("squeeze", [codec.compress_jpeg, codec.compress_film])
def test_files_change_pictures_and_keep_what_they_show(
    squeeze: codec.Codec, picture: Pixels
) -> None:
    for seed in SEEDS:
        seen = squeeze(np.random.default_rng(seed), picture).astype(int)
        difference = np.abs(seen - picture)
        assert difference.any()
        assert difference.mean() < 20
        assert (seen[:5, :5, 2] > seen[:5, :5, 0]).all()  # blue here, red there
        assert (seen[-5:, -5:, 0] > seen[-5:, -5:, 2]).all()


def test_the_transform_is_exact_for_fine_steps() -> None:
    plane = np.random.default_rng(0).integers(0, 256, (32, 48), np.uint8)
    np.testing.assert_allclose(codec._quantise(plane, 0.01).astype(int), plane, atol=1)


def test_coarse_steps_leave_flat_blocks() -> None:
    plane = np.random.default_rng(0).integers(100, 140, (32, 48), np.uint8)
    coarse = codec._quantise(plane, 400.0)
    blocks = coarse.reshape(4, 8, 6, 8).swapaxes(1, 2).reshape(24, -1)
    assert (blocks.max(axis=1) == blocks.min(axis=1)).all()


def test_predicted_blocks_are_those_beside() -> None:
    coded = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    moved = 0
    for seed in SEEDS:
        film = coded.copy()
        codec._predict(np.random.default_rng(seed), film)
        wide = np.pad(coded, ((2, 2), (2, 2), (0, 0)), mode="edge")
        shifts = [wide[y : y + 64, x : x + 64] for y in range(5) for x in range(5)]
        for y in range(0, 64, 16):
            for x in range(0, 64, 16):
                block = slice(y, y + 16), slice(x, x + 16)
                assert any((film[block] == shift[block]).all() for shift in shifts)
                moved += bool((film[block] != coded[block]).any())
    assert 0.05 < moved / (16 * len(SEEDS)) < 0.45
