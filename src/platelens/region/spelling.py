"""Texts that are one drawing: where O is drawn as 0, only the serial tells which of them it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Final

from platelens.region.serials import SerialTable
from platelens.region.weighing import Weights

PAIRS: Final = ("O0", "I1")
"""Characters that some countries draw alike; a serial table knows on which plates."""

_SPELT: Final = 2
"""The spellings of so many of the possible texts are added."""

_MOST: Final = 6
"""A text with more places that can be spelt in two ways is left as it is: 64 spellings."""

_STRAY: Final = 2e-3
"""How probable a plate of any text is that no serial knows, relative to those that fit."""


def share_spellings(texts: Weights, serials: SerialTable, regions: Weights) -> dict[str, float]:
    """Give the possible texts with the odds that belong to a drawing shared among its spellings.

    Of "OOY136L" a reader can see that there are two rings; whether they are letters it can only
    guess where both are drawn alike. As far as a text is probably of such a plate, it has the odds
    of all the spellings of its drawing; what these have together stays the same.

    Args:
        texts: their odds as they were read, the first one first.
        serials: tell on which plates a pair is one drawing.
        regions: how probable each region is otherwise.

    Returns:
        `texts` in their order, then spellings that nobody thought of and that are of such a plate.
    """
    odds = dict(texts)
    for text in list(texts)[:_SPELT]:
        for spelling in _spellings(text):
            if spelling not in odds and any(serials.alike(spelling, pair) for pair in PAIRS):
                odds[spelling] = 0.0
    for pair in PAIRS:
        odds = _share(odds, pair, serials, regions)
    return odds


def _share(odds: Weights, pair: str, serials: SerialTable, regions: Weights) -> dict[str, float]:
    drawings: dict[str, list[str]] = defaultdict(list)
    for text in odds:
        drawings[text.replace(*pair)].append(text)
    shared = dict(odds)
    for spellings in drawings.values():
        together = sum(odds[text] for text in spellings)
        if len(spellings) == 1 or not together:
            continue
        wished = {}
        for text in spellings:
            sure = _alike_share(text, pair, serials, regions)
            wished[text] = odds[text] + sure * (together - odds[text])
        for text in spellings:
            shared[text] = together * wished[text] / sum(wished.values())
    return shared


def _alike_share(text: str, pair: str, serials: SerialTable, regions: Weights) -> float:
    """Give how probable it is that `text` is of a plate on which `pair` is one drawing."""
    alike = serials.alike(text, pair)
    if not alike:
        return 0.0
    known = sum(regions.get(c, 0.0) * fit for c, fit in serials.densities(text).items())
    return sum(regions.get(c, 0.0) * fit for c, fit in alike.items()) / (known + _STRAY)


def _spellings(text: str) -> Iterator[str]:
    """Give every text that is the same drawing where all `PAIRS` are one."""
    ways = [next((pair for pair in PAIRS if sign in pair), sign) for sign in text]
    if sum(len(way) > 1 for way in ways) <= _MOST:
        yield from map("".join, product(*ways))
