"""Names -> objects. The one place that knows how a model becomes a stage."""

from __future__ import annotations

from platelens.detection import PlateDetector
from platelens.errors import ModelError
from platelens.pipeline.pipeline import DEFAULT_SETTINGS, Pipeline, PipelineSettings
from platelens.recognition import PlateRecognizer
from platelens.runtime import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    Session,
    model_folder,
    open_session,
    split_size,
)
from platelens.runtime.manifest import Task
from platelens.types import Detector, Recognizer


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


def build_pipeline(
    detector: Detector | str = DEFAULT_DETECTOR,
    recognizer: Recognizer | str = DEFAULT_RECOGNIZER,
    *,
    device: str = "cpu",
    threads: int = 2,
    top_n: int = 5,
    settings: PipelineSettings = DEFAULT_SETTINGS,
) -> Pipeline:
    """Join two stages, each a finished object or the name of a model to open.

    Args:
        detector: a model's name ("detector_small", "path:./folder") or an own stage.
        recognizer: likewise.
        device: "cpu" or "cuda", for the models opened here.
        threads: how many threads one call of a model opened here may use.
        top_n: how many candidates a reader opened here gives for a plate.
        settings: what the pipeline itself decides.
    """
    if isinstance(detector, str):
        detector = build_detector(detector, device=device, threads=threads)
    if isinstance(recognizer, str):
        recognizer = build_recognizer(recognizer, device=device, threads=threads, top_n=top_n)
    return Pipeline(detector, recognizer, settings)


def _open(name: str, task: Task, *, device: str, threads: int) -> Session:
    session = open_session(model_folder(name), device=device, threads=threads)
    if session.manifest.task != task:
        raise ModelError(f"model {name!r} is made for {session.manifest.task}, not for {task}")
    return session
