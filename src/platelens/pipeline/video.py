"""Video in, passes out: one result for each vehicle that comes by.

Every picture in which something moved is searched and read, and the plates are followed. When one
has gone, all its readings vote; what they say is weighed by serial and look as the reading of a
single picture is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from platelens.alphabet import text_distance
from platelens.geometry import contains_point
from platelens.imaging import MotionGate
from platelens.pipeline.ahead import run_ahead
from platelens.pipeline.pipeline import Pipeline, join_plate
from platelens.recognition.views import cut_views, merge_views
from platelens.tracking import PlateTracker, TrackSettings, is_whole, quality, vote
from platelens.types import Detection, Frame, Match, Pass, Plate, Point, RgbImage, Sighting, Track


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What counts as a pass, and when it is told."""

    min_confidence: float = 0.0  # passes whose text is less sure are not told
    doubtful: float = 0.4  # nor are texts less sure than this,
    few_confidence: float = 0.7  # or this where there are one or two sightings,
    clear_sightings: int = 3  # unless the plate was seen so often
    clear_weight: float = 0.5  # with this weight or more: 60 pixels wide, sharp, straight
    duplicate_s: float = 30.0  # the same plate again within this time is the same pass
    same_text: float = 0.25  # texts of which a smaller part differs are one plate's
    park_s: float = 20.0  # a plate that stands for so long is parked, and told at once
    preview: bool = False  # tell of a plate when it is read surely, and again when it has gone
    preview_confidence: float = 0.9
    preview_sightings: int = 3
    roi: tuple[Point, ...] = ()  # corners of the area that counts, parts of width and height
    skip_still: bool = True  # a picture in which nothing moved is not searched,
    look_again_s: float = 5.0  # unless none was for so long
    tracks: TrackSettings = field(default_factory=TrackSettings)


_FEW: Final = 2
"""So many sightings may be of something that is no plate."""

_LEAST_TEXT: Final = 3
"""Fewer characters, none of them sure, are no plate."""

_LEAST_PART: Final = 4
"""Fewer characters of a plate do not tell it from others."""

USUAL_WATCH: Final = WatchSettings()


@dataclass(frozen=True, eq=False, slots=True)
class Watched:
    """What one picture of a video gave."""

    frame: Frame
    tracks: tuple[Track, ...]  # whose plates are in it: where `last` has them
    passes: tuple[Pass, ...]  # told with this picture
    is_searched: bool


@dataclass(frozen=True, eq=False, slots=True)
class _Looked:
    frame: Frame
    found: list[Detection] | None  # None = nothing has moved


