"""Training pictures for a character classifier, drawn without end from real and drawn characters.

Each is prepared as in use, by `recognition.characters.fit_character`. None is ever mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth import FontSet
from platelens.errors import RecipeError
from platelens.recognition.characters import fit_character
from platelens.training.characters.drawn import CharacterPen, draw_nothing
from platelens.training.characters.labels import NOTHING
from platelens.training.characters.pools import Ink, Pool, relabel

_SIDES_PX: Final = (12, 44)
"""Height of characters as they are photographed, from far and from near."""

_TURN: Final = 6.0  # degrees, standard deviation 1/2 of it
_SLANT: Final = 0.12  # part of the height, likewise


@dataclass(frozen=True, slots=True)
class CharacterShares:
    """How often each source is drawn."""

    pools: Sequence[float]  # real characters, one for each pool
    synthetic: float  # drawn characters
    nothing: float  # pictures of no character


class CharacterSource:
    """Draws characters; character `i` of a seed is the same on any number of workers.

    All labels are equally frequent, but NOTHING, whose share is its own. A label is drawn from the
    pools that have it.

    Args:
        pools: real characters.
        fonts: for the characters that are drawn.
        shares: how often each source is drawn.
        labels: of the classes, in their order.
        size_hw: of the pictures.

    Raises:
        RecipeError: no source with a share has some of the labels; the message names them.
    """

    def __init__(
        self, pools: Sequence[Pool], fonts: FontSet, shares: CharacterShares, labels: str,
        size_hw: tuple[int, int],
    ) -> None:  # fmt: skip
        self._pools = [relabel(pool, labels) for pool in pools]
        self._pen = CharacterPen(fonts)
        self._labels = labels
        self._characters = labels.replace(NOTHING, "")
        self._size_hw = size_hw
        self._nothing = 0.0
        if NOTHING in labels:
            self._nothing = shares.nothing / (sum(shares.pools) + shares.synthetic + shares.nothing)
        self._weights = {c: self._weigh(c, shares) for c in self._characters}
        missing = [c for c, sums in self._weights.items() if not sums.any()]
        if NOTHING in labels and not shares.nothing:
            missing.append(NOTHING)
        if missing:
            raise RecipeError(f"no picture of {', '.join(missing)} is in the data of the recipe")

    def draw(self, seed: int, index: int) -> tuple[Ink, int]:
        """Give picture `index`: (H, W) uint8, ink light on dark, and the number of its label."""
        rng = np.random.default_rng((seed, index))
        if rng.random() < self._nothing:
            label, ink = NOTHING, draw_nothing(rng, self._pen, self._choose)
        else:
            label = self._characters[int(rng.integers(len(self._characters)))]
            ink = self._choose(rng, label)
        fitted = fit_character(_photograph(rng, ink), self._size_hw)
        return _misplace(rng, fitted), self._labels.index(label)

    def _weigh(self, character: str, shares: CharacterShares) -> NDArray[np.float64]:
        """Give the running sums of the shares of the sources that have a character."""
        real = [
            share * bool(pool.get(character))
            for pool, share in zip(self._pools, shares.pools, strict=True)
        ]
        return np.cumsum([*real, shares.synthetic], dtype=np.float64)

    def _choose(self, rng: np.random.Generator, character: str) -> Ink:
        sums = self._weights[character]
        number = int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
        if number == len(self._pools):
            return self._pen.draw(rng, character)
        pictures = self._pools[number][character]
        return pictures[int(rng.integers(len(pictures)))]


def _photograph(rng: np.random.Generator, ink: Ink) -> Ink:
    """Show a character as from some distance and not quite straight; thicker, slimmer, noisy."""
    height = float(np.exp(rng.uniform(*np.log(_SIDES_PX))))
    small = _turned(rng, ink, height)
    if rng.random() < 0.3:
        kernel = np.ones((2, 2) if height < 28 else (3, 3), np.uint8)
        # Strokes of small characters would be gone.
        slimmer = height > 20 and rng.random() < 0.5
        small = np.asarray((cv2.erode if slimmer else cv2.dilate)(small, kernel), np.uint8)
    if rng.random() < 0.5:
        sigma = rng.uniform(0.3, 0.3 + 0.04 * height)
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), sigma), np.uint8)
    shades = small.astype(np.float32)
    if rng.random() < 0.3:  # a ground that is not even
        start, end = rng.uniform(0, 110, 2)
        across = np.linspace(start, end, shades.shape[1], dtype=np.float32)
        shades = np.maximum(shades, across)
    shades += rng.normal(0, rng.uniform(0, 14), shades.shape).astype(np.float32)
    # As those that are cut out of a plate: from black to white.
    low, high = shades.min(), shades.max()
    return np.asarray((shades - low) * (255 / max(1.0, high - low)), dtype=np.uint8)


def _turned(rng: np.random.Generator, ink: Ink, height: float) -> Ink:
    """Scale to a height in pixels, turn and slant a little."""
    scale = height / ink.shape[0]
    width = min(ink.shape[1] * scale, 4 * height) * float(np.exp(rng.normal(0, 0.08)))
    size = (max(3, round(width)), max(3, round(height)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(ink, size, interpolation=method)
    turn = np.radians(np.clip(rng.normal(0, _TURN / 2), -_TURN, _TURN))
    slant = np.clip(rng.normal(0, _SLANT / 2), -_SLANT, _SLANT)
    linear = np.array([[np.cos(turn), slant - np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    border = 2 + round(0.2 * max(size))
    canvas = (size[0] + 2 * border, size[1] + 2 * border)
    shift = np.array(canvas) / 2 - linear @ (np.array(size) / 2)
    return np.asarray(cv2.warpAffine(small, np.column_stack([linear, shift]), canvas), np.uint8)


def _misplace(rng: np.random.Generator, picture: Ink) -> Ink:
    """Shift and scale a little, as where a speck beside the character was cut out with it."""
    if rng.random() < 0.4:
        return picture
    height, width = picture.shape
    scale = rng.uniform(0.85, 1.06)
    shift = rng.normal(0, 0.025, 2) * (width, height) + (1 - scale) * np.array([width, height]) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height)), np.uint8)
