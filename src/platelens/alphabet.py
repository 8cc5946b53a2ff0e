"""The characters of a plate and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What a registration number is made of, after normalisation."""

BLANK: Final = 0
"""The class number of "no character" (the blank of CTC); character i of an alphabet is i + 1."""

_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1"})

_CONFUSABLES: Final = str.maketrans("OQDIBGSZ", "00018652")
"""The pairs of `region.candidates.CONFUSIONS`, all of one kind written as their digit."""


def normalise(text: str) -> str:
    """Give `text` in upper case without anything that is not A-Z or 0-9."""
    return "".join(c for c in text.upper() if c in CHARACTERS)


def encode(text: str, alphabet: str = CHARACTERS) -> list[int]:
    """Give the class number of every character; ValueError for one outside `alphabet`."""
    return [alphabet.index(c) + 1 for c in text]


def decode(numbers: Sequence[int], alphabet: str = CHARACTERS) -> str:
    """Give the text of class numbers; blanks are left out."""
    return "".join(alphabet[n - 1] for n in numbers if n != BLANK)


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
