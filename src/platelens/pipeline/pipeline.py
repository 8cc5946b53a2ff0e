"""Detector and recogniser in a row. The stages never call each other; this file calls them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from platelens.detection import WholePicture
from platelens.pipeline.again import Surroundings
from platelens.recognition.views import (
    USUAL_VIEWS,
    Margin,
    cut_views,
    merge_readings,
    merge_views,
)
from platelens.types import (
    Detection,
    Detector,
    Locator,
    Match,
    Plate,
    Reading,
    Recognizer,
    RegionMatcher,
    RgbImage,
)


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """What the pipeline itself decides, apart from its stages."""

    min_confidence: float = 0.0
    """Plates read with less than this are left out; 0 keeps even those without a text."""

    min_char_confidence: float = 0.0
    """Characters less sure than this count as failed; 0 = it is not asked."""

    whole_min_confidence: float = 0.8
    """A picture in which no plate is found counts as a plate itself if read this surely."""

    again_below: float = 0.8
    """Plates read less surely are looked at again from near, and the readings are merged; 0 =
    never. Detectors that are no `Locator` look once."""

    doubtful_min_confidence: float = 0.9
    """A doubtful detection counts as a plate if it is read this surely."""

    whole_aspect: tuple[float, float] = (1.2, 8.0)
    """Width / height of such a picture, least and most."""

    whole_width: tuple[int, int] = (24, 800)
    """Width of such a picture in pixels, least and most: larger ones are hardly crops."""

    views: tuple[Margin, ...] = USUAL_VIEWS
    """Margins with which each plate is cut out to be read; the readings are merged."""

    def __post_init__(self) -> None:
        """Refuse confidences that are none."""
        for value in (
            self.min_confidence,
            self.min_char_confidence,
            self.whole_min_confidence,
            self.again_below,
            self.doubtful_min_confidence,
        ):
            if not 0 <= value <= 1:
                raise ValueError(f"a confidence lies between 0 and 1, got {value}")
        if not self.views:
            raise ValueError("a plate needs at least one view")


DEFAULT_SETTINGS: Final = PipelineSettings()


@dataclass(frozen=True, eq=False, slots=True)
class ReadResult:
    """What one picture gave, and how long it took."""

    image: RgbImage  # as displayed: the pixels that boxes and corners refer to
    plates: tuple[Plate, ...]  # left to right
    ms_detect: float
    ms_read: float  # rectification, recogniser and region, all plates together
    ms_total: float  # with the loading of the picture where the caller did not load it

    @property
    def width(self) -> int:
        """Width of the picture in pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Height of the picture in pixels."""
        return int(self.image.shape[0])


@dataclass(frozen=True, slots=True)
class _Find:
    """A place to read: found by the detector, or a whole picture that may be a plate."""

    detection: Detection
    is_whole: bool = False
    near: Surroundings | None = None  # for a second look; None = there is none


class Pipeline:
    """Finds and reads the plates of pictures. Safe to share between threads.

    Args:
        detector: the first stage.
        recognizer: the second stage.
        settings: what is decided here.
        matcher: the third stage; None = texts stay as they are read, no region is told.
    """

    def __init__(
        self,
        detector: Detector,
        recognizer: Recognizer,
        settings: PipelineSettings = DEFAULT_SETTINGS,
        matcher: RegionMatcher | None = None,
    ) -> None:
        self.detector = detector
        self.recognizer = recognizer
        self.settings = settings
        self.matcher = matcher

    def with_matcher(self, matcher: RegionMatcher | None) -> Pipeline:
        """Give a pipeline of the same stages but the third one."""
        return Pipeline(self.detector, self.recognizer, self.settings, matcher)

    def run(self, image: RgbImage) -> list[Plate]:
        """Find and read every plate of `image`, left to right; [] when there is none."""
        return self.run_batch([image])[0]

    def run_batch(self, images: Iterable[RgbImage]) -> list[list[Plate]]:
        """Do as `run` for each of `images`, with one call of the recogniser for all plates.

        The pictures are taken one by one; only the rectified plates of all stay in memory.
        """
        finds: list[list[_Find]] = []
        crops: list[RgbImage] = []
        for image in images:
            finds.append(self._find(image))
            crops += self._cut(image, finds[-1])
        return self._finish(finds, crops)

    def run_timed(self, image: RgbImage) -> ReadResult:
        """Do as `run` and say how long each stage took."""
        return self.run_batch_timed([image])[0]

    def run_batch_timed(self, images: Sequence[RgbImage]) -> list[ReadResult]:
        """Do as `run_batch` and say how long it took; what all took together is shared evenly."""
        finds: list[list[_Find]] = []
        crops: list[RgbImage] = []
        ms_detect = []
        for image in images:
            start = time.perf_counter()
            finds.append(self._find(image))
            ms_detect.append((time.perf_counter() - start) * 1e3)
        start = time.perf_counter()
        for image, each in zip(images, finds, strict=True):
            crops += self._cut(image, each)
        plates = self._finish(finds, crops)
        ms_read = (time.perf_counter() - start) * 1e3 / max(1, len(images))
        return [
            ReadResult(image, tuple(found), ms, ms_read, ms + ms_read)
            for image, found, ms in zip(images, plates, ms_detect, strict=True)
        ]

    def _find(self, image: RgbImage) -> list[_Find]:
        finds = [_Find(d, near=self._near(image, d)) for d in
                 sorted(self.detector.detect(image), key=lambda d: d.box.x1)]  # fmt: skip
        if all(find.detection.is_doubtful for find in finds) and self._may_be_plate(image):
            (whole,) = WholePicture().detect(image)
            finds.insert(0, _Find(replace(whole, confidence=0.0), is_whole=True))
        return finds

    def _finish(self, finds: Sequence[Sequence[_Find]], crops: list[RgbImage]) -> list[list[Plate]]:
        """Read all that was found in some pictures; `crops` are its views."""
        readings = self._read(crops)
        read = list(zip(readings, self._match(crops, readings), strict=True))
        flat, read = self._look_again([find for each in finds for find in each], read)
        rest = iter(zip(flat, read, strict=True))
        return [self._join(list(islice(rest, len(each)))) for each in finds]

    def _look_again(
        self, finds: list[_Find], read: list[tuple[Reading, Match]]
    ) -> tuple[list[_Find], list[tuple[Reading, Match]]]:
        """Look at plates again that were not read surely; what both looks say is merged."""
        seen: dict[int, Detection] = {}
        crops: list[RgbImage] = []
        for place, (find, (_, match)) in enumerate(zip(finds, read, strict=True)):
            if find.near is None or _sureness(match.reading) >= self.settings.again_below:
                continue
            if (again := find.near.look(self.settings.views)) is not None:
                seen[place] = again[0]
                crops += again[1]
        if not seen:
            return finds, read
        readings = self._read(crops)
        before = [read[place][0] for place in seen]
        merged = list(map(merge_readings, zip(before, readings, strict=True)))
        matches = self._match(crops, merged)
        for n, (place, detection) in enumerate(seen.items()):
            if _sureness(readings[n]) > _sureness(before[n]):
                finds[place] = replace(finds[place], detection=detection)
            read[place] = merged[n], matches[n]
        return finds, read

    def _near(self, image: RgbImage, detection: Detection) -> Surroundings | None:
        if detection.is_doubtful or not self.settings.again_below:
            return None
        detector = self.detector
        return Surroundings(detector, image, detection) if isinstance(detector, Locator) else None

    def _may_be_plate(self, image: RgbImage) -> bool:
        height, width = image.shape[:2]
        narrowest, widest = self.settings.whole_width
        squarest, longest = self.settings.whole_aspect
        aspect = float(width / height)
        return narrowest <= int(width) <= widest and squarest <= aspect <= longest

    def _cut(self, image: RgbImage, finds: Sequence[_Find]) -> list[RgbImage]:
        return cut_views(image, [f.detection.quad for f in finds], self.settings.views)

    def _read(self, crops: list[RgbImage]) -> list[Reading]:
        """Give one reading for all views of a place."""
        readings = self.recognizer.read(crops) if crops else []
        if len(readings) != len(crops):
            raise ValueError(
                f"a recogniser must give a reading for each crop; "
                f"got {len(crops)} crops, {len(readings)} readings"
            )
        return merge_views(readings, len(self.settings.views))

    def _match(self, crops: Sequence[RgbImage], readings: list[Reading]) -> list[Match]:
        """Weigh look and text of each place; the look is that of its first view."""
        if self.matcher is None:
            return [Match(reading, None, None) for reading in readings]
        return self.matcher.match(crops[:: len(self.settings.views)], readings)

    def _join(self, read: Sequence[tuple[_Find, tuple[Reading, Match]]]) -> list[Plate]:
        plates = []
        for find, (raw, match) in read:
            detection, reading = find.detection, match.reading
            least = self.settings.min_confidence
            confidence = _sureness(reading)
            if find.is_whole:
                # Nothing but its text says that the picture is a plate.
                detection = replace(detection, confidence=confidence)
                least = max(least, self.settings.whole_min_confidence)
            if detection.is_doubtful:
                least = max(least, self.settings.doubtful_min_confidence)
            if confidence >= least:
                plates.append(join_plate(detection, raw, match, self.settings.min_char_confidence))
                if find.is_whole:  # what is found in it is a part of it
                    break
        return plates


def _sureness(reading: Reading) -> float:
    """Give how sure a text is: without one, a confidence is that there is nothing to read."""
    return reading.confidence if reading.text else 0.0


def join_plate(
    detection: Detection, raw: Reading, match: Match, min_char_confidence: float
) -> Plate:
    """Put together what the stages say of one plate.

    Args:
        detection: where it is.
        raw: what the recogniser read.
        match: what the matcher made of that.
        min_char_confidence: as in `PipelineSettings`.
    """
    failed = None
    if min_char_confidence > 0:
        failed = match.reading.failed_positions(min_char_confidence)
    return Plate(detection, match.reading, match.region, raw.text, match.reason, failed)
