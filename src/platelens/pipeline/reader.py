"""The front door for Python: files, bytes and arrays in, plates out."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import numpy as np
from numpy.typing import NDArray

from platelens import imaging
from platelens.errors import ExtraError
from platelens.pipeline.build import WHOLE_PICTURE, build_pipeline
from platelens.pipeline.pipeline import PipelineSettings, ReadResult
from platelens.pipeline.plans import Plan, load_plan
from platelens.recognition.views import ACCURATE_VIEWS, USUAL_VIEWS, Margin
from platelens.runtime import DEFAULT_CLASSIFIER, DEFAULT_DETECTOR, DEFAULT_RECOGNIZER
from platelens.types import Detector, Pass, Plate, Recognizer, RegionMatcher, RgbImage

if TYPE_CHECKING:
    from platelens.imaging.video import VideoSettings
    from platelens.pipeline.video import WatchSettings

Order = Literal["rgb", "bgr"]
FileSource = str | os.PathLike[str] | bytes
ImageSource = FileSource | NDArray[Any]

_WHOLE_VIEWS: Final[tuple[Margin, ...]] = ((0.0, 0.0),)
"""Of pictures that are plates: there is nothing around them that another view could show."""


class PlateReader:
    """Reads the plates of pictures. One reader can be shared by many threads.

    Args:
        detector: the name of a model, `path:` and a model folder, or an own `Detector`;
            "classical" looks without a model, "whole" takes every picture for one plate.
        recognizer: likewise, or an own `Recognizer`; "tesseract", "easyocr" and "rapidocr" are
            readers of others, each with its own extra.
        matcher: likewise, or an own `RegionMatcher`; "serials" tells regions by the text alone,
            "none" tells none and leaves texts as they are read.
        device: "cpu" or "cuda"; used as asked or refused, never replaced.
        threads: how many threads one call of a model may use.
        top_n: how many candidates a plate gets at most; of an own recogniser, its own matter.
        min_confidence: plates whose text is less sure are left out; 0..1.
        min_char_confidence: characters less sure are in a plate's `failed_positions`; 0..1, at 0
            these are None.
        accurate: read every plate in three views instead of two; slower.
        regions: codes of the only regions that plates may be from ("us-ca"; "us" = all states);
            () = all. Of an own matcher, its own matter.

    Raises:
        FormatError: a region is unknown; the message names those that come near.
        ModelError: a model is unknown, damaged or does not fit.
        EngineError: a reader of others is missing; the message says what to install.
        DeviceError: the device is not available here.
    """

    def __init__(  # noqa: PLR0913  # the front door has one for each thing to decide
        self,
        detector: Detector | str = DEFAULT_DETECTOR,
        recognizer: Recognizer | str = DEFAULT_RECOGNIZER,
        matcher: RegionMatcher | str = DEFAULT_CLASSIFIER,
        *,
        device: str = "cpu",
        threads: int = 2,
        top_n: int = 5,
        min_confidence: float = 0.0,
        min_char_confidence: float = 0.0,
        accurate: bool = False,
        regions: Sequence[str] = (),
    ) -> None:
        views = ACCURATE_VIEWS if accurate else USUAL_VIEWS
        settings = PipelineSettings(
            min_confidence=min_confidence,
            min_char_confidence=min_char_confidence,
            views=_WHOLE_VIEWS if detector == WHOLE_PICTURE else views,
        )
        self.pipeline = build_pipeline(
            detector,
            recognizer,
            matcher,
            device=device,
            threads=threads,
            top_n=top_n,
            regions=regions,
            settings=settings,
        )

    @classmethod
    def from_plan(  # noqa: PLR0913  # a pipeline has the stages; the rest is as in the constructor
        cls,
        plan: Plan | str | os.PathLike[str],
        *,
        device: str = "cpu",
        threads: int = 2,
        top_n: int = 5,
        min_confidence: float = 0.0,
        accurate: bool = False,
        regions: Sequence[str] = (),
    ) -> PlateReader:
        """Open a whole pipeline: one of the package by name, or a saved one by its folder.

        Args:
            plan: "A" to "E", a folder that `platelens pipeline save` wrote, its file, or a Plan.
            device: this and what follows is as in the constructor.
            threads: likewise.
            top_n: likewise.
            min_confidence: likewise.
            accurate: likewise.
            regions: likewise.

        Raises:
            PlanError: there is no such pipeline, or its file is malformed.
            FormatError, ModelError, EngineError, DeviceError: as in the constructor.
        """
        if not isinstance(plan, Plan):
            plan = load_plan(plan)
        return cls(
            plan.detector,
            plan.recognizer,
            plan.matcher,
            device=device,
            threads=threads,
            top_n=top_n,
            min_confidence=min_confidence,
            min_char_confidence=plan.min_char_confidence,
            accurate=accurate,
            regions=regions,
        )

    @overload
    def read(self, image: FileSource) -> list[Plate]: ...
    @overload
    def read(self, image: NDArray[Any], *, order: Order) -> list[Plate]: ...
    def read(self, image: ImageSource, *, order: Order | None = None) -> list[Plate]:
        """Find and read every plate of a picture, left to right; [] when there is none.

        Args:
            image: a path, the bytes of an image file, or an array (H, W, 3).
            order: of an array's channels; must be said for arrays, is ignored for files.

        Raises:
            ImageError: the picture is missing, damaged or too large.
        """
        return self.pipeline.run(_load(image, order))

    def read_batch(
        self, images: Iterable[ImageSource], *, order: Order | None = None
    ) -> list[list[Plate]]:
        """Do as `read` for many pictures; the plates of all are read together.

        Raises:
            ImageError: one of the pictures is missing, damaged or too large.
        """
        one_array = isinstance(images, np.ndarray) and images.ndim < 4
        if one_array or isinstance(images, str | bytes | os.PathLike):
            raise TypeError("read_batch takes several pictures; for a single one there is read")
        return self.pipeline.run_batch(_load(image, order) for image in images)

    def watch(
        self,
        source: str,
        settings: WatchSettings | None = None,
        video: VideoSettings | None = None,
    ) -> Iterator[Pass]:
        """Follow the plates of a video or a camera: one `Pass` for each vehicle that comes by.

        Args:
            source: a file, a stream's address, a webcam or pictures, as `imaging.video.open_video`.
            settings: what is told, and when.
            video: which pictures of the source are wanted, and how long to try.

        Raises:
            ExtraError: FFmpeg or SciPy is missing; the message says what to install.
            VideoError: the source cannot be used, or it has dropped for good.
        """
        # `import platelens` goes without the extra `video`.
        try:
            from platelens.imaging.video import VideoSettings, open_video  # noqa: PLC0415  # above
            from platelens.pipeline.video import Watcher, WatchSettings  # noqa: PLC0415  # likewise
        except ModuleNotFoundError as error:
            raise ExtraError(f"videos need {error.name}: pip install 'platelens[video]'") from error
        watcher = Watcher(self.pipeline, settings or WatchSettings())
        with open_video(source, settings=video or VideoSettings()) as frames:
            yield from watcher.watch(frames)

    def read_timed(self, image: ImageSource, *, order: Order | None = None) -> ReadResult:
        """Do as `read`; the result holds the picture and the times, loading included."""
        start = time.perf_counter()
        loaded = _load(image, order)
        ms_load = (time.perf_counter() - start) * 1e3
        result = self.pipeline.run_timed(loaded)
        return replace(result, ms_total=result.ms_total + ms_load)


def _load(image: ImageSource, order: Order | None) -> RgbImage:
    if isinstance(image, bytes):
        return imaging.decode(image)
    if isinstance(image, str | os.PathLike):
        return imaging.load(image)
    if not isinstance(image, np.ndarray):
        raise TypeError(f"expected a path, bytes or a NumPy array, got {type(image).__name__}")
    if order is None:
        raise TypeError('an array needs its channel order: order="rgb" or order="bgr"')
    return imaging.from_array(image, order=order)
