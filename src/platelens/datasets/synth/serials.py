"""Serial numbers as they are handed out in the world. L = letter, N = digit, the rest stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Style:
    """How the plates of a group of places look."""

    patterns: tuple[str, ...]  # "|" starts the second row; " " and "-" are gaps
    aspects: tuple[float, float] = (3.8, 5.0)  # width over height, from - to
    grounds: tuple[str, ...] = ("white",)
    inks: tuple[str, ...] = ("black",)
    band: float = 0.0  # probability of a coloured band with a country mark at the left
    captions: float = 0.0  # probability of small words above or below the serial
    share: float = 1.0  # how often it is drawn
    script: float = 0.0  # probability of one sign in another script before the serial
    lookalikes: float = 0.35  # probability that 0 and O (or 1 and I) are one drawing


# fmt: off
STYLES: Final[tuple[Style, ...]] = (
    # United Kingdom: current, prefix, suffix, dateless and Northern Ireland forms.
    Style(
        ("LLNN LLL", "LLNN LLL", "LLNN LLL", "LNNN LLL", "LLL NNNL", "LLL NNNN", "LN LLL",
         "LLNN|LLL", "LLNN|LLL", "LNNN|LLL", "NNN LLL", "LLL NN", "LL NNNN", "N LLL", "LLL N"),
        (4.2, 5.0), ("white", "yellow", "yellow", "black"), ("black",), 0.3, 0.35, 4.0,
    ),
    # The European Union and its neighbours.
    Style(
        ("L LL NNNN", "LL LL NNN", "LL L NN", "LLL L NNN", "LL-NNN-LL", "LL NNNLL", "NNNN LLL",
         "NN-LLL-N", "L-NNN-LL", "LL NNNNN", "LLL NNLL", "LL NN LLL", "L NNN LLL", "NLN NNNN",
         "LL-NN-LL", "N-LLL-NNN", "LL NNN LL", "LLL-NNN", "LLL NNN", "NNN LLL", "LL NNNNN",
         "LLL-NNNN", "NN-L-NNNNN", "NNN-L-NNNN", "LL NNNN LL", "L NNNN LL"),
        (4.3, 5.2), ("white", "white", "white", "yellow"), ("black", "black", "blue", "red"),
        0.75, 0.05, 3.5,
    ),
    Style(("LL|NNNN", "LL LL|NNN", "LL|NNN LL", "NNNN|LLL", "LL|NNNNN", "LLL|NNN"), (1.2, 2.0),
          ("white", "yellow"), ("black", "red"), 0.4, 0.05, 1.2),
    # Pakistan, one and two rows, often with the province or the year in small letters.
    Style(
        ("LLL-NNN", "LLL NNN", "LL-NNNN", "LLL-NNNN", "LL NNN", "LLL NN", "LE NN NNNN", "L NNNN",
         "LLL|NNN", "LLL|NNNN", "LL|NNNN", "LE|NNNN", "NN-NNNN", "LLL NN NNN"),
        (1.9, 3.6), ("white", "yellow", "black", "green"), ("black",), 0.1, 0.55, 4.0,
    ),
    # India, Nepal, Bangladesh, Sri Lanka.
    Style(
        ("LL NN L NNNN", "LL NN LL NNNN", "LL-NN-LL-NNNN", "LLNNLLNNNN", "LL NN NNNN",
         "LL NN|LL NNNN", "LL NN L|NNNN", "LL NN|L NNNN", "LL NN LL|NNNN", "LL LLL NNNN",
         "NN LL NNNNL", "LLL NNNN"),
        (3.0, 5.4), ("white", "white", "yellow", "black", "green"), ("black",), 0.3, 0.1, 3.0,
    ),
    # Hong Kong, Macau, Singapore, Malaysia, Philippines, Indonesia, Thailand (Latin part).
    Style(
        ("LL NNNN", "LLNNN", "LL NNN", "LL NN", "LL|NNNN", "LLL NNNN L", "LLL NNNN", "LL NNNN L",
         "LLL|NNNN", "L NNNN LL", "LLL NNN"),
        (2.4, 4.6), ("white", "yellow", "black"), ("black",), 0.0, 0.15, 2.0, 0.1,
    ),
    # Gulf states, Iran, Egypt: much of the plate in another script.
    Style(
        ("L NNNNN", "NNNNN", "NNNNNN", "L|NNNNN", "NN NNNNN", "LLL NNNN", "NNNN LLL", "N NNNNN",
         "NNNN", "L NNNN"),
        (1.9, 4.8), ("white", "yellow"), ("black", "red"), 0.2, 0.5, 1.5, 0.4,
    ),
    # China.
    Style(("L NNNNN", "L NLNNN", "L LNNNN", "L NNNNL", "L LLNNN", "L NNNNNN"), (2.9, 3.6),
          ("blue", "green", "yellow", "black", "white"), ("white",), 0.0, 0.0, 1.5, 1.0),
    # United States, Canada, Mexico: words and pictures around the number.
    Style(
        ("LLL NNNN", "LLL NNN", "NLLL NNN", "NNN LLL", "LLL-NNNN", "NNLLLN", "LL NNNNN",
         "NNNN LL", "L NNNNN", "LLLL NNN", "NNN NNN", "NN NNNN", "LL-NN-NNN", "LLL NNL", "LLN NLL",
         "NNNNNNN", "NLN NLN", "LLLLLL", "LLLLL", "LLLLLLL"),
        (1.85, 2.2), ("white", "yellow", "blue", "green", "pale", "picture", "picture", "black"),
        ("black", "blue", "red", "green"), 0.0, 0.95, 3.0,
    ),
    # South America, Africa, Australia, New Zealand, Russia, Ukraine, Turkey.
    Style(
        ("LLL NNNN", "LLLNLNN", "LL NNN LL", "LLL-NNN", "LLL NN LL", "LLL NNNL", "NNN LLL",
         "LLL NNN LL", "LL NN LL LL", "LLL NNN L", "LL NNN LLL", "NN LL NNN", "NN LLL NN",
         "NN L NNNNN", "L NNN LL NN", "L NNN LL NNN", "LL NNNN LL", "LLL|NNNN", "LLL|NLNN",
         "NNN LL NN"),
        (2.2, 4.8), ("white", "white", "yellow", "red", "blue", "black", "pale"),
        ("black", "black", "blue", "green"), 0.25, 0.4, 2.5,
    ),
    # Japan and others with a small upper row: the Latin part only.
    Style(("NNN|NN-NN", "NN|NN-NN", "NNN|NNN", "NNN|NN-NN", "NNL|NN-NN"), (1.7, 2.1),
          ("white", "yellow", "white"), ("green", "black"), 0.0, 0.0, 1.0, 0.9),
    # Anything: rare, personal and future forms. Only the drawing tells 0 from O here.
    Style(("?",), (1.6, 5.2), ("white", "yellow", "black", "blue", "red", "green", "pale"),
          ("black", "white", "blue", "red", "green"), 0.15, 0.3, 4.0, 0.05, 0.0),
)
# fmt: on
_SHARES: Final = np.array([s.share for s in STYLES]) / sum(s.share for s in STYLES)


def draw_style(rng: np.random.Generator) -> Style:
    """Choose how a plate looks."""
    return STYLES[int(rng.choice(len(STYLES), p=_SHARES))]


def draw_serial(rng: np.random.Generator, style: Style) -> str:
    """Draw a serial of `style` with its gaps (" ", "-") and its row break ("|")."""
    pattern = style.patterns[int(rng.integers(len(style.patterns)))]
    if pattern == "?":
        pattern = _free_pattern(rng)
    return "".join(_fill(rng, p) for p in pattern)


def _fill(rng: np.random.Generator, place: str) -> str:
    if place == "L":
        return _LETTERS[int(rng.integers(26))]
    if place == "N":
        return str(int(rng.integers(10)))
    return place


def _free_pattern(rng: np.random.Generator) -> str:
    length = int(
        rng.choice(
            [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            p=[0.03, 0.05, 0.09, 0.14, 0.2, 0.23, 0.1, 0.07, 0.05, 0.02, 0.02],
        )
    )
    places = ["L" if rng.random() < 0.5 else "N" for _ in range(length)]
    if length > 3 and rng.random() < 0.35:
        places.insert(int(rng.integers(1, length)), "|")
    elif length > 2 and rng.random() < 0.7:
        places.insert(int(rng.integers(1, length)), "-" if rng.random() < 0.3 else " ")
    return "".join(places)
