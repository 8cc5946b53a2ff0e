"""Where a plate is from, and which of its possible texts fits there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from platelens.region.candidates import possible_texts
from platelens.region.formats import ANYWHERE, COUNTRIES, codes_under, match_codes
from platelens.region.look import LookClassifier
from platelens.region.serials import SerialTable
from platelens.region.spelling import share_spellings
from platelens.region.weighing import (
    USUAL_TRUST,
    Fits,
    Trust,
    Weights,
    weigh_regions,
    weigh_texts,
)
from platelens.types import Candidate, Match, Reading, Region, RegionCandidate, RgbImage

_LOOKED_AT: Final = 0.01
"""From this probability of the regions that can be told by their look, a plate is looked at."""

_NAMED_FROM: Final = 0.3
_NAMED_TO: Final = 0.95
"""Words are read where the regions that can be told are so probable together, and none of them more
probable than this alone."""

_GIVEN: Final = 0.5
"""A region less probable than this is not given."""

_EXPECTED: Final = 0.8
"""How probable the expected regions are together, before a plate is seen."""

_KEPT: Final = 5
"""Candidates of a region."""


class PlateMatcher:
    """Weighs look, serial and reading of plates. Safe to share between threads.

    Args:
        serials: the serials of all jurisdictions.
        look: tells some regions by their look; None = by serials alone.
        words: tells the same regions by the words on plates whose look leaves doubts; None =
            nobody does.
        regions: codes of the only regions that count ("us" means all of "us-..."); () = all.
        trust: how much each kind of evidence counts.

    Raises:
        FormatError: an unknown code; the message names those that come near.
    """

    def __init__(
        self,
        serials: SerialTable,
        look: LookClassifier | None = None,
        words: LookClassifier | None = None,
        *,
        regions: Sequence[str] = (),
        trust: Trust = USUAL_TRUST,
    ) -> None:
        self._serials = serials
        self._look = look
        self._words = words
        self._trust = trust
        chosen = {*match_codes(regions, serials.shares), ANYWHERE} if regions else serials.shares
        self._prior = _prior({c: v for c, v in serials.shares.items() if c in chosen}, trust)
        told = look.classes if look else ()
        self._origins = _at_least(self._prior, told, trust.told)

    def expecting(self, regions: Sequence[str], *, strict: bool) -> PlateMatcher:
        """Give a matcher for plates that are probably from some regions; it shares the models.

        Args:
            regions: their codes, as of the constructor. Unknown ones are left out; when none is
                left, this matcher itself is given.
            strict: whether no other region counts, or these are only far more probable.
        """
        known = [code for code in regions if codes_under(code, self._prior)]
        if not known:
            return self
        parts = self._serials, self._look, self._words
        if strict:
            return PlateMatcher(*parts, regions=known, trust=self._trust)
        found = PlateMatcher(*parts, trust=self._trust)
        found._prior = _at_least(self._prior, match_codes(known, self._prior), _EXPECTED)
        told = self._look.classes if self._look else ()
        found._origins = _at_least(found._prior, told, self._trust.told)
        return found

    def match(self, crops: Sequence[RgbImage], readings: Sequence[Reading]) -> list[Match]:
        """Weigh look and text of plates, one match for each crop and its reading.

        Args:
            crops: rectified, with `geometry.READING_MARGIN`.
            readings: one for each crop, with their candidates.
        """
        texts = [possible_texts(reading) for reading in readings]
        fits = [self._fits(each) for each in texts]
        priors = self._look_at(crops, texts, fits)
        return [self._weigh(*each) for each in zip(readings, texts, fits, priors, strict=True)]

    def _fits(self, texts: Iterable[str]) -> Fits:
        return {text: self._serials.densities(text) for text in texts}

    def _look_at(
        self, crops: Sequence[RgbImage], texts: Sequence[Weights], fits: Sequence[Fits]
    ) -> list[Weights]:
        """Give how probable each region is without the serial, plate by plate.

        Plates whose serials rule out what can be told by the look are not looked at.
        """
        priors: list[Weights] = [self._origins] * len(crops)
        if self._look is None:
            return priors
        places = []
        for place, (some, fit) in enumerate(zip(texts, fits, strict=True)):
            if sum(self._told(some, fit, self._origins)) > _LOOKED_AT:
                places.append(place)
        _weigh_in(priors, places, self._look.ratios([crops[i] for i in places]))
        if self._words is not None:
            places = [i for i in places if self._is_doubtful(texts[i], fits[i], priors[i])]
            ratios = self._words.ratios([crops[i] for i in places])
            _weigh_in(priors, places, ratios, self._trust.words)
        return priors

    def _is_doubtful(self, texts: Weights, fits: Fits, prior: Weights) -> bool:
        """Whether a plate may well be from a region that can be told, but not surely."""
        told = self._told(texts, fits, prior)
        return sum(told) > _NAMED_FROM and max(told) < _NAMED_TO

    def _told(self, texts: Weights, fits: Fits, prior: Weights) -> list[float]:
        """Give how probable each region is that can be told by its look."""
        if self._look is None:
            return []
        found = self._regions(texts, fits, prior)
        return [found.get(code, 0.0) for code in self._look.classes]

    def _weigh(self, reading: Reading, texts: Weights, fits: Fits, prior: Weights) -> Match:
        if not texts:
            return Match(reading, self._region(self._regions({}, {}, prior)), None)
        texts = share_spellings(texts, self._serials, prior)
        fits = {**fits, **self._fits(text for text in texts if text not in fits)}
        told = min(1.0, sum(self._told(texts, fits, prior)))
        # Not by the look, which knows of one country only.
        weighed = weigh_texts(texts, fits, self._prior, self._trust, told)
        region = self._region(self._regions(weighed, fits, prior))
        best = _with_texts(reading, weighed, self._trust)
        changed = best.text != reading.text
        return Match(best, region, self._reason(fits[best.text]) if changed else None)

    def _regions(self, texts: Weights, fits: Fits, prior: Weights) -> dict[str, float]:
        told = self._look.classes if self._look else ()
        return weigh_regions(texts, fits, prior, self._trust, told)

    def _reason(self, fit: Weights) -> str:
        """Say where serials are as that of the text that was preferred."""
        prior = self._prior
        known = {c: prior[c] * value for c, value in fit.items() if c in prior and c != ANYWHERE}
        if not known:
            return "the more usual form of a serial"
        return f"form of serials in {self._serials.names[max(known, key=lambda c: known[c])]}"

    def _region(self, regions: Weights) -> Region | None:
        """Give the region that is probable enough: a state, else a country, else None."""
        names = self._serials.names
        known = {code: weight for code, weight in regions.items() if code != ANYWHERE}
        countries: dict[str, float] = defaultdict(float)
        for code, weight in known.items():
            countries[code[:2]] += weight
        candidates = tuple(
            RegionCandidate(code, names[code], weight)
            for code, weight in list(known.items())[:_KEPT]
        )
        for found in (known, countries):
            code = max(found, key=lambda code: found[code], default="")
            if code and found[code] >= _GIVEN:
                name = names.get(code) or COUNTRIES[code]
                return Region(code, name, min(1.0, found[code]), candidates)
        return None


def _weigh_in(
    priors: list[Weights],
    places: Sequence[int],
    ratios: Sequence[Callable[[str], float]],
    exponent: float = 1.0,
) -> None:
    """Multiply the priors of `places` by what was seen there."""
    for place, ratio in zip(places, ratios, strict=True):
        priors[place] = {
            code: weight * ratio(code) ** exponent for code, weight in priors[place].items()
        }


def _prior(shares: Weights, trust: Trust) -> Weights:
    """Give how probable each region is: countries by their tempered share, states within them."""
    countries: dict[str, float] = defaultdict(float)
    for code, share in shares.items():
        countries[code[:2]] += share
    weights = {
        code: share * countries[code[:2]] ** (trust.share - 1) if share else 0.0
        for code, share in shares.items()
    }
    total = sum(weights.values())
    return MappingProxyType({code: weight / total for code, weight in weights.items()})


def _at_least(prior: Weights, codes: Collection[str], least: float) -> Weights:
    """Raise the probability of `codes` together to `least`, if there are others to take it from."""
    share = sum(prior.get(code, 0.0) for code in codes)
    if not 0 < share < least:
        return prior
    more, less = least / share, (1 - least) / (1 - share)
    return {code: weight * (more if code in codes else less) for code, weight in prior.items()}


def _with_texts(reading: Reading, texts: Mapping[str, float], trust: Trust) -> Reading:
    """Give `reading` with other odds of its texts, and perhaps another text."""
    # What the reader did not name, and that there is nothing to read, keeps its share.
    named = sum(c.confidence for c in reading.candidates if c.text) or reading.confidence
    rest = max(0.0, 1 - named)
    sharpened = {text: odds**trust.sharp for text, odds in texts.items()}
    sharpened[next(iter(texts))] *= trust.pooled  # the best one
    total = rest**trust.sharp + sum(sharpened.values())
    ranked = [Candidate(text, odds / total) for text, odds in sharpened.items()]
    best = ranked[0]
    chars = reading.char_confidences
    if len(best.text) != len(chars):
        chars = (best.confidence,) * len(best.text)
    elif best.text != reading.text:
        pairs = zip(best.text, reading.text, chars, strict=True)
        chars = tuple(sure if new == old else best.confidence for new, old, sure in pairs)
    return replace(
        reading,
        text=best.text,
        confidence=best.confidence,
        char_confidences=chars,
        candidates=tuple(ranked[: max(1, len(reading.candidates))]),
    )
