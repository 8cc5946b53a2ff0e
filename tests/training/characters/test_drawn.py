from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import FontSet
from platelens.training.characters.drawn import CharacterPen, draw_nothing
from platelens.training.characters.labels import LABELS
from platelens.training.characters.pools import Ink


@pytest.mark.parametrize("character", "A8agt")
def test_characters_are_drawn_light_on_dark(fonts: FontSet, character: str) -> None:
    ink = CharacterPen(fonts).draw(np.random.default_rng(0), character)
    assert ink.dtype == np.uint8
    assert ink.max() > 200
    for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
        assert edge.max() > 0  # cut to its outline


def test_small_letters_are_not_their_capitals(fonts: FontSet) -> None:
    pen, rng = CharacterPen(fonts), np.random.default_rng(0)
    for letter in LABELS["emnist"][36:]:
        widths = [pen.draw(rng, c).shape[1] / pen.draw(rng, c).shape[0] for c in (letter, "I")]
        assert widths[0] > 0
    small, capital = (pen.draw(np.random.default_rng(1), c) for c in "gG")
    assert small.shape != capital.shape


def test_widths_vary(fonts: FontSet) -> None:
    pen, rng = CharacterPen(fonts), np.random.default_rng(0)
    widths = [pen.draw(rng, "N").shape[1] for _ in range(40)]
    assert max(widths) > 1.4 * min(widths)


def test_what_is_no_character_is_never_one_alone(fonts: FontSet) -> None:
    asked: list[str] = []
    pen = CharacterPen(fonts)

    def character(rng: np.random.Generator, label: str) -> Ink:
        asked.append(label)
        return pen.draw(rng, label)

    rng = np.random.default_rng(0)
    inks, counts = [], []
    for _ in range(200):
        before = len(asked)
        inks.append(draw_nothing(rng, pen, character))
        counts.append(len(asked) - before)
        if counts[-1] == 1:
            # Upside down it must look like nothing else: no 6, which is a 9 then.
            assert asked[-1] in "4ACFGPRTY"
    assert set(counts) == {0, 1, 2}
    assert all(ink.ndim == 2 and ink.dtype == np.uint8 and ink.max() > 60 for ink in inks)


def test_characters_are_turned_upside_down(fonts: FontSet) -> None:
    corner = np.zeros((30, 20), np.uint8)
    corner[:5, :5] = 255
    pen = CharacterPen(fonts)
    turned = []
    for seed in range(60):
        asked: list[str] = []

        def character(_rng: np.random.Generator, label: str, asked: list[str] = asked) -> Ink:
            asked.append(label)
            return corner

        ink = draw_nothing(np.random.default_rng(seed), pen, character)
        if len(asked) == 1:
            turned.append(ink)
    assert turned
    for ink in turned:
        assert ink[-5:, -5:].min() == 255
        assert int(ink.astype(int).sum()) == 25 * 255
