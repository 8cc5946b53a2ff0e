"""Whatever reads plates, behind one face: our pipeline, readers of others, results, commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from platelens import imaging
from platelens.alphabet import normalise
from platelens.datasets import LabelledPlate
from platelens.errors import EngineError
from platelens.evaluation.outcome import Finding, findings_of
from platelens.evaluation.printed import CommandEngine, ResultsEngine
from platelens.pipeline import (
    DEFAULT_PLAN,
    NO_MATCHER,
    OCR_ENGINES,
    OcrEngine,
    Pipeline,
    Plan,
    PlateReader,
    Stage,
    build_detector,
    build_matcher,
    build_recognizer,
    change_plan,
    load_plan,
    open_ocr_engine,
    stage_model,
)
from platelens.recognition.engines.lines import TextLine
from platelens.runtime import MANIFEST_NAME, load_manifest, sha256_hex, split_size
from platelens.types import Candidate, Detection, Recognizer, RegionMatcher, RgbImage

SCAN_THRESHOLD: Final = 0.05
"""A precision-recall curve needs detections down to a very low confidence to reach its end."""

PLATE_LENGTHS: Final = range(4, 11)
"""How many characters a line in a photograph has that may be a plate's."""


class Engine(Protocol):
    """Reads the plates of picture files."""

    @property
    def name(self) -> str:
        """Give what was asked for."""
        ...

    @property
    def version(self) -> str:
        """Name models and versions, so that results of different ones are never mixed."""
        ...

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        """Find and read the plates of a picture.

        Raises:
            ImageError: the picture cannot be read.
            EngineError: the engine failed.
        """
        ...

    def scan(self, image: Path, /) -> tuple[Finding, ...] | None:
        """Find plates down to SCAN_THRESHOLD, unread; None of an engine that has no such thing.

        Raises:
            ImageError: the picture cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the stages of our pipelines are, and how they and readers of others are opened."""

    detector: str | None = None  # None = that of the pipeline; of the next two as well
    reader: str | None = None  # not of `platelens+NAME`, which says what reads
    matcher: str | None = None  # likewise, these go without
    device: str = "cpu"  # RapidOCR and Tesseract know no other
    threads: int = 2  # of EasyOCR and Tesseract, their own matter
    regions: tuple[str, ...] = ()  # codes of the only ones that our pipelines tell; () = all


_OURS: Final = "platelens"
_PIPELINE: Final = "pipeline"
_ACCURATE: Final = "platelens-accurate"


def open_engine(spec: str, options: EngineOptions) -> Engine:
    """Open an engine.

    Args:
        spec: `platelens`; `platelens-accurate`, which reads each plate in several views;
            `pipeline:NAME`, a pipeline of the package or a saved one; `rapidocr`, `tesseract` or
            `easyocr`, alone on whole photographs or as `platelens+rapidocr`... on what our
            detector finds; `results:FILE`, which holds what `platelens read --json` printed;
            `command:COMMAND`, which prints the like for the file it is called with.
        options: what models are opened with.

    Raises:
        EngineError: no such engine, or what it needs is missing; says what to do.
        PlanError: no such pipeline, or its file is malformed.
        ModelError: one of our models cannot be used.
        DeviceError: the device is not available.
    """
    kind, colon, rest = spec.partition(":")
    if colon and kind == "results":
        return ResultsEngine(spec, Path(rest))
    if colon and kind == "command":
        return CommandEngine(spec, rest)
    if spec in OCR_ENGINES:
        return _LineEngine(spec, _open_ocr(spec, options))
    plan = _plan(spec, options)
    if plan:
        return _PlateEngine(spec, plan, options)
    known = [_OURS, _ACCURATE, *OCR_ENGINES, *(f"{_OURS}+{name}" for name in OCR_ENGINES)]
    raise EngineError(
        f"unknown engine {spec!r}; known: {', '.join(known)}, "
        "pipeline:NAME, results:FILE, command:COMMAND"
    )


def open_given_engine(
    spec: str, options: EngineOptions, plates: Mapping[Path, Sequence[LabelledPlate]]
) -> Engine:
    """Open a reader that is given the labelled plates: it looks for nothing.

    Args:
        spec: `platelens`, `platelens+rapidocr`..., `pipeline:NAME`: an engine of `open_engine`
            whose reader takes cut plates.
        options: what models are opened with.
        plates: the labelled plates by their picture.

    Raises:
        EngineError: no such reader, or what it needs is missing; says what to do.
        PlanError: no such pipeline, or its file is malformed.
        ModelError: our model cannot be used.
        DeviceError: the device is not available.
    """
    plan = _plan(spec, options) if spec != _ACCURATE else None
    if not plan:
        known = [_OURS, *(f"{_OURS}+{name}" for name in OCR_ENGINES), f"{_PIPELINE}:NAME"]
        raise EngineError(f"{spec!r} reads no given plates; these do: {', '.join(known)}")
    reader = _open_reader(plan, options)
    matcher = build_matcher(
        plan.matcher,
        regions=options.regions,
        device=options.device,
        threads=options.threads,
    )
    return _GivenEngine(spec, reader, _reading_version(plan, reader, options), plates, matcher)


