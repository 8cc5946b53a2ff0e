"""Which pictures are the same photograph.

Two looks. A perceptual hash finds the candidates; plates of one state share all but their serials,
so their hashes are close too. Then the two are laid over each other, and every small part must
agree: a serial with other characters does not.

The limits were chosen on 8,421 crops of US plates and 2,642 street scenes, by looking at the pairs.
Crops of one photograph with other borders, colours or watermarks have a likeness of 0.8 to 1. Of
1,165 candidates with different texts, the highest have 0.80 (DD 1688 and DD 1689) and 0.72.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.audit.fingerprint import GREY_HW, HASH_BITS, Fingerprint

Pair = tuple[int, int]
"""Two indices, the smaller one first."""

MIN_LIKENESS: Final = 0.85
"""Two pictures that are so much alike are the same photograph."""

MIN_LIKENESS_OF_TEXT: Final = 0.8
"""The same, of pictures that are labelled with the same text."""

_MAX_DISTANCE: Final = 72
"""Bits of 256 in which the hashes of candidates may differ."""

_MOST_CANDIDATES: Final = 24
"""So many of the following pictures are looked at for each, the nearest ones: a film of a camera
that does not move would make all pairs candidates."""

_MIN_PIXELS: Final = 2_000
"""Smaller pictures (of single characters) are too much alike to be told apart."""

_BLOCK_CELLS: Final = 1 << 24
"""Distances that are held at a time: 64 MB."""

_WINDOW: Final = 12
"""Side in pixels of the parts that must agree; about a character of a plate that fills the
picture."""

_MIN_OVERLAP: Final = 0.75
"""Part of the picture that the two must have in common."""

_PERCENTILE: Final = 5
"""Of the parts, so many in a hundred may disagree: a sticker, a watermark, a reflection."""

_NOISE: Final = 20.0
"""Added to the variances of grey values, so that flat parts agree whatever noise they have."""

_MIN_PARTS: Final = 50
"""With fewer parts to compare there is no likeness."""

_ALIGNMENT: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)


def find_near_duplicates(
    prints: Sequence[Fingerprint],
    same_text: Iterable[Pair] = (),
    on_pairs: Callable[[int], Callable[[], None]] = lambda _: lambda: None,
) -> list[Pair]:
    """Give the pairs that show the same photograph, sorted.

    Args:
        prints: of the pictures.
        same_text: pairs with the same text; looked at whatever their hashes say.
        on_pairs: gets the number of pairs to look at; what it gives is called after each.
    """
    big = {i for i, each in enumerate(prints) if each.size_hw[0] * each.size_hw[1] >= _MIN_PIXELS}
    alike = {pair for pair in same_text if big.issuperset(pair)}
    places = sorted(big)
    bits = np.array([prints[i].bits for i in places], dtype=bool).reshape(-1, HASH_BITS)
    pairs = sorted(alike | {(places[a], places[b]) for a, b in close_hashes(bits)})
    on_pair = on_pairs(len(pairs))
    found = []
    pool = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    try:
        greys = ((prints[a].grey, prints[b].grey) for a, b in pairs)
        for pair, value in zip(pairs, pool.map(lambda g: likeness(*g), greys), strict=True):
            if value >= (MIN_LIKENESS_OF_TEXT if pair in alike else MIN_LIKENESS):
                found.append(pair)
            on_pair()
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def close_hashes(bits: NDArray[np.bool_]) -> list[Pair]:
    """Give the pairs whose hashes differ in at most 72 bits; of each picture the 24 nearest.

    Args:
        bits: (N, 256) hashes.
    """
    count = len(bits)
    signs = np.where(bits, 1, -1).astype(np.float32)  # products are sums of whole numbers: exact
    rows = max(1, _BLOCK_CELLS // max(1, count))
    pairs: list[Pair] = []
    for start in range(0, count, rows):
        block = signs[start : start + rows]
        for row, column in _nearest(block @ signs[start:].T):
            pairs.append((start + row, start + column))
    return pairs


def _nearest(products: NDArray[np.float32]) -> Iterable[tuple[int, int]]:
    """Give the close (row, column) with column > row, at most _MOST_CANDIDATES of a row.

    Args:
        products: (R, N) equal bits less different ones.
    """
    close = products >= HASH_BITS - 2 * _MAX_DISTANCE
    square = close[:, : len(close)]
    square[:] = np.triu(square, 1)
    for row in np.flatnonzero(close.any(axis=1)):
        columns = np.flatnonzero(close[row])
        order = np.argsort(-products[row, columns], kind="stable")[:_MOST_CANDIDATES]
        yield from ((int(row), int(column)) for column in columns[order])


def likeness(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Give how much two grey copies agree everywhere, up to 1; 0 where they cannot be aligned.

    The second is laid over the first by an affine map (Evangelidis and Psarakis, 2008). In every
    window the normalised correlation is taken, and of these the 5th percentile.
    """
    height, width = GREY_HW
    first = np.eye(2, 3, dtype=np.float32)
    try:
        _, matrix = cv2.findTransformECC(a, b, first, cv2.MOTION_AFFINE, _ALIGNMENT)
    except cv2.error:  # it does not converge: they have nothing in common
        return 0.0
    how = cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(b, matrix, (width, height), flags=cv2.INTER_LINEAR | how)
    inside = cv2.warpAffine(
        np.full_like(b, 255), matrix, (width, height), flags=cv2.INTER_NEAREST | how
    )
    if float(np.mean(inside > 0)) < _MIN_OVERLAP:
        return 0.0
    local = _local_correlation(a.astype(np.float32), laid.astype(np.float32))
    whole = cv2.erode(inside, np.ones((_WINDOW, _WINDOW), np.uint8)) > 0
    half = _WINDOW // 2
    parts = local[half:-half, half:-half][whole[half:-half, half:-half]]
    return float(np.percentile(parts, _PERCENTILE)) if parts.size >= _MIN_PARTS else 0.0


def _local_correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the normalised correlation in the window around every pixel."""

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, (_WINDOW, _WINDOW)), dtype=np.float32)

    mean_a, mean_b = mean(a), mean(b)
    var_a = np.maximum(mean(a * a) - mean_a**2, 0) + _NOISE
    var_b = np.maximum(mean(b * b) - mean_b**2, 0) + _NOISE
    covariance = mean(a * b) - mean_a * mean_b + _NOISE
    return np.asarray(covariance / np.sqrt(var_a * var_b), dtype=np.float32)
