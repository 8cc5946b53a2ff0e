"""What a reader gives -> text with confidences. Training measures with the same code.

A reader looks at a plate in T steps: the first half sweeps the upper row from left to right, the
second half the lower row (a plate of one row leaves it blank). Each step holds one logit for
every class: 0 = blank, i + 1 = character i of the alphabet. The text is what connectionist
temporal classification (CTC, Graves et al. 2006) makes of the steps.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.alphabet import BLANK, decode
from platelens.types import Candidate, FloatArray, Reading

Prefix = tuple[int, ...]

BEAM_WIDTH: Final = 12
_LEAST_PROBABILITY: Final = 1e-4
"""Characters less likely than this at a step are not followed."""

_SURELY_BLANK: Final = 0.9999
"""Of neighbouring steps that are blank with this probability, one is as good as all."""


def log_softmax(logits: FloatArray, temperature: float = 1.0) -> FloatArray:
    """Give log-probabilities along the last axis; a higher temperature is less sure."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    result = scaled - np.log(np.exp(scaled).sum(axis=-1, keepdims=True))
    return np.asarray(result, dtype=np.float32)


def decode_ctc(log_probs: FloatArray, alphabet: str, *, top_n: int = 5) -> Reading:
    """Read one plate.

    Args:
        log_probs: (T, C) log-probabilities of the classes at every step.
        alphabet: C - 1 characters.
        top_n: how many candidates to keep, at least 1.

    Returns:
        The most probable text, summed over all its alignments; text "" with the probability of
        "nothing to read" when that is the most probable.
    """
    steps = _telling_steps(log_probs)
    probabilities = np.exp(log_probs[steps].astype(np.float64))
    beams = _search(probabilities)[: max(1, top_n)]
    best = beams[0][0]
    places = _align(probabilities, best)
    chars = [max(p[n] for p, at in zip(probabilities, places, strict=True) if at == i)
             for i, n in enumerate(best)]  # fmt: skip
    in_lower = any(at >= 0 and 2 * t >= len(log_probs) for t, at in zip(steps, places, strict=True))
    candidates = tuple(
        Candidate(decode(prefix, alphabet), min(1.0, probability)) for prefix, probability in beams
    )
    return Reading(
        text=candidates[0].text,
        confidence=candidates[0].confidence,
        char_confidences=tuple(min(1.0, float(c)) for c in chars),
        candidates=candidates,
        rows=2 if in_lower else 1,
    )


def _telling_steps(log_probs: FloatArray) -> NDArray[np.int64]:
    """Give the steps that matter: of every run of surely blank ones only the first."""
    blank = log_probs[:, BLANK] > np.log(_SURELY_BLANK)
    repeated = np.zeros(len(blank), dtype=bool)
    repeated[1:] = blank[1:] & blank[:-1]
    return np.flatnonzero(~repeated)


def _search(probabilities: NDArray[np.float64]) -> list[tuple[Prefix, float]]:
    """Prefix beam search: texts and their probabilities, best first.

    In plain Python: with a dozen beams and a few likely characters a step, arrays cost more than
    they save. A double holds the product of all steps without logarithms.
    """
    # A prefix has the scores of its alignments that end in a blank, and in its last character; in
    # front of both stands their sum.
    beams: dict[Prefix, tuple[float, float, float]] = {(): (1.0, 1.0, 0.0)}
    for step in probabilities:
        odds = step.tolist()
        likely = [
            c for c in np.argsort(-step).tolist() if odds[c] > _LEAST_PROBABILITY and c != BLANK
        ]
        grown = {}
        for prefix, (total, _, was_char) in beams.items():
            ends_blank, ends_char = total * odds[BLANK], 0.0
            if prefix:
                last = prefix[-1]
                ends_char = was_char * odds[last]
                shorter = beams.get(prefix[:-1])
                if shorter and odds[last] > _LEAST_PROBABILITY:
                    # The same character again needs a blank between.
                    ends_char += shorter[prefix[-2:-1] == (last,)] * odds[last]
            grown[prefix] = ends_blank + ends_char, ends_blank, ends_char
        # What is no better than this cannot be among the best, however many more there are.
        least = min(grown.values())[0] if len(grown) == BEAM_WIDTH else 0.0
        for prefix, scores in beams.items():
            for c in likely:
                if scores[0] * odds[c] <= least:
                    break
                longer = (*prefix, c)
                if longer not in grown:
                    score = scores[prefix[-1:] == (c,)] * odds[c]
                    grown[longer] = score, 0.0, score
        best = sorted(grown.items(), key=itemgetter(1), reverse=True)
        beams = dict(best[:BEAM_WIDTH])
    found = [(prefix, scores[0]) for prefix, scores in beams.items()]
    # A character twice without room for a blank between may be among them: impossible.
    return [(prefix, p) for prefix, p in found if p > 0] or found[:1]


def _align(probabilities: NDArray[np.float64], text: Prefix) -> list[int]:
    """Give for every step which character of `text` it stands for, -1 for none (Viterbi)."""
    if not text:
        return [-1] * len(probabilities)
    states = [BLANK]
    for character in text:
        states += [character, BLANK]
    scores = [1.0, 1.0] + [0.0] * (len(states) - 2)  # start in the first blank or character
    came: list[list[int]] = []
    for t, step in enumerate(probabilities[:, states].tolist()):
        if t == 0:
            scores = [s * p for s, p in zip(scores, step, strict=True)]
            came.append([0] * len(states))
            continue
        new, back = [], []
        for i, p in enumerate(step):
            ways = [scores[i], scores[i - 1] if i else 0.0]
            if i % 2 and i > 1 and states[i] != states[i - 2]:
                ways.append(scores[i - 2])  # from the character before, over the blank
            best = max(ways)
            new.append(best * p)
            back.append(ways.index(best))
        scores = new
        came.append(back)
    state = len(states) - 1 - int(scores[-2] > scores[-1])
    places = []
    for back in reversed(came):
        places.append(state // 2 if state % 2 else -1)
        state -= back[state]
    return places[::-1]
