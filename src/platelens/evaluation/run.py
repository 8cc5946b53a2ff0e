"""An engine over labelled pictures; an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from platelens import imaging
from platelens.datasets import Sample
from platelens.errors import EngineError, ImageError
from platelens.evaluation.engines import Engine
from platelens.evaluation.look import PlateLook, look_at
from platelens.evaluation.outcome import Finding, Outcome, outcome_of
from platelens.evaluation.sets import EvaluationSet
from platelens.runtime import sha256_hex
from platelens.types import Box, Candidate, Quad

Looks = Mapping[tuple[str, Path], tuple[PlateLook, ...]]
"""How the labelled plates look, by data set and picture."""

Record = dict[str, Any]
Key = tuple[str, str, str]
"""Name of the data set, of the picture in it, and the mark of what is there."""


def pictures_of(sets: Sequence[EvaluationSet]) -> Iterator[tuple[EvaluationSet, Sample]]:
    """Give every picture with its data set."""
    return ((each, sample) for each in sets for sample in each.samples)


def look_at_plates(
    sets: Sequence[EvaluationSet], on_picture: Callable[[], None] = lambda: None
) -> Looks:
    """Measure how the labelled plates look; a picture that cannot be read has no looks."""
    looks = {}
    for each, sample in pictures_of(sets):
        try:
            image = imaging.load(sample.image)
        except ImageError:
            continue
        finally:
            on_picture()
        looks[each.name, sample.image] = tuple(look_at(image, plate) for plate in sample.plates)
    return looks


def run_engine(
    engine: Engine,
    sets: Sequence[EvaluationSet],
    looks: Looks,
    *,
    given: bool = False,
    keep: Path | None = None,
    on_picture: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Run an engine over every picture of the sets.

    A picture that cannot be read, or on which the engine fails, counts as one on which nothing
    was reported.

    Args:
        engine: what is measured.
        sets: the labelled pictures.
        looks: of their plates, for the slices.
        given: the engine was given the labelled plates.
        keep: a file of results; what is in it is not run again unless the picture or its boxes
            have changed, what is run is added to it.
        on_picture: called after every picture.

    Raises:
        EngineError: the engine failed on the first picture, or `keep` is malformed, or of another
            engine or version.
        OSError: `keep` cannot be written.
    """
    outcomes: list[Outcome] = []
    with _Store(keep, engine) as store:
        for each, sample in pictures_of(sets):
            key = (each.name, each.picture_name(sample), _mark(sample) if keep else "")
            record = store.get(key)
            if record is None:
                record = _run(engine, sample, is_first=not outcomes)
                store.put(key, record)
            outcome = _outcome(key, sample, record)
            seen = looks.get((each.name, sample.image), ())
            outcomes.append(replace(outcome, looks=seen, given=given))
            on_picture()
    return outcomes


def _mark(sample: Sample) -> str:
    """Give what changes when the picture or the outlines of its plates do."""
    outlines = repr([plate.outline for plate in sample.plates]).encode()
    try:
        return sha256_hex(sample.image.read_bytes() + outlines)[:16]
    except OSError:
        return ""  # the engine will say why


def _run(engine: Engine, sample: Sample, *, is_first: bool) -> Record:
    try:
        start = time.perf_counter()
        findings = engine.read(sample.image)
        ms = (time.perf_counter() - start) * 1e3
        scan = None if sample.is_crop else engine.scan(sample.image)
    except (EngineError, ImageError) as error:
        if is_first and isinstance(error, EngineError):
            raise  # it will hardly do better on the next one
        return {"ms": 0.0, "findings": [], "scan": None, "error": str(error)}
    return {
        "ms": ms,
        "findings": [asdict(f) for f in findings],
        "scan": None if scan is None else [asdict(f) for f in scan],
        "error": "",
    }


def _outcome(key: Key, sample: Sample, record: Record) -> Outcome:
    scan = record["scan"]
    return replace(
        outcome_of(key[0], key[1], sample, tuple(_finding(f) for f in record["findings"])),
        scan=None if scan is None else tuple(_finding(f) for f in scan),
        ms=record["ms"],
        error=record["error"],
    )


def _finding(record: Record) -> Finding:
    quad = record["quad"]
    return Finding(
        **{
            **record,
            "box": Box(**record["box"]),
            "quad": Quad(**{k: (float(x), float(y)) for k, (x, y) in quad.items()})
            if quad
            else None,
            "candidates": tuple(Candidate(**c) for c in record["candidates"]),
        }
    )


class _Store:
    """The results of one engine in a file of JSON lines; the first line says whose they are."""

    def __init__(self, path: Path | None, engine: Engine) -> None:
        self._path = path
        self._head = {"engine": engine.name, "version": engine.version}
        self._known: dict[Key, Record] = {}
        self._file: TextIO | None = None

    def __enter__(self) -> _Store:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            whole = self._load(self._path) if self._path.exists() else 0
            self._file = self._path.open("r+" if whole else "w", encoding="utf-8")
            self._file.truncate(whole)  # the rest is a line that an interruption cut
            self._file.seek(whole)
            if not whole:
                self._write(self._head)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def get(self, key: Key) -> Record | None:
        """Give what is known of a picture."""
        return self._known.get(key)

    def put(self, key: Key, record: Record) -> None:
        """Keep what was found on a picture; a failure may pass and is not kept."""
        if not record["error"]:
            self._write({"key": key, **record})

    def _write(self, record: Record) -> None:
        if self._file is not None:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()

    def _load(self, path: Path) -> int:
        """Read what is there; gives how many bytes of it are whole lines."""
        text = path.read_bytes()
        whole = text.rfind(b"\n") + 1
        try:
            records = [json.loads(line) for line in text[:whole].splitlines()]
            head, rest = records[:1], records[1:]
            for record in rest:
                dataset, image, mark = record.pop("key")
                self._known[dataset, image, mark] = record
                for finding in [*record["findings"], *(record["scan"] or [])]:
                    _finding(finding)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(f"{path}: is no file of results: {error}") from None
        if head and head[0] != self._head:
            raise EngineError(f"{path}: holds results of {head[0]}, not of {self._head}")
        return whole
