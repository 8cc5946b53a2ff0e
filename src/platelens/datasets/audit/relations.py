"""Checks of pictures against each other: duplicates, contradictions, leaks between splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platelens.datasets.audit.clusters import connect, exact_groups, group_by, text_groups
from platelens.datasets.audit.duplicates import Pair
from platelens.datasets.audit.findings import Finding
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable
from platelens.datasets.sample import Sample


def check_relations(
    samples: Sequence[Sample], prints: Sequence[Fingerprint | Unreadable], near: Sequence[Pair]
) -> Iterator[Finding]:
    """Give what is wrong between pictures.

    Args:
        samples: with their splits.
        prints: of each.
        near: nearly identical pictures; identical ones are found here.
    """
    yield from _listed_twice(samples)
    exact = exact_groups(prints)
    for group in exact:
        different = group_by(group, lambda i: samples[i].image)
        if len(different) > 1:
            yield _many("exact_duplicates", samples, [same[0] for same in different])
    clusters = connect(len(samples), [*near, *((g[0], i) for g in exact for i in g[1:])])
    linked = {i for pair in near for i in pair}
    for cluster in clusters:
        if linked.intersection(cluster):
            yield _many("near_duplicates", samples, cluster)
        splits = _splits(samples, cluster)
        if len(splits) > 1:
            yield _many("leak_picture", samples, cluster, f" in {', '.join(splits)}")
    yield from _contradictions(samples, clusters)
    yield from _text_leaks(samples)


def texts_of(sample: Sample) -> frozenset[str]:
    """Give the texts of the plates that could be read."""
    return frozenset(p.text for p in sample.plates if p.text)


def contradict(a: Sample, b: Sample) -> bool:
    """Tell whether each of two pictures has a text that the other has not."""
    return bool(texts_of(a) - texts_of(b)) and bool(texts_of(b) - texts_of(a))


def _listed_twice(samples: Sequence[Sample]) -> Iterator[Finding]:
    for same in group_by(range(len(samples)), lambda i: samples[i].image):
        if len(same) > 1:
            message = f"{samples[same[0]].image.name} on {len(same)} lines"
            yield Finding("listed_twice", message, tuple(samples[i] for i in same))


def _contradictions(
    samples: Sequence[Sample], clusters: Sequence[Sequence[int]]
) -> Iterator[Finding]:
    for cluster in clusters:
        different = [same[0] for same in group_by(cluster, lambda i: samples[i].image)]
        first = group_by(different, lambda i: texts_of(samples[i]))
        wrong = [
            same
            for same in first
            if any(contradict(samples[same[0]], samples[o[0]]) for o in first)
        ]
        if wrong:
            shown = " or ".join("+".join(sorted(texts_of(samples[same[0]]))) for same in wrong)
            yield _many("duplicates_disagree", samples, [i for w in wrong for i in w], f": {shown}")


def _text_leaks(samples: Sequence[Sample]) -> Iterator[Finding]:
    for text, group in text_groups(samples).items():
        splits = _splits(samples, group)
        if len(splits) > 1 and len(text) > 1:  # one character is a letter, not a plate
            yield _many("leak_text", samples, group, f" with {text} in {', '.join(splits)}")


def _splits(samples: Sequence[Sample], group: Sequence[int]) -> list[str]:
    return sorted({samples[i].split for i in group} - {""})


def _many(kind: str, samples: Sequence[Sample], group: Sequence[int], more: str = "") -> Finding:
    return Finding(kind, f"{len(group)} pictures{more}", tuple(samples[i] for i in group))
