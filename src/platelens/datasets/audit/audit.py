"""All checks over data sets in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from platelens.datasets.audit.clusters import duplicate_pairs
from platelens.datasets.audit.duplicates import Pair
from platelens.datasets.audit.findings import Finding
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable, take_fingerprints
from platelens.datasets.audit.labels import check_labels
from platelens.datasets.audit.readings import check_readings
from platelens.datasets.audit.relations import check_relations
from platelens.datasets.index import INDEX_NAME, Record, enumerate_records
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.readers.registry import read_dataset
from platelens.datasets.sample import Sample
from platelens.errors import AnnotationError
from platelens.types import Recognizer

Watch = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Gets a title and a number of steps; gives what is to be called after each."""


@dataclass(frozen=True, slots=True)
class Source:
    """A data set that is checked."""

    path: Path
    loaded: Loaded
    records: tuple[Record, ...] | None  # its lines as they stand; None: it has another form


@dataclass(frozen=True, slots=True)
class Audit:
    """What the checks found, and what they found it by."""

    sources: Sequence[Source]
    samples: Sequence[Sample]  # of all sources in a row, each with a split where one is known
    prints: Sequence[Fingerprint | Unreadable]  # of each
    near: Sequence[Pair]  # nearly identical ones; of identical ones only the first is compared
    findings: Sequence[Finding]

    @property
    def loaded(self) -> Loaded:
        """All data sets as one."""
        return _join(self.sources, self.samples)


@dataclass(frozen=True, slots=True)
class Doubt:
    """When a reader is believed more than a label."""

    recognizer: Recognizer
    min_confidence: float = 0.9  # 0..1


def open_source(path: Path, format_name: str | None = None) -> Source:
    """Read a data set in any form; AnnotationError as `read_dataset`."""
    loaded = read_dataset(path, format_name)
    own = format_name is None and (path / INDEX_NAME).exists()
    records = tuple(record for _, record in enumerate_records(path)) if own else None
    return Source(path, loaded, records)


def unwatched(_title: str, _total: int) -> AbstractContextManager[Callable[[], None]]:
    """Watch nothing."""
    return nullcontext(lambda: None)


def run_audit(
    sources: Sequence[Source], doubt: Doubt | None = None, *, watch: Watch = unwatched
) -> Audit:
    """Check data sets, each for itself and against each other.

    Args:
        sources: of several, those without splits get their folder's name as one.
        doubt: checks the texts; None: nobody does.
        watch: shows the progress.

    Raises:
        AnnotationError: there is no picture, or a data set is named twice.
    """
    if len({source.path.resolve() for source in sources}) < len(sources):
        raise AnnotationError("the same data set is named twice")
    samples = _with_splits(sources)
    if not samples:
        raise AnnotationError(f"{sources[0].path}: has no picture to check")
    loaded = _join(sources, samples)
    with watch("reading pictures", len(samples)) as on_picture:
        prints = take_fingerprints([s.image for s in samples], loaded.pictures, on_picture)
    with ExitStack() as stack:
        near = duplicate_pairs(
            samples, prints, lambda n: stack.enter_context(watch("comparing pictures", n))
        )
    findings = [*_reader_problems(sources), *_check_pictures(samples, prints)]
    findings += [finding for sample in samples for finding in check_labels(sample)]
    findings += check_relations(samples, prints, near)
    if doubt is not None:
        texts = sum(plate.readable for sample in samples for plate in sample.plates)
        with watch("reading plates", texts) as on_plate:
            findings += check_readings(loaded, doubt.recognizer, doubt.min_confidence, on_plate)
    return Audit(sources, samples, prints, near, findings)


def _join(sources: Sequence[Source], samples: Sequence[Sample]) -> Loaded:
    pictures = {path: image for s in sources for path, image in s.loaded.pictures.items()}
    return Loaded(samples, (), pictures)


def _with_splits(sources: Sequence[Source]) -> list[Sample]:
    """Give all samples; of several sources, those without splits are a split each."""
    names = Counter(source.path.resolve().name for source in sources)
    samples: list[Sample] = []
    for source in sources:
        name = source.path.resolve().name
        own = name if names[name] == 1 else str(source.path)
        if len(sources) == 1 or any(sample.split for sample in source.loaded.samples):
            samples += source.loaded.samples
        else:
            samples += [replace(sample, split=own) for sample in source.loaded.samples]
    return samples


def _reader_problems(sources: Sequence[Source]) -> Iterator[Finding]:
    for source in sources:
        for problem in source.loaded.problems:
            kind = "left_out" if problem.dropped else "mended"
            yield Finding(kind, f"{problem.where}: {problem.what}")
        lines = zip(source.records or (), source.loaded.samples, strict=source.records is not None)
        for record, sample in lines:
            marked = sum(bool(plate.get("not_a_plate")) for plate in record["plates"])
            if marked:
                yield Finding("not_a_plate", f"{marked} of {len(record['plates'])}", (sample,))


def _check_pictures(
    samples: Sequence[Sample], prints: Sequence[Fingerprint | Unreadable]
) -> Iterator[Finding]:
    for sample, each in zip(samples, prints, strict=True):
        if isinstance(each, Unreadable):
            yield Finding("unreadable", each.reason, (sample,))
        elif each.size_hw != (sample.height, sample.width):
            height, width = each.size_hw
            message = f"{width}x{height}, labelled as {sample.width}x{sample.height}"
            yield Finding("size_differs", message, (sample,))
