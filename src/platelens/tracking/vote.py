"""Many readings of one plate -> one reading.

Every reading names texts and how sure it is of them. They vote place by place, so that a plate is
read rightly even where no single picture shows all of its characters well.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Final

from platelens.types import Candidate, Reading, Sighting

_INDEPENDENT: Final = 4.0
"""Neighbouring pictures err alike: all of them together count as so many that do not."""

_FLOOR: Final = 0.01
"""What a reading leaves to each character that it does not name: it may be wrong however sure."""

_SHOWN: Final = 5
"""Candidates of the reading."""

_VARIED: Final = 3
"""So many places are varied to find other candidates, with their second character."""


@dataclass(frozen=True, slots=True)
class _Ballot:
    """What one sighting says: its texts, none of them empty, and how much it counts."""

    texts: Mapping[str, float]
    weight: float
    rows: int


def vote(sightings: Sequence[Sighting]) -> Reading | None:
    """Give the reading that all sightings of a plate have together; None when none has a text.

    The length with the most votes wins (linear pool, Stone 1961). In each place the characters are
    weighed by the product of what the readings of that length say (logarithmic pool, Genest and
    Zidek 1986).
    """
    # Of a plate that is cut off only a part is read, however surely.
    whole = [sighting for sighting in sightings if sighting.is_whole]
    ballots = [ballot for sighting in whole or sightings if (ballot := _ballot(sighting))]
    if not ballots:
        return None
    lengths: dict[int, float] = defaultdict(float)
    for ballot in ballots:
        for text, odds in ballot.texts.items():
            lengths[len(text)] += ballot.weight * odds
    length = max(lengths, key=lambda n: lengths[n])
    share = min(1.0, lengths[length] / sum(ballot.weight for ballot in ballots))
    for_it, against = (part ** min(len(ballots), _INDEPENDENT) for part in (share, 1 - share))
    places = [_pool(ballots, length, place) for place in range(length)]
    candidates = _candidates(places, for_it / (for_it + against))
    best = candidates[0]
    chars = tuple(place[c] for place, c in zip(places, best.text, strict=True))
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


def _pool(ballots: Sequence[_Ballot], length: int, place: int) -> dict[str, float]:
    """Give the probability (0..1) of each character that was named in a place, best first."""
    said: list[tuple[float, dict[str, float]]] = []
    for ballot in ballots:
        named: dict[str, float] = defaultdict(float)
        for text, odds in ballot.texts.items():
            if len(text) == length:
                named[text[place]] += odds
        total = sum(named.values())
        if total > 0:
            said.append((ballot.weight * total, {c: o / total for c, o in named.items()}))
    independent = min(float(len(said)), _INDEPENDENT)
    scale = independent / sum(weight for weight, _ in said)
    known = {c for _, named in said for c in named}
    logs = {
        c: sum(scale * weight * math.log(max(named.get(c, 0.0), _FLOOR)) for weight, named in said)
        for c in known
    }
    # Where all agree, nobody has named the other characters; each has its floor.
    logs[""] = independent * math.log(_FLOOR)
    top = max(logs.values())
    weights = {c: math.exp(value - top) for c, value in logs.items()}
    total = sum(weights.values())
    ranked = sorted(((c, w / total) for c, w in weights.items() if c), key=lambda item: -item[1])
    return dict(ranked)


def _candidates(places: Sequence[Mapping[str, float]], share: float) -> tuple[Candidate, ...]:
    """Give the likeliest texts, best first; `share` is the probability of their length."""
    sure = [max(place.values()) for place in places]
    varied = sorted(range(len(places)), key=lambda number: sure[number])[:_VARIED]
    choices = [
        list(islice(place, 2 if number in varied else 1)) for number, place in enumerate(places)
    ]
    texts = []
    for characters in product(*choices):
        odds = math.prod(place[c] for place, c in zip(places, characters, strict=True))
        texts.append(Candidate("".join(characters), odds * share))
    return tuple(sorted(texts, key=lambda c: -c.confidence)[:_SHOWN])
