"""Names -> objects. The one place that knows how a model becomes a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Protocol

from platelens.detection import (
    DOUBT,
    ClassicalDetector,
    PlateDetector,
    SingleBoxDetector,
    WholePicture,
)
from platelens.errors import ModelError, UnknownModelError
from platelens.pipeline.pipeline import DEFAULT_SETTINGS, Pipeline, PipelineSettings
from platelens.recognition import CharacterRecognizer, PlateRecognizer
from platelens.recognition.engines.easyocr import EasyOcrRecognizer
from platelens.recognition.engines.lines import TextLine
from platelens.recognition.engines.rapidocr import RapidOcrRecognizer
from platelens.recognition.engines.tesseract import TesseractRecognizer
from platelens.region import LookClassifier, PlateMatcher, shipped_serials
from platelens.runtime import (
    DEFAULT_CLASSIFIER,
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    DEFAULT_WORDS,
    load_manifest,
    model_folder,
    open_session,
    split_size,
)
from platelens.runtime.manifest import Task
from platelens.types import Detector, Reading, Recognizer, RegionMatcher, RgbImage

CLASSICAL: Final = "classical"
WHOLE_PICTURE: Final = "whole"
SERIALS_ALONE: Final = "serials"
NO_MATCHER: Final = "none"

Stage = Literal["detector", "recognizer", "matcher"]


class OcrEngine(Protocol):
    """A reader of others: of plate crops, and of whole photographs."""

    version: str

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Do as `platelens.types.Recognizer`."""
        ...

    def read_lines(self, image: RgbImage) -> list[TextLine]:
        """Find and read every line of text of a photograph."""
        ...


# RapidOCR and Tesseract know no device but the CPU; the threads of the others are their matter.
OCR_ENGINES: Final[Mapping[str, Callable[[str, int], OcrEngine]]] = {
    "easyocr": lambda device, _threads: EasyOcrRecognizer(device=device),
    "rapidocr": lambda _device, threads: RapidOcrRecognizer(threads=threads),
    "tesseract": lambda _device, _threads: TesseractRecognizer(),
}
"""Readers of others by name: what opens them on a device with so many threads."""

_WITHOUT_MODEL: Final[Mapping[Stage, tuple[str, ...]]] = {
    "detector": (CLASSICAL, WHOLE_PICTURE),
    "recognizer": tuple(OCR_ENGINES),
    "matcher": (SERIALS_ALONE, NO_MATCHER),
}
_TASKS: Final[Mapping[Stage, tuple[Task, ...]]] = {
    "detector": ("detection", "box"),
    "recognizer": ("recognition", "characters"),
    "matcher": ("region",),
}


def stage_model(stage: Stage, name: str) -> Path | None:
    """Give the folder of the model that a stage of that name is opened from; None = it has none.

    Raises:
        ModelError: no such model, its manifest is malformed, or it is made for another stage.
    """
    if name in _WITHOUT_MODEL[stage]:
        return None
    model = split_size(name)[0] if stage == "detector" else name
    try:
        folder = model_folder(model)
    except UnknownModelError as error:
        raise UnknownModelError(model, (*error.known, *_WITHOUT_MODEL[stage])) from None
    task, tasks = load_manifest(folder).task, _TASKS[stage]
    if task not in tasks:
        raise ModelError(f"model {model!r} is made for {task}, not for {' or '.join(tasks)}")
    return folder


def build_detector(
    name: str = DEFAULT_DETECTOR,
    *,
    device: str = "cpu",
    threads: int = 2,
    score_threshold: float | None = None,
    doubts: bool = False,
) -> Detector:
    """Open the plate detector of that name; ModelError and DeviceError as `open_session`.

    "classical" looks for plates without a model; "whole" takes every picture for one plate. A
    size may stand behind a model's name: "detector_small@384" brings pictures to 384 pixels at
    their longer side, which is faster, "detector_small@640" finds smaller plates; a detector of a
    single box has one size. `score_threshold` (0..1) replaces the stage's own. With `doubts` a
    model gives doubtful places, too, for a pipeline that reads them.
    """
    folder = stage_model("detector", name)
    if folder is None:
        return _open_without_model(name, score_threshold)
    session = open_session(folder, device=device, threads=threads)
    long_side = split_size(name)[1]
    if session.manifest.task == "detection":
        return PlateDetector(
            session,
            score_threshold=score_threshold,
            long_side=long_side,
            doubt_threshold=DOUBT if doubts else 1.0,
        )
    if long_side:
        raise ModelError(f"{name}: this model takes pictures of one size only")
    return SingleBoxDetector(session, score_threshold=score_threshold)


