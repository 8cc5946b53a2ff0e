"""Characters drawn with fonts, and pictures that show none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from platelens.alphabet import CHARACTERS
from platelens.datasets.synth import FontSet
from platelens.training.characters.pools import Ink

_HEIGHT_PX: Final = 48  # at which what is no character is drawn

_TURNED: Final = "4ACFGPRTY"
"""Characters that look like no other one upside down, as 6 and 9 do, or L and 7."""

_TESTED: Final = "aeg"
_ALIKE: Final = 24
"""Small letters that differ less from their capitals, in grey levels, are drawn as capitals."""

Character = Callable[[np.random.Generator, str], Ink]
"""Gives a picture of a character."""


class CharacterPen:
    """Draws characters with the fonts of a set."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._small: list[int] | None = None  # fonts with small letters; looked for when needed

    def draw(self, rng: np.random.Generator, character: str) -> Ink:
        """Draw one of A-Z, 0-9, a-z, cut to its outline, wider or slimmer than its font has it."""
        if character in CHARACTERS:
            shape = self._fonts.glyph(self._fonts.draw(rng), character)
        else:
            fonts = self._fonts_with_small_letters()
            shape, _ = self._fonts.line(fonts[int(rng.integers(len(fonts)))], character)
        width = max(2, round(shape.shape[1] * rng.uniform(0.7, 1.25)))
        return _resize(shape, (shape.shape[0], width))

    def draw_sign(self, rng: np.random.Generator) -> Ink | None:
        """Draw an emblem or a sign of another script; None when no font has any."""
        return self._fonts.sign(rng)

    def _fonts_with_small_letters(self) -> list[int]:
        if self._small is None:
            all_fonts = range(len(self._fonts))
            # Without any, capitals stand for them: a set must not end the training.
            self._small = [i for i in all_fonts if self._has_small(i)] or list(all_fonts)
        return self._small

    def _has_small(self, font: int) -> bool:
        def differs(letter: str) -> bool:
            small = _resize(self._fonts.line(font, letter)[0], (24, 16)).astype(int)
            capital = _resize(self._fonts.glyph(font, letter.upper()), (24, 16)).astype(int)
            return bool(small.any()) and float(np.abs(small - capital).mean()) > _ALIKE

        return all(differs(letter) for letter in _TESTED)


def draw_nothing(rng: np.random.Generator, pen: CharacterPen, character: Character) -> Ink:
    """Draw what may be taken for a character and is none.

    Args:
        rng: the source of chance.
        pen: draws signs.
        character: gives the letters that are turned or cut.
    """
    kind = int(rng.integers(5))
    if kind == 0:
        label = _TURNED[int(rng.integers(len(_TURNED)))]
        return np.ascontiguousarray(character(rng, label)[::-1, ::-1])
    if kind == 1:
        return _parts_of_two(rng, character)
    sign = pen.draw_sign(rng) if kind == 2 else None
    if sign is not None:
        return sign
    return _speck(rng) if kind == 3 else _blotch(rng)


def _parts_of_two(rng: np.random.Generator, character: Character) -> Ink:
    """Show two neighbours in one: both whole, or the end of one and the start of the other."""
    shapes = []
    for _ in range(2):
        shape = character(rng, CHARACTERS[int(rng.integers(len(CHARACTERS)))])
        width = max(4, round(shape.shape[1] * _HEIGHT_PX / shape.shape[0]))
        shapes.append(_resize(shape, (_HEIGHT_PX, min(width, 2 * _HEIGHT_PX))))
    first, second = shapes
    gap = np.zeros((_HEIGHT_PX, int(rng.integers(0, 8))), np.uint8)
    if rng.random() < 0.6:
        first = first[:, -round(first.shape[1] * rng.uniform(0.35, 0.6)) :]
        second = second[:, : round(second.shape[1] * rng.uniform(0.35, 0.6))]
    return np.hstack([first, gap, second])


def _speck(rng: np.random.Generator) -> Ink:
    """Draw a bolt, a dot or a dash."""
    ink = np.zeros((_HEIGHT_PX, _HEIGHT_PX), np.uint8)
    middle = (_HEIGHT_PX // 2, _HEIGHT_PX // 2)
    if rng.random() < 0.4:
        half = _HEIGHT_PX * rng.uniform(0.06, 0.2)
        top, bottom = round(middle[1] - half), round(middle[1] + half)
        ink[top : bottom + 1, 2:-2] = 255
        return ink
    axes = (round(_HEIGHT_PX * rng.uniform(0.3, 0.45)), round(_HEIGHT_PX * rng.uniform(0.3, 0.45)))
    cv2.ellipse(ink, middle, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    if rng.random() < 0.5:  # the slot of a bolt, or its hole
        shade = int(rng.integers(60, 190))
        if rng.random() < 0.5:
            turn = rng.uniform(0, np.pi)
            reach = 0.7 * min(axes) * np.array([np.cos(turn), np.sin(turn)])
            start, end = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
            cv2.line(ink, start.tolist(), end.tolist(), shade, int(rng.integers(3, 7)))
        else:
            cv2.circle(ink, middle, int(rng.integers(1, 4)), shade, -1, cv2.LINE_AA)
    return ink


def _blotch(rng: np.random.Generator) -> Ink:
    """Draw something without a form: dirt, a shade, a piece of a picture."""
    cells = (int(rng.integers(3, 9)), int(rng.integers(3, 9)))
    coarse = rng.uniform(0, 255, cells).astype(np.uint8)
    size = (_HEIGHT_PX, round(_HEIGHT_PX * rng.uniform(0.4, 1.3)))
    smooth = np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
    sharpness = rng.uniform(1, 5)
    return np.asarray(np.clip((smooth - 128) * sharpness + 128, 0, 255), dtype=np.uint8)


def _resize(ink: Ink, size_hw: tuple[int, int]) -> Ink:
    smaller = size_hw[0] < ink.shape[0] or size_hw[1] < ink.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, size_hw[::-1], interpolation=method), dtype=np.uint8)
