"""Texts that are one drawing: where O is drawn as 0, only the serial tells which of them it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from platelens.region.serials import SerialTable
from platelens.region.weighing import Weights

_PAIRS: Final[tuple[str, ...]] = ("O0", "I1")
"""Characters that some countries draw alike; a serial table knows on which plates."""

_ALIKE: Final[tuple[tuple[str, ...], ...]] = (("O0",), ("I1",), _PAIRS)
"""What may be alike on one plate."""

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
            if spelling not in odds and any(serials.alike(spelling, pairs) for pairs in _ALIKE):
                odds[spelling] = 0.0
    alike = {text: _alike_shares(text, serials, regions) for text in odds}
    if not any(alike.values()):
        return odds
    together = {pairs: _add_up(odds, pairs) for pairs in _ALIKE}
    wished = {
        text: own + sum(share * (together[pairs][_drawing(text, pairs)] - own)
                        for pairs, share in alike[text].items())
        for text, own in odds.items()
    }  # fmt: skip
    before, after = together[_PAIRS], _add_up(wished, _PAIRS)
    for text in odds:
        drawing = _drawing(text, _PAIRS)
        if after[drawing]:
            odds[text] = wished[text] * before[drawing] / after[drawing]
    return odds


def _alike_shares(
    text: str, serials: SerialTable, regions: Weights
) -> dict[tuple[str, ...], float]:
    """Give how probable `text` is of a plate that draws these pairs alike, for each of `_ALIKE`."""
    found = {pairs: serials.alike(text, pairs) for pairs in _ALIKE}
    if not any(found.values()):
        return {}
    known = _STRAY + _weigh(serials.densities(text), regions)
    return {pairs: _weigh(fits, regions) / known for pairs, fits in found.items() if fits}


def _weigh(fits: Weights, regions: Weights) -> float:
    return sum(regions.get(code, 0.0) * fit for code, fit in fits.items())


def _add_up(odds: Weights, pairs: tuple[str, ...]) -> Mapping[str, float]:
    """Give the odds of each drawing."""
    found: dict[str, float] = defaultdict(float)
    for text, own in odds.items():
        found[_drawing(text, pairs)] += own
    return found


def _drawing(text: str, pairs: tuple[str, ...]) -> str:
    for pair in pairs:
        text = text.replace(*pair)
    return text


def _spellings(text: str) -> Iterator[str]:
    """Give every text that is the same drawing where all `_PAIRS` are one."""
    ways = [next((pair for pair in _PAIRS if sign in pair), sign) for sign in text]
    if sum(len(way) > 1 for way in ways) <= _MOST:
        yield from map("".join, product(*ways))