def _open_without_model(name: str, score_threshold: float | None) -> Detector:
    if name == WHOLE_PICTURE:
        return WholePicture()
    if score_threshold is None:
        return ClassicalDetector()
    return ClassicalDetector(score_threshold=score_threshold)


def build_recognizer(
    name: str = DEFAULT_RECOGNIZER, *, device: str = "cpu", threads: int = 2, top_n: int = 5
) -> Recognizer:
    """Open the plate reader of that name.

    A model of the task "characters" reads plates character by character. The names of
    OCR_ENGINES are readers of others; they have one candidate.

    Raises:
        EngineError: a reader of others is missing; says what to install.
        ModelError: as `open_session`.
        DeviceError: as `open_session`.
    """
    folder = stage_model("recognizer", name)
    if folder is None:
        return open_ocr_engine(name, device=device, threads=threads)
    session = open_session(folder, device=device, threads=threads)
    if session.manifest.task == "characters":
        return CharacterRecognizer(session, top_n=top_n)
    return PlateRecognizer(session, top_n=top_n)


def open_ocr_engine(name: str, *, device: str = "cpu", threads: int = 2) -> OcrEngine:
    """Open one of OCR_ENGINES; EngineError where it is missing, says what to install."""
    return OCR_ENGINES[name](device, threads)


def build_matcher(
    name: str = DEFAULT_CLASSIFIER,
    *,
    regions: Sequence[str] = (),
    device: str = "cpu",
    threads: int = 2,
) -> PlateMatcher | None:
    """Make what tells where plates are from.

    Args:
        name: the model that knows regions by their look; beside the default one, another reads
            the words on plates. "serials" = none, the serials alone decide; "none" = no region is
            told at all, and None is given.
        regions: codes of the only regions that count; () = all.
        device: as `open_session`.
        threads: as `open_session`.

    Raises:
        FormatError: an unknown region; the message names those that come near.
        ModelError: as `open_session`.
        DeviceError: as `open_session`.
    """
    if name == NO_MATCHER:
        return None
    folder, serials = stage_model("matcher", name), shipped_serials()
    if folder is None:
        return PlateMatcher(serials, regions=regions)
    session = open_session(folder, device=device, threads=threads)
    look, words = LookClassifier(session), None
    if session.manifest.name == DEFAULT_CLASSIFIER:  # a copy in a saved pipeline, too
        folder = model_folder(DEFAULT_WORDS)
        words = LookClassifier(open_session(folder, device=device, threads=threads))
    return PlateMatcher(serials, look, words, regions=regions)


def build_pipeline(  # noqa: PLR0913  # a stage or its name each, and how models are opened
    detector: Detector | str = DEFAULT_DETECTOR,
    recognizer: Recognizer | str = DEFAULT_RECOGNIZER,
    matcher: RegionMatcher | str | None = DEFAULT_CLASSIFIER,
    *,
    device: str = "cpu",
    threads: int = 2,
    top_n: int = 5,
    regions: Sequence[str] = (),
    settings: PipelineSettings = DEFAULT_SETTINGS,
) -> Pipeline:
    """Join three stages, each a finished object or the name of a model to open.

    Args:
        detector: a name of `build_detector` ("detector_small", "path:./folder") or an own stage.
        recognizer: likewise, of `build_recognizer`.
        matcher: likewise, of `build_matcher`; None = no region is told.
        device: "cpu" or "cuda", for the models opened here.
        threads: how many threads one call of a model opened here may use.
        top_n: how many candidates a reader opened here gives for a plate.
        regions: for a matcher opened here, as `build_matcher`.
        settings: what the pipeline itself decides.
    """
    if isinstance(detector, str):
        detector = build_detector(detector, device=device, threads=threads, doubts=True)
    if isinstance(recognizer, str):
        recognizer = build_recognizer(recognizer, device=device, threads=threads, top_n=top_n)
    if isinstance(matcher, str):
        matcher = build_matcher(matcher, regions=regions, device=device, threads=threads)
    return Pipeline(detector, recognizer, settings, matcher)
