"""The texts that a plate may bear: what the reader thought of, and its usual confusions."""

from __future__ import annotations

from typing import Final

from platelens.alphabet import CONFUSIONS
from platelens.types import Candidate, Reading

_EXPANDED: Final = 2
"""So many of the candidates are varied."""

_HOPELESS: Final = 1 / 400
"""Of the best text's probability; no serial makes up for more (`weighing.Trust.most`, twice)."""


def possible_texts(reading: Reading) -> dict[str, float]:
    """Give the texts that a plate may bear with their probabilities, the reader's best first.

    Nothing was read: there are none.

    Those that the reader did not think of have the probability of the text that they are a
    confusion of, times that of the confusion; all together may be a little over 1.
    """
    least = reading.confidence * _HOPELESS
    # A reader without candidates has its text alone.
    thought = reading.candidates or (Candidate(reading.text, reading.confidence),)
    texts = {c.text: c.confidence for c in thought if c.text and c.confidence > 0}
    for text, probability in list(texts.items())[:_EXPANDED]:
        for place, character in enumerate(text):
            for pair, share in CONFUSIONS.items():
                if character in pair:
                    other = pair[1 - pair.index(character)]
                    varied = text[:place] + other + text[place + 1 :]
                    if probability * share > least:
                        texts.setdefault(varied, probability * share)
    return texts