class Watcher:
    """Follows the plates of one source. Used once, in one thread.

    Args:
        pipeline: whose stages find, read and match; its settings give the views of a plate.
        settings: what is told.
    """

    def __init__(self, pipeline: Pipeline, settings: WatchSettings = USUAL_WATCH) -> None:
        self._pipeline = pipeline
        self._settings = settings
        self._tracker = PlateTracker(settings.tracks)
        self._pictures: dict[int, RgbImage] = {}  # of live tracks: that of their best sighting
        self._previewed: set[int] = set()
        self._parked: dict[int, str] = {}  # live tracks that were told as parked, and their text
        self._told: list[tuple[str, float]] = []  # texts of late, and when they were last seen

    def watch(self, frames: Iterable[Frame]) -> Iterator[Pass]:
        """Give the passes of `frames`, each when its plate has gone; see `WatchSettings`."""
        for watched in self.watch_frames(frames):
            yield from watched.passes

    def watch_frames(self, frames: Iterable[Frame]) -> Generator[Watched]:
        """Give every picture with what was found in it, and the passes that were told with it.

        Passes that end with the video come with its last picture, once more and not searched.
        Decoding, finding and reading run side by side; closing the generator stops all three.
        """
        frame, trouble = None, None
        looked_at = run_ahead(self._look(run_ahead(frames)))
        try:
            for looked in looked_at:
                frame = looked.frame
                yield self._take(looked)
        except Exception as error:  # what was read before it is told all the same
            trouble = error
        finally:
            looked_at.close()
        if frame is not None:
            passes = self._tell_ended(self._tracker.close())
            yield Watched(frame, (), tuple(passes), is_searched=False)
        if trouble is not None:
            raise trouble

    def plate_of(self, track: Track) -> Plate | None:
        """Give what all sightings of a track say together so far; None where none has a text."""
        raw = vote(track.sightings)
        if raw is None:
            return None
        match = Match(raw, None, None)
        if self._pipeline.matcher is not None:
            (match,) = self._pipeline.matcher.match([track.best.crop], [raw])
        sure_from = self._pipeline.settings.min_char_confidence
        return join_plate(track.best.plate.detection, raw, match, sure_from)

    def _look(self, frames: Generator[Frame]) -> Generator[_Looked]:
        gate = MotionGate()
        searched_s = -float("inf")
        try:
            for frame in frames:
                moved = not self._settings.skip_still or gate.has_moved(frame.image)
                if moved or frame.time_s - searched_s >= self._settings.look_again_s:
                    searched_s = frame.time_s
                    found = self._pipeline.detector.detect(frame.image)
                    yield _Looked(frame, [d for d in found if self._counts(d, frame.image)])
                else:
                    yield _Looked(frame, None)
        finally:
            frames.close()

    def _counts(self, detection: Detection, image: RgbImage) -> bool:
        """Whether a plate is surely one, and lies in the area that counts."""
        if detection.is_doubtful:
            return False
        if not self._settings.roi:
            return True
        height, width = image.shape[:2]
        box = detection.box
        middle = ((box.x1 + box.x2) / 2 / width, (box.y1 + box.y2) / 2 / height)
        return contains_point(self._settings.roi, middle)

    def _take(self, looked: _Looked) -> Watched:
        frame = looked.frame
        if looked.found is None:
            passes = self._tell_ended(self._tracker.stay(frame.time_s))
            passes += self._tell_live()
            return Watched(frame, self._in_sight(frame), tuple(passes), is_searched=False)
        sightings = self._read(frame, looked.found)
        passes = self._tell_ended(self._tracker.update(sightings, frame.time_s))
        for track in self._tracker.live:
            if track.best.time_s == frame.time_s:
                self._pictures[track.id] = frame.image
        passes += self._tell_live()
        return Watched(frame, self._in_sight(frame), tuple(passes), is_searched=True)

    def _in_sight(self, frame: Frame) -> tuple[Track, ...]:
        return tuple(track for track in self._tracker.live if track.last_s == frame.time_s)

    def _read(self, frame: Frame, found: Sequence[Detection]) -> list[Sighting]:
        if not found:
            return []
        views = self._pipeline.settings.views
        crops = cut_views(frame.image, [d.quad for d in found], views)
        readings = merge_views(self._pipeline.recognizer.read(crops), len(views))
        size_hw = (frame.image.shape[0], frame.image.shape[1])
        sightings = []
        for detection, reading, crop in zip(found, readings, crops[:: len(views)], strict=True):
            whole = is_whole(detection.quad, size_hw)
            sightings.append(
                Sighting(
                    plate=Plate(detection, reading, raw_text=reading.text),
                    crop=crop,
                    time_s=frame.time_s,
                    weight=quality(crop, detection.quad, is_whole=whole),
                    is_whole=whole,
                )
            )
        return sightings

    def _tell_live(self) -> list[Pass]:
        """Give previews, and the plates that have come to stay."""
        passes = []
        for track in self._tracker.live:
            if track.id in self._parked:
                # Until it leaves, it is not told again, though its track may break.
                self._remember(self._parked[track.id], track.last_s)
            elif track.still_s >= self._settings.park_s:
                told = self._tell(track, is_parked=True)
                self._parked[track.id] = told[0].plate.text if told else track.best.plate.text
                passes += told
            elif self._settings.preview and track.id not in self._previewed:
                passes += self._preview(track)
        return passes

    def _preview(self, track: Track) -> list[Pass]:
        use = self._settings
        early = self._pass(track) if track.count >= use.preview_sightings else None
        if early is None or early.plate.confidence < use.preview_confidence:
            return []
        if self._is_told(early.plate.text, track.first_s):
            return []
        self._previewed.add(track.id)
        return [replace(early, is_final=False)]

    def _tell_ended(self, ended: Sequence[Track]) -> list[Pass]:
        passes = []
        for track in ended:
            if track.id not in self._parked:
                passes += self._tell(track)
            self._pictures.pop(track.id, None)
            self._previewed.discard(track.id)
            self._parked.pop(track.id, None)
        return passes

    def _tell(self, track: Track, *, is_parked: bool = False) -> list[Pass]:
        """Give the pass of a track; [] where it is none, or one that was told already."""
        found = self._pass(track)
        if found is None:
            return []
        is_known = self._is_told(found.plate.text, track.first_s)
        self._remember(found.plate.text, track.last_s)
        return [] if is_known else [replace(found, is_parked=is_parked)]

    def _pass(self, track: Track) -> Pass | None:
        """Give the pass of a track; None where its text is too doubtful to be told."""
        plate, best = self.plate_of(track), track.best
        if plate is None:
            return None
        if not self._is_worth_telling(track, plate):
            return None
        return Pass(
            id=track.id,
            plate=plate,
            image=self._pictures[track.id],
            crop=best.crop,
            best_s=best.time_s,
            first_s=track.first_s,
            last_s=track.last_s,
            sightings=track.count,
            shift_px=track.shift_px,
        )

    def _is_worth_telling(self, track: Track, plate: Plate) -> bool:
        use = self._settings
        if plate.confidence < use.min_confidence or not any(s.is_whole for s in track.sightings):
            return False
        clear = sum(sighting.weight >= use.clear_weight for sighting in track.sightings)
        least = use.few_confidence if track.count <= _FEW else use.doubtful
        is_clear = clear >= use.clear_sightings and len(plate.text) >= _LEAST_TEXT
        return plate.confidence >= least or is_clear

    def _is_told(self, text: str, first_s: float) -> bool:
        since = first_s - self._settings.duplicate_s
        self._told = [(known, seen_s) for known, seen_s in self._told if seen_s >= since]
        return any(self._is_same(text, known) for known, _ in self._told)

    def _remember(self, text: str, seen_s: float) -> None:
        self._told = [(known, s) for known, s in self._told if known != text]
        self._told.append((text, seen_s))

    def _is_same(self, text: str, known: str) -> bool:
        """Whether a text is that of a plate that was told; the plate may be partly hidden now."""
        is_part = known.startswith(text) or known.endswith(text)
        if is_part and len(text) >= _LEAST_PART:
            return True
        return text_distance(text, known) < self._settings.same_text * max(len(text), len(known))
