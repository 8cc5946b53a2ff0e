"""The characters of a plate and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a registration number is made of, after normalisation."""

BLANK: Final = 0
"""The class number of "no character" (the blank of CTC); character i of an alphabet is i + 1."""

_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1"})

CONFUSIONS: Final = {
    "O0": 0.08, "I1": 0.08, "Q0": 0.04, "B8": 0.02, "G6": 0.02, "S5": 0.01, "Z2": 0.01, "D0": 0.01,
}  # fmt: skip
"""How often one of a pair is read where the other stands, and neither is among the candidates.

Counted on plates kept out of training (134 of scenes, 267 US and 254 CCPD crops): of 19 O three
were read as 0, of 17 Q three, of 22 I one or two, of 57 G two, of 55 B two. The counts are small;
the costs are half of them, since most confusions are among the candidates already.
"""

_CONFUSED: Final = frozenset(frozenset(pair) for pair in CONFUSIONS)
_CONFUSION_COST: Final = 0.3

_CONFUSABLES: Final = str.maketrans({pair[0]: pair[1] for pair in CONFUSIONS})
"""All of one kind are written as their digit."""


def normalise(text: str) -> str:
    """Give `text` in upper case without anything that is not A-Z or 0-9."""
    return "".join(c for c in text.upper() if c in CHARACTERS)


def encode(text: str, alphabet: str = CHARACTERS) -> list[int]:
    """Give the class number of every character; ValueError for one outside `alphabet`."""
    return [alphabet.index(c) + 1 for c in text]


def decode(numbers: Sequence[int], alphabet: str = CHARACTERS) -> str:
    """Give the text of class numbers; blanks are left out."""
    return "".join(alphabet[n - 1] for n in numbers if n != BLANK)


def text_distance(a: str, b: str) -> float:
    """Give how many characters two texts differ by (Levenshtein 1966).

    A pair of `CONFUSIONS` counts 0.3: two readings of one plate may well differ there.
    """
    row = [float(i) for i in range(len(b) + 1)]
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], float(i)
        for j, y in enumerate(b, start=1):
            cost = 0.0 if x == y else _CONFUSION_COST if {x, y} in _CONFUSED else 1.0
            before, row[j] = row[j], min(before + cost, row[j] + 1, row[j - 1] + 1)
    return row[-1]


def fold_lookalikes(text: str) -> str:
    """Give `text` with O written as 0 and I as 1.

    Many countries use one glyph for both, so that only the pattern of the serial tells them apart.
    """
    return text.translate(_LOOKALIKES)


def fold_confusables(text: str) -> str:
    """Give `text` with every letter that readers take for a digit written as that digit.

    Coarser than `fold_lookalikes`: Q and D are 0, too, and B is 8, G is 6, S is 5, Z is 2.
    """
    return text.translate(_CONFUSABLES)
