"""Segments of a plate -> its text: every character is classified by itself."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.alphabet import CHARACTERS
from platelens.recognition.decode import log_softmax
from platelens.recognition.segmentation import segment_characters, steps
from platelens.runtime import Session
from platelens.types import Candidate, FloatArray, Reading, RgbImage, Step

BORDER: Final = 1 / 14
"""Free room around a character, in shares of the picture: EMNIST has 2 of 28 pixels."""

_NO_CHARACTER: Final = len(CHARACTERS)
"""The number of what is no character, after those of CHARACTERS."""

_NOTHING: Final = Reading("", 0.0, (), (), 1)


def fit_character(ink: NDArray[np.uint8], size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Give a character as the classifier takes it; training prepares its pictures with the same.

    What has no ink around the character is cut off; then the character is scaled with its aspect
    ratio to fill the picture but for a border, and stands in its middle.

    Args:
        ink: (H, W) grey, ink light on dark, of any size; a picture without ink gives black.
        size_hw: height and width of the result in pixels.
    """
    height, width = size_hw
    picture = np.zeros((height, width), np.uint8)
    inked = ink > ink.max(initial=0) // 2
    if not inked.any():
        return picture
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    room_h, room_w = (max(1, side - 2 * max(1, round(side * BORDER))) for side in size_hw)
    scale = min(room_h / tight.shape[0], room_w / tight.shape[1])
    new_h = min(room_h, max(1, round(tight.shape[0] * scale)))
    new_w = min(room_w, max(1, round(tight.shape[1] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    top, left = (height - new_h) // 2, (width - new_w) // 2
    scaled = cv2.resize(tight, (new_w, new_h), interpolation=method)
    picture[top : top + new_h, left : left + new_w] = scaled
    return picture


class CharacterRecognizer:
    """Reads plates by cutting them into characters. Safe to share between threads.

    Classes that are no character of a plate, such as "?" for bolts and dashes, are left out of
    the text; lower-case letters count as upper-case ones.

    Args:
        session: an open model of the task "characters"; its manifest gives the input size, the
            alphabet in the order of the classes and, in `settings`, the `temperature`.
        top_n: how many candidates a reading carries, at most.
        batch_size: characters that go through the network at a time.
    """

    def __init__(self, session: Session, *, top_n: int = 5, batch_size: int = 64) -> None:
        self._session = session
        self._size_hw = session.manifest.input_size
        self._temperature = session.manifest.setting("temperature", low=0.01, high=100)
        self._merge = _merge_cases(session.manifest.alphabet)
        self._top_n = max(1, top_n)
        self._batch_size = batch_size

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives [].

        A plate without characters gives "" with confidence 0.
        """
        plates = [segment_characters(crop) for crop in crops]
        inks = [patch.ink for rows in plates for row in rows for patch in row]
        probabilities = self._classify([fit_character(ink, self._size_hw) for ink in inks])
        readings, start = [], 0
        for rows in plates:
            ends = np.cumsum([start, *(len(row) for row in rows)]).tolist()
            parts = [probabilities[a:b] for a, b in pairwise(ends)]
            readings.append(_join(parts, self._top_n))
            start = ends[-1]
        return readings

    def steps(self, crop: RgbImage, /) -> list[Step]:
        """Give the pictures between a crop and its characters, in order."""
        return steps(crop)

    def _classify(self, pictures: Sequence[NDArray[np.uint8]]) -> FloatArray:
        """Give (N, 37) probabilities: of CHARACTERS, and of no character at all."""
        found = [np.zeros((0, _NO_CHARACTER + 1), np.float32)]
        for start in range(0, len(pictures), self._batch_size):
            (logits,) = self._session.run(np.stack(pictures[start : start + self._batch_size]))
            found.append(np.exp(log_softmax(logits, self._temperature)) @ self._merge)
        return np.concatenate(found)


def _merge_cases(alphabet: str) -> FloatArray:
    """Give the (classes, 37) matrix that adds up the classes of one character of a plate."""
    merge = np.zeros((len(alphabet), _NO_CHARACTER + 1), np.float32)
    for number, character in enumerate(alphabet.upper()):
        place = CHARACTERS.find(character)
        merge[number, place if place >= 0 else _NO_CHARACTER] = 1
    return merge


def _join(rows: Sequence[FloatArray], top_n: int) -> Reading:
    """Make the reading of a plate of the (N, 37) probabilities of its rows.

    A text is as sure as all of its segments together, with those that are taken for no character,
    times the share of segments that are characters: a plate upside down is cut into pieces most
    of which are surely nothing, and the few others may look like sure characters by chance.
    """
    segments = [segment for row in rows for segment in row]
    if not segments:
        return _NOTHING
    best = [int(segment.argmax()) for segment in segments]
    chars = [float(s[i]) for s, i in zip(segments, best, strict=True) if i != _NO_CHARACTER]
    share = len(chars) / len(segments)
    candidates = [replace(c, confidence=c.confidence * share) for c in _best_texts(segments, top_n)]
    with_text = [row for row in rows if (row.argmax(axis=1) != _NO_CHARACTER).any()]
    return Reading(
        text=candidates[0].text,
        confidence=candidates[0].confidence,
        char_confidences=tuple(min(1.0, c) for c in chars),
        candidates=tuple(candidates),
        rows=max(1, len(with_text)),
    )


def _best_texts(segments: Sequence[FloatArray], top_n: int) -> list[Candidate]:
    """Give the texts of the largest products of probabilities, best first, each text once."""
    ranks = [np.argsort(-segment, kind="stable").tolist() for segment in segments]
    first = (0,) * len(segments)
    heap, seen = [(-_product(segments, ranks, first), first)], {first}
    texts: dict[str, float] = {}
    while heap and len(texts) < top_n:
        loss, places = heapq.heappop(heap)
        if loss == 0 and texts:
            break  # the rest is impossible
        chosen = [rank[at] for rank, at in zip(ranks, places, strict=True)]
        text = "".join(CHARACTERS[c] for c in chosen if c != _NO_CHARACTER)
        texts.setdefault(text, min(1.0, -loss))
        for i, at in enumerate(places):
            worse = (*places[:i], at + 1, *places[i + 1 :])
            if at < _NO_CHARACTER and worse not in seen:
                seen.add(worse)
                heapq.heappush(heap, (-_product(segments, ranks, worse), worse))
    return [Candidate(text, confidence) for text, confidence in texts.items()]


def _product(
    segments: Sequence[FloatArray], ranks: Sequence[Sequence[int]], places: Sequence[int]
) -> float:
    """Give the probability that each segment is the class at its place among its ranks."""
    return math.prod(
        float(segment[rank[at]]) for segment, rank, at in zip(segments, ranks, places, strict=True)
    )
