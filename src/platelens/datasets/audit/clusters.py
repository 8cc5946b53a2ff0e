"""Pictures that belong together, as groups of their indices."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from platelens.datasets.audit.duplicates import Pair, find_near_duplicates
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable
from platelens.datasets.sample import Sample
from platelens.datasets.split import keys_of

_FEW: Final = 24
"""Up to so many pictures of a text are all compared with each other; of more, neighbours only."""


def connect(count: int, pairs: Iterable[Pair]) -> list[list[int]]:
    """Give the connected parts of `count` things, each sorted, by their first members."""
    edges = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(edges), dtype=np.int8)
    graph = coo_array((ones, (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    return group_by(range(count), lambda i: int(labels[i]))


def group_by(items: Iterable[int], key: Callable[[int], Hashable]) -> list[list[int]]:
    """Give the items with the same key together, in the order of their first ones."""
    groups: dict[Hashable, list[int]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def text_groups(samples: Sequence[Sample]) -> dict[str, list[int]]:
    """Give, for every text, the samples that have it."""
    groups: dict[str, list[int]] = {}
    for i, sample in enumerate(samples):
        for text in sorted({p.text for p in sample.plates if p.text}):
            groups.setdefault(text, []).append(i)
    return groups


def exact_groups(prints: Sequence[Fingerprint | Unreadable]) -> list[list[int]]:
    """Give the pictures with the same bytes together; unreadable ones are in no group."""
    hashes = {i: each.sha256 for i, each in enumerate(prints) if isinstance(each, Fingerprint)}
    return group_by(hashes, hashes.__getitem__)


def duplicate_pairs(
    samples: Sequence[Sample],
    prints: Sequence[Fingerprint | Unreadable],
    on_pairs: Callable[[int], Callable[[], None]] = lambda _: lambda: None,
) -> list[Pair]:
    """Give the pairs of nearly identical pictures; of identical ones only the first is compared.

    Pictures that share a text are looked at even where their hashes differ.
    """
    firsts = [group[0] for group in exact_groups(prints)]
    place = {i: n for n, i in enumerate(firsts)}
    same_text: set[Pair] = set()
    for group in text_groups(samples).values():
        places = [place[i] for i in group if i in place]
        pairs = combinations(places, 2) if len(places) <= _FEW else pairwise(places)
        same_text.update((min(pair), max(pair)) for pair in pairs)
    unique = [each for each in map(prints.__getitem__, firsts) if isinstance(each, Fingerprint)]
    near = find_near_duplicates(unique, same_text, on_pairs)
    return [(firsts[a], firsts[b]) for a, b in near]


def plate_groups(samples: Sequence[Sample], same_picture: Iterable[Pair]) -> list[list[int]]:
    """Give the samples together that must not be separated: of one plate, ride or picture."""
    pairs = list(same_picture)
    holders: dict[str, int] = {}
    for i, sample in enumerate(samples):
        pairs += [(holders.setdefault(key, i), i) for key in sorted(keys_of(sample))]
    return connect(len(samples), pairs)
