"""Splits a data set of the project's own form, and writes that down."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from platelens.datasets.audit.audit import Watch, unwatched
from platelens.datasets.audit.clusters import duplicate_pairs, exact_groups, plate_groups
from platelens.datasets.audit.fingerprint import take_fingerprints
from platelens.datasets.index import INDEX_NAME, enumerate_records, load_samples, write_records
from platelens.datasets.sample import Sample
from platelens.datasets.split import assign_parts
from platelens.errors import AnnotationError

Group = tuple[str, list[Sample]]
"""The part that samples are in, and those of them that must not be separated."""


def write_splits(
    folder: Path,
    parts: Mapping[str, float],
    seed: int,
    *,
    force: bool = False,
    watch: Watch = unwatched,
) -> list[Group]:
    """Give every picture of a data set a part, as its `split` in `annotations.jsonl`.

    Pictures of one plate, one ride or nearly the same photograph are in one part. All other
    keys of the file stay as they are.

    Args:
        folder: where `annotations.jsonl` lies.
        parts: name of a part -> its share of the pictures; together 1.
        seed: of the chance; the same one gives the same parts on every machine.
        force: replace splits that are there already.
        watch: shows the progress.

    Raises:
        AnnotationError: the file is missing, malformed, empty or split already.
    """
    index = folder / INDEX_NAME
    if not index.exists():
        raise AnnotationError(f"{index}: no such file; `platelens data import` makes one")
    samples = load_samples(folder)
    if not samples:
        raise AnnotationError(f"{index}: has no picture to split")
    there = sorted({sample.split for sample in samples} - {""})
    if there and not force:
        raise AnnotationError(f"{index}: is split already ({', '.join(there)}); see --force")
    records = [record for _, record in enumerate_records(folder)]
    groups = _groups(samples, watch)
    chosen = assign_parts([[records[i]["image"] for i in g] for g in groups], parts, seed)
    part_of = {i: part for part, group in zip(chosen, groups, strict=True) for i in group}
    write_records((r | {"split": part_of[i]} for i, r in enumerate(records)), folder)
    return [(part, [samples[i] for i in group]) for part, group in zip(chosen, groups, strict=True)]


def _groups(samples: list[Sample], watch: Watch) -> list[list[int]]:
    with watch("reading pictures", len(samples)) as on_picture:
        prints = take_fingerprints([s.image for s in samples], {}, on_picture)
    with ExitStack() as stack:
        near = duplicate_pairs(
            samples, prints, lambda n: stack.enter_context(watch("comparing pictures", n))
        )
    exact = [(group[0], i) for group in exact_groups(prints) for i in group[1:]]
    return plate_groups(samples, [*near, *exact])