def _plan(spec: str, options: EngineOptions) -> Plan | None:
    """Give the pipeline that an engine's name stands for; None where it stands for none."""
    ours, plus, name = spec.partition("+")
    if plus and ours == _OURS and name in OCR_ENGINES:
        plan = change_plan(DEFAULT_PLAN, recognizer=name, matcher=NO_MATCHER)
        return change_plan(plan, detector=options.detector)
    kind, colon, rest = spec.partition(":")
    if colon and kind == _PIPELINE:
        plan = load_plan(rest)
    elif spec in (_OURS, _ACCURATE):
        plan = DEFAULT_PLAN
    else:
        return None
    return change_plan(
        plan, detector=options.detector, recognizer=options.reader, matcher=options.matcher
    )


def _open_reader(plan: Plan, options: EngineOptions) -> Recognizer:
    return build_recognizer(plan.recognizer, device=options.device, threads=options.threads)


def _open_ocr(name: str, options: EngineOptions) -> OcrEngine:
    return open_ocr_engine(name, device=options.device, threads=options.threads)


@dataclass(frozen=True, slots=True)
class _Given:
    """A detector of what is known already."""

    found: list[Detection]

    def detect(self, _image: RgbImage) -> list[Detection]:
        return self.found


class _GivenEngine:
    """A reader of the labelled plates, one finding each."""

    def __init__(
        self,
        spec: str,
        reader: Recognizer,
        reader_version: str,
        plates: Mapping[Path, Sequence[LabelledPlate]],
        matcher: RegionMatcher | None = None,
    ) -> None:
        self.name = f"{spec}, plates given"
        self.version = f"{reader_version}, platelens {version('platelens')}"
        self._reader = reader
        self._plates = plates
        self._matcher = matcher

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        pixels, plates = imaging.load(image), self._plates[image]
        if not plates:
            return ()
        found = [Detection(p.box, p.outline, 1.0) for p in plates]
        pipeline = Pipeline(_Given(found), self._reader, matcher=self._matcher)
        return findings_of(pipeline.run(pixels))

    def scan(self, _image: Path, /) -> None:
        """Give nothing: nothing is looked for."""


class _PlateEngine:
    """One of our pipelines."""

    def __init__(self, name: str, plan: Plan, options: EngineOptions) -> None:
        self.name = name
        recognizer = _open_reader(plan, options)
        parts = [
            _stage_version("detector", plan.detector),
            _reading_version(plan, recognizer, options),
        ]
        self.version = ", ".join([*parts, f"platelens {version('platelens')}", options.device])
        self._reader = PlateReader(
            plan.detector,
            recognizer,
            plan.matcher,
            device=options.device,
            threads=options.threads,
            accurate=name == _ACCURATE,
            regions=options.regions,
        )
        self._scanner = build_detector(
            plan.detector,
            device=options.device,
            threads=options.threads,
            score_threshold=SCAN_THRESHOLD,
        )

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        return findings_of(self._reader.read(image))

    def scan(self, image: Path, /) -> tuple[Finding, ...]:
        found = self._scanner.detect(imaging.load(image))
        return tuple(Finding(d.box, d.confidence, quad=d.quad) for d in found)


class _LineEngine:
    """A reader of others on whole photographs: every line that may be a plate's counts as one."""

    def __init__(self, name: str, reader: OcrEngine) -> None:
        self.name = name
        self.version = f"{reader.version}, platelens {version('platelens')}"
        self._reader = reader

    def read(self, image: Path, /) -> tuple[Finding, ...]:
        lines = [(normalise(x.text), x) for x in self._reader.read_lines(imaging.load(image))]
        return tuple(_finding(text, line) for text, line in lines if _may_be_plate(text))

    def scan(self, _image: Path, /) -> None:
        """Give nothing: lines of text are no detections of plates."""


def _may_be_plate(text: str) -> bool:
    return len(text) in PLATE_LENGTHS and any(c.isdigit() for c in text)


def _finding(text: str, line: TextLine) -> Finding:
    sure = line.confidence
    return Finding(line.box, sure, text, sure, (Candidate(text, sure),), line.quad)


def _reading_version(plan: Plan, recognizer: Recognizer, options: EngineOptions) -> str:
    """Name what reads and what tells which regions, if anything does."""
    # Readers of others know theirs when they are open.
    own = getattr(recognizer, "version", "") if plan.recognizer in OCR_ENGINES else ""
    parts = [own or _stage_version("recognizer", plan.recognizer)]
    if plan.matcher != NO_MATCHER:
        parts.append(" ".join([_stage_version("matcher", plan.matcher), *options.regions]))
    return ", ".join(parts)


def _stage_version(stage: Stage, name: str) -> str:
    """Name a model by its manifest, which holds its settings and the checksum of its graph."""
    folder = stage_model(stage, name)
    if folder is None:
        return name
    manifest, size = load_manifest(folder), split_size(name)[1] if stage == "detector" else None
    at = f"@{size}" if size else ""
    return f"{manifest.name}{at} {sha256_hex((folder / MANIFEST_NAME).read_bytes())[:12]}"
