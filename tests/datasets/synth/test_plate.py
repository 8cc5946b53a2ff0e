from __future__ import annotations

import numpy as np
import pytest

from platelens.alphabet import CHARACTERS, normalise
from platelens.datasets.synth import FlatPlate, FontSet, draw_flat_plate, plate
from platelens.datasets.synth.serials import STYLES, Style


def draw(seed: int, fonts: FontSet) -> FlatPlate:
    return draw_flat_plate(np.random.default_rng(seed), fonts)


@pytest.fixture(scope="module")
def plates(fonts: FontSet) -> list[FlatPlate]:
    return [draw(seed, fonts) for seed in range(200)]


def test_a_seed_gives_the_same_plate(fonts: FontSet, plates: list[FlatPlate]) -> None:
    again = draw(3, fonts)
    np.testing.assert_array_equal(again.pixels, plates[3].pixels)
    assert (again.text, again.rows) == (plates[3].text, plates[3].rows)
    assert len({p.text for p in plates}) > 190


def test_a_plate_is_a_picture(plates: list[FlatPlate]) -> None:
    for drawn in plates:
        assert drawn.pixels.dtype == np.uint8
        assert drawn.pixels.ndim == 3
        assert drawn.pixels.shape[2] == 3
        assert drawn.pixels.std() > 5


def test_texts_are_registration_numbers(plates: list[FlatPlate]) -> None:
    for drawn in plates:
        assert set(drawn.text) <= set(CHARACTERS)
        assert 2 <= len(drawn.text) <= 14


def test_proportions_suit_the_rows(plates: list[FlatPlate]) -> None:
    assert {drawn.rows for drawn in plates} == {1, 2}
    for drawn in plates:
        height, width = drawn.pixels.shape[:2]
        assert height == {1: 80, 2: 128}[drawn.rows]
        limits = (min(1.6, 0.42 * len(drawn.text)), 5.6) if drawn.rows == 1 else (1.1, 2.6)
        assert limits[0] * height - 1 <= width <= limits[1] * height


@pytest.mark.parametrize(
    ("serial", "text", "rows"),
    [("AB12 CDE", "AB12CDE", 1), ("LE-07|1234", "LE071234", 2), ("B", "B", 1)],
)
def test_the_text_is_the_serial_row_by_row(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch, serial: str, text: str, rows: int
) -> None:
    monkeypatch.setattr(plate, "draw_serial", lambda *_: serial)
    drawn = draw(0, fonts)
    assert (drawn.text, drawn.rows) == (text, rows)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.patterns[0])
def test_every_style_can_be_drawn(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch, style: Style
) -> None:
    monkeypatch.setattr(plate, "draw_style", lambda _: style)
    texts = {draw(seed, fonts).text for seed in range(10)}
    assert len(texts) == 10
    assert all(normalise(text) == text for text in texts)


@pytest.mark.parametrize(("serial", "places"), [("1  1  1", 3), ("1|1", 1)])
def test_the_ink_stands_where_the_text_says(
    fonts: FontSet, monkeypatch: pytest.MonkeyPatch, serial: str, places: int
) -> None:
    """Bars of a font, far apart, are dark columns on a white plate without ornaments."""
    plain = Style(("?",), (2.0, 2.0))
    monkeypatch.setattr(plate, "draw_style", lambda _: plain)
    monkeypatch.setattr(plate, "draw_serial", lambda *_: serial)
    monkeypatch.setattr(plate, "_draw_fittings", lambda *_: None)
    monkeypatch.setattr(plate, "_apply_ink", _darken)
    drawn = draw(1, fonts)
    dark = (drawn.pixels.min(axis=2) < 100).any(axis=0)
    starts = np.flatnonzero(np.diff(dark.astype(int), prepend=0) == 1)
    assert len(starts) == places
    if drawn.rows == 2:
        lines = (drawn.pixels.min(axis=2) < 100).any(axis=1)
        assert np.count_nonzero(np.diff(lines.astype(int), prepend=0) == 1) == 2


def _darken(rng: np.random.Generator, pixels: plate.Ink, ink: plate.Ink, colour: plate.Ink) -> None:
    del rng, colour
    pixels -= 200 * ink[..., None]
