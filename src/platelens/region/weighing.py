"""The arithmetic of look, serial and reading: pure functions of probabilities.

Three things err differently: the look of a plate, the form of its serial, and the reader. They are
weighed together as a product of experts (Hinton 2002), some with an exponent below 1 because
they are not as independent of the others as the rule of Bayes would have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

Weights = Mapping[str, float]
"""A number for each region, by code."""

Fits = Mapping[str, Weights]
"""How well each possible text fits each region; see `SerialTable.densities`."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How much each kind of evidence counts. Chosen on plates kept out of training."""

    share: float = 0.5  # exponent: shares say how often plates are drawn, not how many there are
    told: float = 0.12  # how probable the regions are together that the look can tell, at least
    within: float = 0.25  # exponent of the serial, among those that the look can tell
    text: float = 0.45  # exponent of the serial, for the text
    text_told: float = 0.35  # the same, of a plate from the regions that the look can tell
    words: float = 0.5  # exponent of the words: some of what they tell, the look has told already
    free: float = 1e-3  # how well any text fits at least: owners choose, formats are missing
    usual: float = 20.0  # what fits 1 / `usual` as well as a serial of free letters fits well
    most: float = 20.0  # the odds of a text change by at most this: what is read surely, stays
    stray: float = 0.01  # as `free`, for each region
    # Exponent of the weighed odds: the confusions that are added take from the first text what the
    # reader's own doubts have taken from it already.
    sharp: float = 1.2
    # Factor of the best text's odds. The mean of several looks is less sure than it should be
    # (Ranjan and Gneiting 2010, "Combining probability forecasts").
    pooled: float = 1.5


USUAL_TRUST: Final = Trust()


def weigh_texts(
    texts: Weights, fits: Fits, regions: Weights, trust: Trust, told: float = 0.0
) -> dict[str, float]:
    """Give the possible texts of a plate with their odds when their serials are considered.

    Args:
        texts: their odds as they were read, the first one first.
        fits: of each of `texts`.
        regions: how probable each region is otherwise; need not add up to 1.
        trust: how much the serials count.
        told: how probable it is that the plate is from a region that the look can tell, whose old
            and special plates do not have the serials of today.

    Returns:
        The odds, the highest first; that of the first of `texts` is unchanged.
    """
    total = sum(regions.values())
    exponent = trust.text + told * (trust.text_told - trust.text)

    def usualness(text: str) -> float:
        fit = sum(regions.get(code, 0.0) * value for code, value in fits[text].items())
        fit *= trust.usual / total
        return float((trust.free + fit / (1 + fit)) ** exponent)

    first = usualness(next(iter(texts)))
    weighed = {
        text: odds * min(trust.most, max(1 / trust.most, usualness(text) / first))
        for text, odds in texts.items()
    }
    return dict(sorted(weighed.items(), key=lambda item: -item[1]))


def weigh_regions(
    texts: Weights, fits: Fits, regions: Weights, trust: Trust, told: Collection[str] = ()
) -> dict[str, float]:
    """Give the probability of each region, the highest first.

    Args:
        texts: the possible texts with their odds; none says nothing about the region.
        fits: of each of `texts`.
        regions: how probable each region is otherwise; need not add up to 1.
        trust: how much the serials count.
        told: regions of one country that the look tells apart. Its old plates do not have the
            serials of today: a serial counts in full for all of them together, by their mean, and
            little among them.
    """
    known = sum(texts.values())
    means: dict[str, float] = defaultdict(float)  # of the fits over the texts
    for text, odds in texts.items():
        for code, fit in fits[text].items():
            means[code] += odds * fit / known
    own = [code for code in told if code in regions]
    shared = trust.stray + sum(means[code] for code in own) / max(1, len(own))
    weighed = {code: weight * (trust.stray + means[code]) for code, weight in regions.items()}
    for code in own:
        among = ((trust.stray + means[code]) / shared) ** trust.within
        weighed[code] = regions[code] * shared * among
    total = sum(weighed.values())
    return {c: w / total for c, w in sorted(weighed.items(), key=lambda item: -item[1])}
