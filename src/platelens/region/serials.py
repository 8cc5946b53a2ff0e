"""How well a registration number fits the serials of each jurisdiction.

The formats are unrolled into one table by shape: "BD51SMR" has the shape LLDDLLL (L = letter,
D = digit), and only serials of that shape are compared with it. Reading all the format files takes
a second, so the table ships ready-made (`serials.json`; `make serials` makes it anew, and a test
tells when it is out of date).
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from platelens.region.formats import (
    DIGITS,
    GAPS,
    LETTERS,
    ROW_BREAK,
    SMALL,
    Jurisdiction,
    PlateFormat,
    Token,
    load_formats,
    parse_pattern,
)

TABLE: Final = Path(__file__).parent / "serials.json"
_SILENT: Final = GAPS + SMALL + ROW_BREAK
_NO_WEIGHT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class _Entry:
    """One serial of a jurisdiction, in one shape."""

    code: str
    weight: float  # density of each text that fits; see `SerialTable.densities`
    words: tuple[tuple[slice, frozenset[str]], ...]  # what may stand where, if not all of the shape
    alike: tuple[str, ...]  # pairs of characters that are one drawing there

    def fits(self, text: str) -> bool:
        """Tell whether a text of the entry's shape is such a serial."""
        return all(text[place] in words for place, words in self.words)


class SerialTable:
    """The serials of many jurisdictions, by shape."""

    def __init__(
        self,
        names: Mapping[str, str],
        shares: Mapping[str, float],
        shapes: Mapping[str, list[Any]],
    ) -> None:
        """Take what `content` gives; use `of` or `shipped_serials`."""
        self.names = MappingProxyType(dict(names))
        self.shares = MappingProxyType(dict(shares))
        self._shapes = shapes
        self._unpacked: dict[str, list[_Entry]] = {}

    @classmethod
    def of(cls, jurisdictions: Iterable[Jurisdiction]) -> SerialTable:
        """Unroll the formats of `jurisdictions`."""
        names, shares = {}, {}
        shapes: dict[str, dict[tuple[str, str, str], float]]
        shapes = defaultdict(lambda: defaultdict(float))
        for each in jurisdictions:
            names[each.code], shares[each.code] = each.name, each.share
            total = sum(plate.share for plate in each.plates) or 1.0
            for plate in each.plates:
                alike = ",".join(sorted(plate.lookalikes, reverse=True))
                for shape, words, weight in _unroll(plate):
                    shapes[shape][each.code, words, alike] += weight * plate.share / total
        packed = {
            shape: [
                [code, float(f"{weight:.3g}"), words, *filter(None, [alike])]
                for (code, words, alike), weight in sorted(entries.items())
                if weight > _NO_WEIGHT
            ]
            for shape, entries in sorted(shapes.items())
        }
        return cls(names, shares, packed)

    @property
    def content(self) -> dict[str, Any]:
        """What `json` can write, and the constructor takes."""
        return {
            "names": dict(self.names),
            "shares": dict(self.shares),
            "shapes": self._shapes,
        }

    def densities(self, text: str) -> dict[str, float]:
        """Give how well `text` fits each jurisdiction that has serials of its form.

        The value is P(text | jurisdiction) divided by the probability of its characters if each
        letter were one of 26 and each digit one of 10. So texts of different lengths can be
        compared: it is 1 times the share of the serials with this very shape where these are
        otherwise free, more where only few letters or words may stand.
        """
        found: dict[str, float] = defaultdict(float)
        for entry in self._entries(shape_of(text)):
            if entry.fits(text):
                found[entry.code] += entry.weight
        return dict(found)

    def alike(self, text: str, pairs: tuple[str, ...]) -> dict[str, float]:
        """Give the part of `densities` from plates on which `pairs`, no more, are one drawing."""
        found: dict[str, float] = defaultdict(float)
        for entry in self._entries(shape_of(text)):
            if entry.alike == pairs and entry.fits(text):
                found[entry.code] += entry.weight
        return dict(found)

    def _entries(self, shape: str) -> list[_Entry]:
        if shape not in self._unpacked:
            self._unpacked[shape] = [
                _Entry(code, weight, tuple(_words(packed)),
                       tuple(alike[0].split(",")) if alike else ())
                for code, weight, packed, *alike in self._shapes.get(shape, ())
            ]  # fmt: skip
        return self._unpacked[shape]


@cache
def shipped_serials() -> SerialTable:
    """Give the table of all jurisdictions that ship with platelens."""
    return SerialTable(**json.loads(TABLE.read_text(encoding="utf-8")))


def shape_of(text: str) -> str:
    """Give "LLDD" for "AB12"."""
    return "".join("D" if c in DIGITS else "L" for c in text)


def _unroll(plate: PlateFormat) -> Iterator[tuple[str, str, float]]:
    """Give shape, packed words and density of every serial of a kind of plate."""
    for pattern in plate.patterns:
        tokens = [t for t in parse_pattern(pattern, plate.letters, plate.digits)
                  if t[0] not in _SILENT]  # fmt: skip
        for parts in product(*map(_by_shape, tokens)):
            shape = "".join(shape for shape, _, _ in parts)
            packed = "|".join(_pack(words) for _, words, _ in parts)
            odds = math.prod(_free(shape) / many for shape, _, many in parts)
            yield shape, packed, odds / len(plate.patterns)


def _by_shape(token: Token) -> list[tuple[str, Token, int]]:
    """Split the words of one place: shape, words of that shape, number of all words."""
    shapes: dict[str, list[str]] = defaultdict(list)
    for word in token:
        shapes[shape_of(word)].append(word)
    return [(shape, tuple(words), len(token)) for shape, words in shapes.items()]


def _free(shape: str) -> float:
    """Give how many texts of a shape there are."""
    return math.prod(len(DIGITS) if sign == "D" else len(LETTERS) for sign in shape)


def _pack(words: Token) -> str:
    """Write words of one length: "@", "#", "ABC" for single characters, "AB,CD," for longer."""
    if len(words[0]) > 1:
        return "".join(f"{word}," for word in sorted(words))
    joined = "".join(sorted(words))
    return {LETTERS: "@", DIGITS: "#"}.get(joined, joined)


def _words(packed: str) -> Iterator[tuple[slice, frozenset[str]]]:
    """Give the places where less may stand than any letter or any digit."""
    at = 0
    for token in packed.split("|"):
        words = frozenset(filter(None, token.split(",")) if "," in token else token)
        place = slice(at, at + len(next(iter(words))))
        at = place.stop
        if token not in ("@", "#"):  # the shape says it already
            yield place, words


def write_table() -> None:
    """Make the shipped table anew from the files of formats."""
    content = SerialTable.of(load_formats().values()).content
    TABLE.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
