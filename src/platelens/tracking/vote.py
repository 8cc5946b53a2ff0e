"""Many readings of one plate -> one reading.

Every reading names texts and how sure it is of them. Neighbouring pictures err alike: what all of
them doubt is as doubtful in the end, and is left to what knows the serials.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from platelens.types import Candidate, Reading, Sighting

_SHOWN: Final = 5
"""Candidates of the reading."""


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What one sighting says: its texts, none of them empty, and how much it counts."""

    texts: Mapping[str, float]
    weight: float
    rows: int


def vote(sightings: Sequence[Sighting]) -> Reading | None:
    """Give the reading that all sightings of a plate have together; None when none has a text.

    A text is as probable as it is on the weighed average over the sightings (linear pool, Stone
    1961), as with the views of one picture. A character is as probable as all texts of that length
    that have it in its place.
    """
    # Of a plate that is cut off only a part is read, however surely.
    whole = [sighting for sighting in sightings if sighting.is_whole]
    ballots = [ballot for sighting in whole or sightings if (ballot := _ballot(sighting))]
    if not ballots:
        return None
    total = sum(ballot.weight for ballot in ballots)
    pooled: dict[str, float] = defaultdict(float)
    for ballot in ballots:
        for text, odds in ballot.texts.items():
            pooled[text] += ballot.weight / total * odds
    ranked = sorted(pooled.items(), key=lambda item: -item[1])
    candidates = tuple(Candidate(text, min(1.0, odds)) for text, odds in ranked[:_SHOWN])
    best = candidates[0]
    chars = tuple(_odds_of(char, place, pooled, best) for place, char in enumerate(best.text))
    rows = max(ballots, key=lambda ballot: ballot.weight).rows
    return Reading(best.text, best.confidence, chars, candidates, rows)


def _ballot(sighting: Sighting) -> _Ballot | None:
    reading = sighting.plate.reading
    if reading is None:
        return None
    thought = reading.candidates or (Candidate(reading.text, reading.confidence),)
    texts = {c.text: c.confidence for c in thought if c.text and c.confidence > 0}
    # A plate that can hardly be read in a picture counts little, however large it is there.
    return _Ballot(texts, sighting.weight * sum(texts.values()), reading.rows) if texts else None


def _odds_of(char: str, place: int, pooled: Mapping[str, float], best: Candidate) -> float:
    """Give how probable `char` is in its place, among texts as long as the best one."""
    length = len(best.text)
    same = (odds for text, odds in pooled.items() if len(text) == length and text[place] == char)
    return min(1.0, sum(same))
