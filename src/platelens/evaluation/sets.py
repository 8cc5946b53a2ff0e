"""The labelled pictures that an evaluation runs over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platelens.datasets import Problem, Sample, read_dataset
from platelens.datasets.split import group_of, is_held_out
from platelens.errors import AnnotationError


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Labelled pictures under one name."""

    name: str
    folder: Path
    samples: Sequence[Sample]
    problems: Sequence[Problem] = ()  # what its reader had to mend or to leave out

    def picture_name(self, sample: Sample) -> str:
        """Name a picture in its set: the same wherever the set lies."""
        return Path(os.path.relpath(sample.image, self.folder)).as_posix()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pictures of a data set are meant."""

    format_name: str | None = None  # None: as `read_dataset` guesses
    split: str | None = None  # only this one; None: all
    held_out: int | None = None  # only the one group in so many that recipes keep out
    limit: int | None = None  # only so many pictures of each set, the first by name


ALL = Selection()


def load_sets(folders: Sequence[Path], selection: Selection = ALL) -> list[EvaluationSet]:
    """Read data sets; each is named by the last two parts of its path, more if they are equal.

    Raises:
        AnnotationError: a set is missing, malformed or has no picture of the wanted kind.
    """
    names = _names([folder.resolve() for folder in folders])
    return [_load(n, folder, selection) for n, folder in zip(names, folders, strict=True)]


def _names(folders: Sequence[Path]) -> list[str]:
    for length in range(2, max(len(f.parts) for f in folders) + 1):
        names = ["/".join(folder.parts[-length:]) for folder in folders]
        if len(set(names)) == len(names):
            return names
    raise AnnotationError("the same data set is named twice")


def _load(name: str, folder: Path, selection: Selection) -> EvaluationSet:
    loaded = read_dataset(folder, selection.format_name)
    samples = sorted(loaded.samples, key=lambda s: str(s.image))
    if selection.split is not None:
        splits = sorted({s.split for s in samples} - {""})
        samples = [s for s in samples if s.split == selection.split]
        if not samples:
            known = ", ".join(splits) or "none"
            raise AnnotationError(f"{folder}: no split {selection.split!r}; it has: {known}")
    if selection.held_out is not None:
        samples = [s for s in samples if is_held_out(group_of(s), one_in=selection.held_out)]
    samples = samples[: selection.limit]
    if not samples:
        raise AnnotationError(f"{folder}: has no picture to measure on")
    if loaded.pictures:
        raise AnnotationError(f"{folder}: import it first; its pictures are in no files")
    return EvaluationSet(name, folder, samples, loaded.problems)
