"""Whatever reads plates, behind one face: our pipeline, readers of others, results, commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    NO_MATCHER,
    SERIALS_ALONE,
    Pipeline,
    PlateReader,
    build_detector,
    build_matcher,
    build_recognizer,
)
from platelens.recognition.engines.easyocr import EasyOcrRecognizer
from platelens.recognition.engines.lines import TextLine
from platelens.recognition.engines.rapidocr import RapidOcrRecognizer
from platelens.recognition.engines.tesseract import TesseractRecognizer
from platelens.runtime import (
    DEFAULT_CLASSIFIER,
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    MANIFEST_NAME,
    load_manifest,
    model_folder,
    sha256_hex,
    split_size,
)
from platelens.types import Candidate, Detection, Reading, Recognizer, RegionMatcher, RgbImage

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
    """What our models, and readers of others where they can, are opened with."""

    detector: str = DEFAULT_DETECTOR
    reader: str = DEFAULT_RECOGNIZER
    matcher: str = DEFAULT_CLASSIFIER  # readers of others go without
    device: str = "cpu"  # RapidOCR and Tesseract know no other
    threads: int = 2  # of EasyOCR and Tesseract, their own matter


class ForeignReader(Protocol):
    """A reader of others: of plate crops, and of whole photographs."""

    version: str

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Do as `platelens.types.Recognizer`."""
        ...

    def read_lines(self, image: RgbImage) -> list[TextLine]:
        """Find and read every line of text of a photograph."""
        ...


FOREIGN: Final[Mapping[str, Callable[[EngineOptions], ForeignReader]]] = {
    "easyocr": lambda options: EasyOcrRecognizer(device=options.device),
    "rapidocr": lambda options: RapidOcrRecognizer(threads=options.threads),
    "tesseract": lambda _: TesseractRecognizer(),
}
"""Readers of others, alone as `NAME` and behind our detector as `platelens+NAME`."""

_OURS: Final = "platelens"
_ACCURATE: Final = "platelens-accurate"


def open_engine(spec: str, options: EngineOptions) -> Engine:
    """Open an engine.

    Args:
        spec: `platelens`; `platelens-accurate`, which reads each plate in several views;
            `rapidocr`, `tesseract` or `easyocr`, alone on whole photographs or as
            `platelens+rapidocr`... on what our detector finds; `results:FILE`, which holds what
            `platelens read --json` printed; `command:COMMAND`, which prints the like for the
            file it is called with.
        options: what models are opened with.

    Raises:
        EngineError: no such engine, or what it needs is missing; says what to do.
        ModelError: one of our models cannot be used.
        DeviceError: the device is not available.
    """
    kind, colon, rest = spec.partition(":")
    if colon and kind == "results":
        return ResultsEngine(spec, Path(rest))
    if colon and kind == "command":
        return CommandEngine(spec, rest)
    if spec in (_OURS, _ACCURATE):
        return _PlateEngine(spec, options)
    if spec in FOREIGN:
        return _LineEngine(spec, FOREIGN[spec](options))
    ours, plus, name = spec.partition("+")
    if plus and ours == _OURS and name in FOREIGN:
        return _PlateEngine(spec, options, FOREIGN[name](options))
    known = [_OURS, _ACCURATE, *FOREIGN, *(f"{_OURS}+{name}" for name in FOREIGN)]
    raise EngineError(
        f"unknown engine {spec!r}; known: {', '.join(known)}, results:FILE, command:COMMAND"
    )


def open_given_engine(
    spec: str, options: EngineOptions, plates: Mapping[Path, Sequence[LabelledPlate]]
) -> Engine:
    """Open a reader that is given the labelled plates: it looks for nothing.

    Args:
        spec: `platelens`, `platelens+rapidocr`...: an engine of `open_engine` whose reader takes
            cut plates.
        options: what models are opened with.
        plates: the labelled plates by their picture.

    Raises:
        EngineError: no such reader, or what it needs is missing; says what to do.
        ModelError: our model cannot be used.
        DeviceError: the device is not available.
    """
    ours, plus, name = spec.partition("+")
    if ours != _OURS or (plus and name not in FOREIGN):
        known = [_OURS, *(f"{_OURS}+{name}" for name in FOREIGN)]
        raise EngineError(f"{spec!r} reads no given plates; these do: {', '.join(known)}")
    if plus:
        foreign = FOREIGN[name](options)
        return _GivenEngine(spec, foreign, foreign.version, plates)
    reader = build_recognizer(options.reader, device=options.device, threads=options.threads)
    matcher = build_matcher(options.matcher, reader, device=options.device, threads=options.threads)
    models = f"{_model_version(options.reader)}, {_matcher_version(options.matcher)}"
    return _GivenEngine(spec, reader, models, plates, matcher)


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
    """Our detector, and behind it our reader or another."""

    def __init__(
        self, name: str, options: EngineOptions, reader: ForeignReader | None = None
    ) -> None:
        self.name = name
        second = reader.version if reader else _model_version(options.reader)
        third = [] if reader else [_matcher_version(options.matcher)]
        parts = [_model_version(options.detector), second, *third]
        self.version = ", ".join([*parts, f"platelens {version('platelens')}", options.device])
        self._reader = PlateReader(
            options.detector,
            reader or options.reader,
            NO_MATCHER if reader else options.matcher,
            device=options.device,
            threads=options.threads,
            accurate=name == _ACCURATE,
        )
        self._scanner = build_detector(
            options.detector,
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

    def __init__(self, name: str, reader: ForeignReader) -> None:
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


def _matcher_version(name: str) -> str:
    return name if name in (SERIALS_ALONE, NO_MATCHER) else _model_version(name)


def _model_version(name: str) -> str:
    """Name a model by its manifest, which holds its settings and the checksum of its graph."""
    model, size = split_size(name)
    folder = model_folder(model)
    manifest = load_manifest(folder)  # says what is wrong with it, if anything is
    at = f"@{size}" if size else ""
    return f"{manifest.name}{at} {sha256_hex((folder / MANIFEST_NAME).read_bytes())[:12]}"
