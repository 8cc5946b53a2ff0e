from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from platelens.datasets.synth import FontSet, fittings, wear
from platelens.datasets.synth.paint import Area, Pixels

SERIAL: Area = (40, 30, 200, 90)
SEEDS = range(40)
Change = Callable[[np.random.Generator, Pixels], None]


def white() -> Pixels:
    return np.full((120, 240, 3), 235, np.uint8)


@pytest.mark.parametrize(
    "change", [wear.wear_paint, wear.splash_dirt, wear.gather_dust, wear.scratch]
)
def test_wear_changes_a_plate_and_leaves_it_readable(change: Change) -> None:
    """Ink and ground stay apart."""
    for seed in SEEDS:
        pixels = white()
        pixels[:, ::12] = 20
        pixels[:, 1::12] = 20
        before = pixels.copy()
        change(np.random.default_rng(seed), pixels)
        assert (pixels != before).any()
        contrast = np.median(pixels[:, 6::12], axis=(0, 2)) - np.median(pixels[:, ::12])
        assert np.median(contrast) > 60


def test_pressed_letters_have_a_light_and_a_dark_edge() -> None:
    ink = np.zeros((120, 240), np.uint8)
    ink[30:90, 100:140] = 255
    pixels = np.full((120, 240, 3), 128, np.uint8)
    wear.emboss(np.random.default_rng(0), pixels, ink)
    changed = pixels[..., 0].astype(int) - 128
    assert changed.max() > 5
    assert changed.min() < -5
    assert not changed[:25].any()
    assert not changed[45:75, 110:130].any()


def test_bolts_and_border_are_drawn() -> None:
    for seed in SEEDS:
        pixels = white()
        fittings.draw_bolts(np.random.default_rng(seed), pixels)
        assert 0.001 < (pixels != 235).any(axis=2).mean() < 0.1
        pixels = white()
        fittings.draw_border(np.random.default_rng(seed), pixels, (10, 20, 30))
        assert not (pixels[12:-12, 12:-12] != 235).any()
        assert (pixels[60] != 235).any()


def test_frames_and_stickers_stay_off_the_serial(fonts: FontSet) -> None:
    for seed in SEEDS:
        pixels = white()
        fittings.draw_frame(np.random.default_rng(seed), fonts, pixels, SERIAL)
        assert (pixels != 235).any()
        assert (pixels[31:89, 41:199] == 235).all()
        pixels = white()
        fittings.draw_sticker(np.random.default_rng(seed), fonts, pixels, SERIAL)
        assert (pixels != 235).any()
        assert (pixels[31:89, 41:199] == 235).all()


def test_a_plate_without_margin_has_no_frame(fonts: FontSet) -> None:
    pixels = white()
    fittings.draw_frame(np.random.default_rng(0), fonts, pixels, (0, 0, 240, 120))
    assert (pixels[1:-1, 1:-1] == 235).mean() > 0.97  # but a line at its edge


def test_seals_sit_in_the_widest_gap() -> None:
    ink = np.zeros((120, 240), np.uint8)
    ink[30:90, 40:80] = ink[30:90, 85:120] = ink[30:90, 150:200] = 255
    for seed in SEEDS:
        pixels = white()
        fittings.draw_seals(np.random.default_rng(seed), pixels, ink, SERIAL)
        changed = (pixels != 235).any(axis=(0, 2)).nonzero()[0]
        assert changed.size
        assert changed.min() >= 119
        assert changed.max() <= 151


def test_without_a_gap_there_is_no_seal() -> None:
    ink = np.zeros((120, 240), np.uint8)
    ink[30:90, 40:200] = 255
    pixels = white()
    fittings.draw_seals(np.random.default_rng(0), pixels, ink, SERIAL)
    assert (pixels == 235).all()
