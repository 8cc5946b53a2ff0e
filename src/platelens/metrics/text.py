"""Scores of reading: how much of the text is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platelens.alphabet import fold_lookalikes


def edit_distance(a: str, b: str) -> int:
    """Give the Levenshtein distance: the fewest insertions, deletions and substitutions.

    D(i, j) = min(D(i-1, j) + 1, D(i, j-1) + 1, D(i-1, j-1) + [a_i != b_j]), D(i, 0) = i,
    D(0, j) = j (Wagner and Fischer, 1974).
    """
    above = list(range(len(b) + 1))
    for i, char_a in enumerate(a, start=1):
        row = [i]
        for j, char_b in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (char_a != char_b)))
        above = row
    return above[-1]


@dataclass(slots=True)
class ExactMatch:
    """The part of the texts that are right as a whole: (texts read exactly) / (texts).

    With `fold`, both texts go through `fold_lookalikes` before they are compared.
    """

    fold: bool = False
    right: int = 0
    texts: int = 0

    def update(self, read: str, truth: str) -> None:
        """Add one text; a plate that was not found or not read counts as read ""."""
        same = fold_lookalikes(read) == fold_lookalikes(truth) if self.fold else read == truth
        self.right += same
        self.texts += 1

    def merge(self, other: ExactMatch) -> None:
        """Add the texts of `other`; ValueError when only one of the two folds."""
        if self.fold != other.fold:
            raise ValueError("a folded and an unfolded score cannot be added")
        self.right += other.right
        self.texts += other.texts

    def compute(self) -> float:
        """Give the rate, 0..1; ValueError when there was no text."""
        if self.texts == 0:
            raise ValueError("exact match needs a text")
        return self.right / self.texts


@dataclass(slots=True)
class TopAccuracy:
    """The part of the answers whose truth is among the first `first` candidates.

    (answers with the truth among their first N candidates) / (answers). The candidates may be
    texts of a plate or codes of a region; with N = 1 it is the exact match of the best one.
    """

    first: int
    right: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        """Refuse to look at no candidate."""
        if self.first < 1:
            raise ValueError(f"first must be at least 1, got {self.first}")

    def update(self, candidates: Sequence[str], truth: str) -> None:
        """Add one answer: its candidates, best first, () where there was none."""
        self.right += truth in candidates[: self.first]
        self.answers += 1

    def merge(self, other: TopAccuracy) -> None:
        """Add the answers of `other`; ValueError when it looks at more or fewer candidates."""
        if self.first != other.first:
            raise ValueError(f"top {self.first} and top {other.first} cannot be added")
        self.right += other.right
        self.answers += other.answers

    def compute(self) -> float:
        """Give the rate, 0..1; ValueError when there was no answer."""
        if self.answers == 0:
            raise ValueError("top accuracy needs an answer")
        return self.right / self.answers


@dataclass(slots=True)
class CharErrorRate:
    """Character error rate: (sum of edit distances) / (sum of the lengths of the true texts).

    Summed before dividing, so a long text weighs more than a short one. It passes 1 when more
    characters are invented than there are.
    """

    edits: int = 0
    characters: int = 0

    def update(self, read: str, truth: str) -> None:
        """Add one text."""
        self.edits += edit_distance(read, truth)
        self.characters += len(truth)

    def merge(self, other: CharErrorRate) -> None:
        """Add the texts of `other`."""
        self.edits += other.edits
        self.characters += other.characters

    def compute(self) -> float:
        """Give the rate; ValueError when there was no character to read."""
        if self.characters == 0:
            raise ValueError("a character error rate needs a character")
        return self.edits / self.characters
