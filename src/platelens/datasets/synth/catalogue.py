"""Serial numbers as they are handed out in the world, drawn from the files of plate formats."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from platelens.alphabet import normalise
from platelens.errors import FormatError
from platelens.region.formats import (
    ANYWHERE,
    ROW_BREAK,
    Jurisdiction,
    PlateFormat,
    load_formats,
    match_codes,
    parse_pattern,
)


@dataclass(frozen=True, slots=True)
class Serial:
    """A number that a plate could bear, and the kind of plate that bears it."""

    lines: tuple[str, ...]  # one or two, with their gaps: " " and "-"
    code: str  # of the jurisdiction
    place: str  # its name
    format: PlateFormat
    swaps: Mapping[str, str]  # characters that are drawn as another: {"0": "O"}

    @property
    def text(self) -> str:
        """The registration number: A-Z and 0-9, top row first."""
        return normalise("".join(self.lines))

    @property
    def region(self) -> str | None:
        """The jurisdiction; None where the plate could be from anywhere."""
        return None if self.code == ANYWHERE else self.code

    @property
    def drawn(self) -> tuple[str, ...]:
        """The lines as the plate shows them: lookalikes are one drawing."""
        return tuple("".join(self.swaps.get(c, c) for c in line) for line in self.lines)


class Catalogue:
    """The plates that may be drawn, each as often as its share says."""

    def __init__(self, jurisdictions: Iterable[Jurisdiction], two_rows: float = 1.0) -> None:
        """Take the plates of `jurisdictions`, those on two rows `two_rows` times as often.

        Raises:
            FormatError: none has a share above 0.
        """

        def share(jurisdiction: Jurisdiction, plate: PlateFormat) -> float:
            more = two_rows if any(ROW_BREAK in p for p in plate.patterns) else 1.0
            return more * jurisdiction.share * plate.share / _total(jurisdiction)

        kinds = [
            (jurisdiction, plate, share(jurisdiction, plate))
            for jurisdiction in jurisdictions
            for plate in jurisdiction.plates
            if jurisdiction.share * plate.share > 0
        ]
        if not kinds:
            raise FormatError("no plate to draw: no jurisdiction, or none with a share above 0")
        self._kinds = [(jurisdiction, plate) for jurisdiction, plate, _ in kinds]
        self._shares = list(accumulate(share for _, _, share in kinds))
        self._patterns = [
            [parse_pattern(p, plate.letters, plate.digits) for p in plate.patterns]
            for _, plate in self._kinds
        ]

    @classmethod
    def default(cls, codes: Sequence[str] | None = None, two_rows: float = 1.0) -> Catalogue:
        """Take the jurisdictions that ship with platelens, or only those of `codes`.

        Raises:
            FormatError: an unknown code; the message names those that come near.
        """
        known = load_formats()
        chosen = known if codes is None else match_codes(codes, known)
        return cls((known[code] for code in chosen), two_rows)

    @property
    def codes(self) -> set[str]:
        """The codes of the jurisdictions that may be drawn."""
        return {jurisdiction.code for jurisdiction, _ in self._kinds}

    def draw(self, rng: np.random.Generator) -> Serial:
        """Choose a kind of plate and a number for it."""
        shares = self._shares
        kind = min(bisect(shares, rng.random() * shares[-1]), len(shares) - 1)
        jurisdiction, plate = self._kinds[kind]
        patterns = self._patterns[kind]
        pattern = patterns[int(rng.random() * len(patterns))]
        chances = rng.random(len(pattern))
        words = [t[int(u * len(t))] for t, u in zip(pattern, chances, strict=True)]
        rows = "".join(words).split(ROW_BREAK)
        # Which of the two shapes serves both is the font maker's choice.
        swaps: dict[str, str] = {}
        for pair in plate.lookalikes:
            swaps |= dict.fromkeys(pair, pair[int(rng.random() * len(pair))])
        lines = tuple(row.strip(" ") for row in rows if normalise(row))
        return Serial(lines, jurisdiction.code, jurisdiction.name, plate, swaps)


def _total(jurisdiction: Jurisdiction) -> float:
    return sum(plate.share for plate in jurisdiction.plates)
