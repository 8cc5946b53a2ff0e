"""Part of a plate, and how far one text is from another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from platelens.alphabet import CHARACTERS, fold_confusables
from platelens.errors import QueryError
from platelens.store.plates import MAX_TEXT

REAL_EDIT: Final = 100
"""What a missing, wrong or surplus character costs; one that readers mix up costs 1."""

_WILD: Final = "?*"
_RUN: Final = re.compile(r"[^?*]+")


@dataclass(frozen=True, slots=True)
class PlatePattern:
    """A text with `?` for one character and `*` for any number."""

    text: str  # A-Z, 0-9, ? and *

    @property
    def is_whole(self) -> bool:
        """Whether it has no wildcards."""
        return not any(wild in self.text for wild in _WILD)

    @property
    def is_any(self) -> bool:
        """Whether it matches every text."""
        return self.text == "*"

    @property
    def like(self) -> str:
        """The same for SQL's LIKE."""
        return self.text.replace("?", "_").replace("*", "%")

    @property
    def folded(self) -> PlatePattern:
        """The same with characters that readers mix up taken as one."""
        return PlatePattern(fold_confusables(self.text))

    @property
    def longest_run(self) -> tuple[str, int]:
        """The longest part without wildcards, the first of several, and where it begins."""
        runs = [(found.group(), found.start()) for found in _RUN.finditer(self.text)]
        return max(runs, key=lambda run: len(run[0]), default=("", 0))

    def from_place(self, place: int) -> PlatePattern:
        """Give what is left from a place on."""
        return PlatePattern(self.text[place:])

    def compiled(self) -> re.Pattern[str]:
        """Give a regular expression for whole texts; it never goes back over a part it found."""
        first, *parts = self.text.replace("?", ".").split("*")
        if not parts:
            return re.compile(first)
        *middle, last = parts
        return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + f".*{last}")


def parse_pattern(typed: str) -> PlatePattern:
    """Read what a person typed; what no plate has is left out.

    Raises:
        QueryError: nothing is left, or more characters than a plate has.
    """
    if len(typed) > 10 * MAX_TEXT:
        raise QueryError(f"plate: at most {MAX_TEXT} characters can be searched")
    kept = "".join(c for c in typed.upper() if c in CHARACTERS or c in _WILD)
    # "*?*" is "?*": with every wildcard in one form, no pattern makes a search go back and forth.
    text = re.sub(r"[?*]*\*[?*]*", lambda wild: "?" * wild.group().count("?") + "*", kept)
    if not text:
        raise QueryError("plate: a search needs letters, digits, ? or *")
    if len(text.replace("*", "")) > MAX_TEXT:
        raise QueryError(f"plate: at most {MAX_TEXT} characters can be searched")
    return PlatePattern(text)


def edit_cost(a: str, b: str) -> int:
    """Give the least cost to make `a` of `b`: REAL_EDIT each, 1 where readers mix them up."""
    row = [place * REAL_EDIT for place in range(len(b) + 1)]
    for i, x in enumerate(a):
        diagonal, row[0] = row[0], (i + 1) * REAL_EDIT
        for j, y in enumerate(b):
            changed = diagonal + _cost(x, y)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, diagonal + REAL_EDIT, row[j] + REAL_EDIT)
    return row[-1]


def is_near(a: str, b: str, edits: int) -> bool:
    """Whether at most so many real edits make folded `a` of folded `b`."""
    if abs(len(a) - len(b)) > edits:
        return False
    least = min(len(a), len(b))
    start = next((i for i in range(least) if a[i] != b[i]), least)
    end = next((i for i in range(least - start) if a[-1 - i] != b[-1 - i]), least - start)
    rest_a, rest_b = a[start : len(a) - end], b[start : len(b) - end]
    if max(len(rest_a), len(rest_b)) <= edits:
        return True
    # Every character that only one of them has takes an edit: most pairs end here.
    if max(len(set(rest_a) - set(rest_b)), len(set(rest_b) - set(rest_a))) > edits:
        return False
    return edits > 1 and edit_cost(rest_a, rest_b) < (edits + 1) * REAL_EDIT


@cache
def _cost(x: str, y: str) -> int:
    if x == y:
        return 0
    return 1 if fold_confusables(x) == fold_confusables(y) else REAL_EDIT
