"""Names -> objects. The one place that knows how a model becomes a stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from platelens.detection import PlateDetector
from platelens.errors import ModelError
from platelens.pipeline.pipeline import DEFAULT_SETTINGS, Pipeline, PipelineSettings
from platelens.recognition import PlateRecognizer
from platelens.region import LookClassifier, NameReader, PlateMatcher, shipped_serials
from platelens.runtime import (
    DEFAULT_CLASSIFIER,
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    Session,
    model_folder,
    open_session,
    split_size,
)
from platelens.runtime.manifest import Task
from platelens.types import Detector, Recognizer, RegionMatcher

SERIALS_ALONE: Final = "serials"
NO_MATCHER: Final = "none"


def build_detector(
    name: str = DEFAULT_DETECTOR,
    *,
    device: str = "cpu",
    threads: int = 2,
    score_threshold: float | None = None,
) -> PlateDetector:
    """Open the plate detector of that name; ModelError and DeviceError as `open_session`.

    A size may stand behind the name: "detector_small@384" brings pictures to 384 pixels at their
    longer side, which is faster, "detector_small@640" finds smaller plates. `score_threshold`
    (0..1) replaces the model's own.
    """
    model, long_side = split_size(name)
    session = _open(model, "detection", device=device, threads=threads)
    return PlateDetector(session, score_threshold=score_threshold, long_side=long_side)


def build_recognizer(
    name: str = DEFAULT_RECOGNIZER, *, device: str = "cpu", threads: int = 2, top_n: int = 5
) -> PlateRecognizer:
    """Open the plate reader of that name; ModelError and DeviceError as `open_session`."""
    session = _open(name, "recognition", device=device, threads=threads)
    return PlateRecognizer(session, top_n=top_n)


def build_matcher(
    name: str = DEFAULT_CLASSIFIER,
    recognizer: Recognizer | None = None,
    *,
    regions: Sequence[str] = (),
    device: str = "cpu",
    threads: int = 2,
) -> PlateMatcher | None:
    """Make what tells where plates are from.

    Args:
        name: the model that knows regions by their look; "serials" = none, the serials alone
            decide; "none" = no region is told at all, and None is given.
        recognizer: reads the words on plates whose look leaves doubts; None = nobody does.
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
    serials = shipped_serials()
    if name == SERIALS_ALONE:
        return PlateMatcher(serials, regions=regions)
    look = LookClassifier(_open(name, "region", device=device, threads=threads))
    names = NameReader(recognizer, serials.captions) if recognizer else None
    return PlateMatcher(serials, look, names, regions=regions)


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
        detector: a model's name ("detector_small", "path:./folder") or an own stage.
        recognizer: likewise.
        matcher: likewise, by the names of `build_matcher`; None = no region is told.
        device: "cpu" or "cuda", for the models opened here.
        threads: how many threads one call of a model opened here may use.
        top_n: how many candidates a reader opened here gives for a plate.
        regions: for a matcher opened here, as `build_matcher`.
        settings: what the pipeline itself decides.
    """
    if isinstance(detector, str):
        detector = build_detector(detector, device=device, threads=threads)
    if isinstance(recognizer, str):
        recognizer = build_recognizer(recognizer, device=device, threads=threads, top_n=top_n)
    if isinstance(matcher, str):
        matcher = build_matcher(
            matcher, recognizer, regions=regions, device=device, threads=threads
        )
    return Pipeline(detector, recognizer, settings, matcher)


def _open(name: str, task: Task, *, device: str, threads: int) -> Session:
    session = open_session(model_folder(name), device=device, threads=threads)
    if session.manifest.task != task:
        raise ModelError(f"model {name!r} is made for {session.manifest.task}, not for {task}")
    return session
