"""Stores what was read, and tells who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

from platelens import imaging
from platelens.geometry import cut_plate
from platelens.imaging.header import MAGIC_BYTES, sniff
from platelens.pipeline import ReadResult
from platelens.serving.engine import Upload
from platelens.serving.events import EventBus
from platelens.serving.metrics import Metrics
from platelens.serving.outgoing import Sender, deliveries_for
from platelens.serving.settings import StoreSettings
from platelens.serving.writer import Writer
from platelens.store import (
    Delivery,
    MediaFile,
    NewRead,
    Passing,
    Source,
    Store,
    Target,
    WatchMatch,
)
from platelens.types import Pass, Plate, RgbImage

_SHOWN_BY_BROWSERS: Final = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when pictures were taken."""

    camera: str  # "" = nobody said
    time: datetime
    source: Source = "api"


@dataclass(frozen=True, slots=True)
class KeptPlate:
    """What became of a plate."""

    id: int
    matches: tuple[WatchMatch, ...]


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told of what was stored."""

    events: EventBus
    metrics: Metrics
    sender: Sender


@dataclass(frozen=True, eq=False, slots=True)
class _Sight:
    """A picture whose plates are to be stored, at least one."""

    plates: Sequence[Plate]
    files: Sequence[tuple[bytes, str]]  # what is kept of it: itself, then each plate


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    """What is to be stored of one request, or of one pass."""

    sights: Sequence[_Sight]
    origin: Origin
    passing: Passing | None = None

    def __len__(self) -> int:
        return sum(len(sight.plates) for sight in self.sights)


@dataclass(frozen=True, slots=True)
class _Found:
    """A plate to be stored."""

    read: NewRead
    plate: Plate


class Keeper:
    """Puts plates with their pictures into the store; safe to use from several threads.

    Args:
        store: where they are kept.
        listeners: are told of each.
        settings: which pictures are kept, and whether plates are hashed.
        models: version by stage, which is kept with each.
    """

    def __init__(
        self,
        store: Store,
        listeners: Listeners,
        settings: StoreSettings,
        models: Mapping[str, str],
    ) -> None:
        self._store = store
        self._writer = Writer(self._write)
        self._listeners = listeners
        self._images = settings.images
        self._hashes = bool(settings.plate_key_file)
        self._models = models

    def keep(
        self, pictures: Sequence[tuple[Upload, ReadResult]], origin: Origin
    ) -> list[list[KeptPlate]]:
        """Store the plates of pictures, all or nothing; they are on disk when this returns.

        Raises:
            RecordError: a value cannot be stored; names the field.
            StoreDownError: the store cannot be written to.
        """
        sights = [
            self._sight(result.image, result.plates, upload.data)
            for upload, result in pictures
            if result.plates
        ]
        rest = iter(self._writer.write(_Job(sights, origin)) if sights else ())
        return [[next(rest) for _ in result.plates] for _, result in pictures]

    def keep_pass(self, found: Pass, camera: str, clock: Callable[[float], datetime]) -> KeptPlate:
        """Store a vehicle's pass; it is on disk when this returns.

        Args:
            found: what came by.
            camera: who saw it.
            clock: turns the times of its source into those of the wall.

        Raises:
            StoreDownError: the store cannot be written to.
        """
        origin = Origin(camera, clock(found.best_s), "pass")
        passing = Passing(
            first_seen=clock(found.first_s),
            last_seen=clock(found.last_s),
            sightings=found.sightings,
            direction_deg=found.direction_deg,
            is_parked=found.is_parked,
        )
        sight = self._sight(found.image, [found.plate])
        return self._writer.write(_Job([sight], origin, passing))[0]

    def _sight(self, image: RgbImage, plates: Sequence[Plate], data: bytes = b"") -> _Sight:
        """Make ready what is kept of a picture; `data` is how it came, if as a file."""
        files = []
        if self._images == "all":
            # As it came, if browsers can show that.
            suffix = _SHOWN_BY_BROWSERS.get(sniff(data[:MAGIC_BYTES]) or "")
            files.append((data, suffix) if suffix else _encoded(image))
        if self._images != "none":
            files += [_encoded(cut_plate(image, plate.detection.quad)) for plate in plates]
        return _Sight(plates, files)

    def _write(self, jobs: Sequence[_Job]) -> list[list[KeptPlate]]:
        """Store all plates of some requests, all or nothing."""
        files = [file for job in jobs for sight in job.sights for file in sight.files]
        saved = iter(self._store.media.save_all(files))
        kept = iter(self._add([found for job in jobs for found in self._reads(job, saved)]))
        return [list(islice(kept, len(job))) for job in jobs]

    def _reads(self, job: _Job, saved: Iterator[MediaFile]) -> Iterator[_Found]:
        """Make the reads of a job, whose pictures are the next ones that were saved."""
        for sight in job.sights:
            image = next(saved) if self._images == "all" else None
            for plate in sight.plates:
                crop = next(saved) if self._images != "none" else None
                yield _Found(self._read(plate, image, crop, job), plate)

    def _add(self, found: Sequence[_Found]) -> list[KeptPlate]:
        plates = [(each.read.text, each.read.candidates) for each in found]
        matches = [tuple(some) for some in self._store.watch.match_all(plates)]
        targets = self._store.outbox.targets()
        deliveries = [
            self._deliveries(each, some, targets) for each, some in zip(found, matches, strict=True)
        ]
        numbers = self._store.reads.add_many([each.read for each in found], deliveries)
        kept = [KeptPlate(*each) for each in zip(numbers, matches, strict=True)]
        for each, plate in zip(found, kept, strict=True):
            self._tell(each.read, plate)
        if any(deliveries):
            self._listeners.sender.wake()
        return kept

    def _deliveries(
        self, found: _Found, matches: Sequence[WatchMatch], targets: Sequence[Target]
    ) -> list[Delivery]:
        if self._hashes and not matches:  # nobody is told a plate that must not be kept
            return []
        details = {
            "detection_confidence": round(float(found.plate.detection.confidence), 4),
            "watch": [match_record(match) for match in matches],
        }
        return deliveries_for(found.read, matches, targets, details)

    def _read(
        self, plate: Plate, image: MediaFile | None, crop: MediaFile | None, job: _Job
    ) -> NewRead:
        reading, region = plate.reading, plate.region
        return NewRead(
            time=job.origin.time,
            text=plate.text,
            confidence=plate.confidence,
            readable=reading is not None and reading.is_readable,
            raw_text=plate.raw_text,
            camera=job.origin.camera,
            region=region.code if region else "",
            region_confidence=region.confidence if region else 0.0,
            candidates=reading.candidates if reading else (),
            box=plate.detection.box,
            corners=plate.detection.quad,
            image=image,
            crop=crop,
            source=job.origin.source,
            passing=job.passing,
            models=self._models,
        )

    def _tell(self, read: NewRead, kept: KeptPlate) -> None:
        self._listeners.metrics.plates.labels(read.source).inc()
        told: dict[str, Any] = {
            "id": kept.id,
            "time": read.time.isoformat(),
            "text": read.text,
            "confidence": round(read.confidence, 4),
            "readable": read.readable,
            "camera": read.camera,
            "region": read.region,
            "source": read.source,
            "watch": [match_record(match) for match in kept.matches],
        }
        self._listeners.events.publish("alert" if kept.matches else "read", told)


def _encoded(image: RgbImage) -> tuple[bytes, str]:
    return imaging.encode(image, ".jpg"), ".jpg"


def match_record(match: WatchMatch) -> dict[str, Any]:
    """Give what is said of an entry of a watch-list that a plate may be one of."""
    rule = match.entry.rule
    return {
        "id": match.entry.id,
        "label": rule.label,
        "kind": rule.kind,
        "text": rule.text,
        "probability": round(match.probability, 4),
    }
