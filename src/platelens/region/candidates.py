"""The texts that a plate may bear: what the reader thought of, and its usual confusions."""

from __future__ import annotations

from typing import Final

from platelens.types import Candidate, Reading

CONFUSIONS: Final = {
    "O0": 0.08, "I1": 0.08, "Q0": 0.04, "B8": 0.02, "G6": 0.02, "S5": 0.01, "Z2": 0.01, "D0": 0.01,
}  # fmt: skip
"""How often one of a pair is read where the other stands, and neither is among the candidates.

Counted on plates kept out of training (134 of scenes, 267 US and 254 CCPD crops): of 19 O three
were read as 0, of 17 Q three, of 22 I one or two, of 57 G two, of 55 B two. The counts are small;
the costs are half of them, since most confusions are among the candidates already.
"""

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
