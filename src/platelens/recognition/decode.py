"""What a reader gives -> text with confidences. Training measures with the same code.

A reader looks at a plate in T steps: the first half sweeps the upper row from left to right, the
second half the lower row (a plate of one row leaves it blank). Each step holds one logit for
every class: 0 = blank, i + 1 = character i of the alphabet. The text is what connectionist
temporal classification (CTC, Graves et al. 2006) makes of the steps.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.alphabet import BLANK, decode
from platelens.types import Candidate, Reading

FloatArray = NDArray[np.float32]
Prefix = tuple[int, ...]

BEAM_WIDTH: Final = 12
_LEAST_PROBABILITY: Final = 1e-4
"""Characters less likely than this at a step are not followed."""


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
    beams = _search(log_probs)[: max(1, top_n)]
    best = beams[0][0]
    places = _align(log_probs, best)
    chars = [float(np.exp(log_probs[places == i, n].max())) for i, n in enumerate(best)]
    halfway = len(log_probs) // 2
    rows = 2 if best and (places[halfway:] >= 0).any() else 1
    candidates = tuple(
        Candidate(decode(prefix, alphabet), min(1.0, float(np.exp(score))))
        for prefix, score in beams
    )
    return Reading(
        text=candidates[0].text,
        confidence=candidates[0].confidence,
        char_confidences=tuple(min(1.0, c) for c in chars),
        candidates=candidates,
        rows=rows,
    )


def _search(log_probs: FloatArray) -> list[tuple[Prefix, float]]:
    """Prefix beam search: texts and their log-probabilities, best first."""
    # A prefix has two scores: of the alignments that end in a blank, and in its last character.
    beams: dict[Prefix, tuple[float, float]] = {(): (0.0, -np.inf)}
    for step in log_probs:
        classes = np.flatnonzero(step > np.log(_LEAST_PROBABILITY))
        likely = [(int(c), float(step[c])) for c in classes if c != BLANK]
        blank = float(step[BLANK])
        grown: dict[Prefix, list[float]] = defaultdict(lambda: [-np.inf, -np.inf])
        for prefix, (ends_blank, ends_char) in beams.items():
            total = np.logaddexp(ends_blank, ends_char)
            entry = grown[prefix]
            entry[0] = np.logaddexp(entry[0], total + blank)
            if prefix:
                entry[1] = np.logaddexp(entry[1], ends_char + float(step[prefix[-1]]))
            for c, score in likely:
                # The same character again needs a blank between.
                before = ends_blank if prefix and prefix[-1] == c else total
                longer = grown[(*prefix, c)]
                longer[1] = np.logaddexp(longer[1], before + score)
        ranked = sorted(grown.items(), key=lambda item: -np.logaddexp(item[1][0], item[1][1]))
        beams = {prefix: (s[0], s[1]) for prefix, s in ranked[:BEAM_WIDTH]}
    return [(prefix, float(np.logaddexp(*s))) for prefix, s in beams.items()]


def _align(log_probs: FloatArray, text: Prefix) -> NDArray[np.int64]:
    """Give for every step which character of `text` it stands for, -1 for none (Viterbi)."""
    steps = len(log_probs)
    if not text:
        return np.full(steps, -1)
    states = np.full(2 * len(text) + 1, BLANK)
    states[1::2] = text
    may_skip = np.zeros(len(states), dtype=bool)  # from the character before, over the blank
    may_skip[3::2] = states[3::2] != states[1:-2:2]
    score = np.full(len(states), -np.inf)
    score[:2] = log_probs[0, states[:2]]
    came = np.zeros((steps, len(states)), dtype=np.int64)
    for t in range(1, steps):
        ways = np.full((3, len(states)), -np.inf)
        ways[0] = score
        ways[1, 1:] = score[:-1]
        ways[2, 2:] = np.where(may_skip[2:], score[:-2], -np.inf)
        came[t] = ways.argmax(axis=0)
        score = ways.max(axis=0) + log_probs[t, states]
    state = len(states) - 1 - int(score[-2] > score[-1])
    places = np.full(steps, -1)
    for t in range(steps - 1, -1, -1):
        places[t] = (state - 1) // 2 if state % 2 else -1
        state -= int(came[t, state])
    return places
