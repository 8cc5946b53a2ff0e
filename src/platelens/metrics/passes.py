"""Scores of video: which passing vehicles were reported, how often each, and with which text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from platelens.alphabet import text_distance


@dataclass(frozen=True, slots=True)
class PassSpan:
    """A plate and when it was in sight: one that was reported, or a true one."""

    text: str
    first_s: float
    last_s: float
    counts: bool = True  # False = a true one that need not be found, being hardly legible

    def __post_init__(self) -> None:
        """Refuse a pass that ends before it begins."""
        if self.last_s < self.first_s:
            raise ValueError(f"a pass needs first_s <= last_s, got {self}")


@dataclass(frozen=True, slots=True)
class PassMatches:
    """What each reported pass is; indices are those of the sequences given."""

    found: dict[int, int]  # reported -> true; no true one twice
    duplicates: dict[int, int]  # reported -> the true one that another report has already
    false: tuple[int, ...]  # reported ones that are none of these


def match_passes(
    reported: Sequence[PassSpan],
    truths: Sequence[PassSpan],
    *,
    slack_s: float = 1.0,
    most_apart: float = 0.5,
) -> PassMatches:
    """Pair reported passes with true vehicles, greedily by their texts.

    A pair may be made where the times overlap, with up to `slack_s` between them, and where the
    texts are alike: with d = `text_distance` / (length of the longer text), d <= `most_apart`. The
    pair with the least d is made first; of equal ones the one whose times overlap the longest,
    then the first. A report that is left and would fit a vehicle that has one is a duplicate of
    the vehicle that it fits best.

    Args:
        reported: in any order; one with no text fits no vehicle.
        truths: in any order; those that need not be found count here as all others do.
        slack_s: reports may come so much too early or too late.
        most_apart: part of the characters that may be wrong, 0..1.
    """
    pairs = []
    for i, report in enumerate(reported):
        for j, truth in enumerate(truths):
            overlap = min(report.last_s, truth.last_s) - max(report.first_s, truth.first_s)
            apart = _apart(report.text, truth.text)
            if overlap >= -slack_s and apart <= most_apart:
                pairs.append((apart, -overlap, i, j))
    pairs.sort()
    found: dict[int, int] = {}
    duplicates: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in pairs:
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    for _, _, i, j in pairs:
        if i not in found:
            duplicates.setdefault(i, j)
    false = tuple(i for i in range(len(reported)) if i not in found and i not in duplicates)
    return PassMatches(found, duplicates, false)


@dataclass(slots=True)
class PassCounts:
    """Recall, precision, exact texts and duplicates, over many clips.

    With T true vehicles that count, F of them found, E of these with exactly the true text, D
    duplicates of found ones and N false reports, each summed over all clips before anything is
    divided:

    * recall = F / T
    * precision = F / (F + D + N)
    * exact = E / T: a vehicle that was missed was not read
    * exact of found = E / F
    * duplicates per 200 = 200 D / F

    Reports of vehicles that need not be found are left out: neither right nor wrong.
    """

    truths: int = 0
    found: int = 0
    exact_texts: int = 0
    duplicates: int = 0
    false: int = 0

    def update(
        self, reported: Sequence[PassSpan], truths: Sequence[PassSpan], matches: PassMatches
    ) -> None:
        """Add one clip: its passes, and what `match_passes` gave for them."""
        self.truths += sum(truth.counts for truth in truths)
        for i, j in matches.found.items():
            if truths[j].counts:
                self.found += 1
                self.exact_texts += reported[i].text == truths[j].text
        self.duplicates += sum(truths[j].counts for j in matches.duplicates.values())
        self.false += len(matches.false)

    def merge(self, other: PassCounts) -> None:
        """Add the clips of `other`."""
        self.truths += other.truths
        self.found += other.found
        self.exact_texts += other.exact_texts
        self.duplicates += other.duplicates
        self.false += other.false

    def recall(self) -> float:
        """Give the part of the vehicles that was found; ValueError when there was none."""
        return _rate(self.found, self.truths, "recall needs a vehicle")

    def precision(self) -> float:
        """Give the part of the reports that is right; ValueError when there was none."""
        reports = self.found + self.duplicates + self.false
        return _rate(self.found, reports, "precision needs a report")

    def exact(self) -> float:
        """Give the part of the vehicles with the right text; ValueError when there was none."""
        return _rate(self.exact_texts, self.truths, "exact texts need a vehicle")

    def exact_of_found(self) -> float:
        """Give the part of the found ones with the right text; ValueError when there was none."""
        return _rate(self.exact_texts, self.found, "exact texts of found ones need one")

    def duplicates_per_200(self) -> float:
        """Give the duplicates for 200 vehicles that were found; ValueError when there was none."""
        return 200 * _rate(self.duplicates, self.found, "duplicates need a vehicle that was found")


def _apart(a: str, b: str) -> float:
    """Give which part of two texts differs, 0..1; 1 where one is empty."""
    return text_distance(a, b) / max(len(a), len(b)) if a and b else 1.0


def _rate(part: int, whole: int, need: str) -> float:
    if whole == 0:
        raise ValueError(need)
    return part / whole
