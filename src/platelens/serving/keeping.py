"""Stores what was read, and tells who listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from platelens import imaging
from platelens.geometry import cut_plate
from platelens.imaging.header import MAGIC_BYTES, sniff
from platelens.pipeline import ReadResult
from platelens.serving.engine import Upload
from platelens.serving.events import EventBus
from platelens.serving.metrics import Metrics
from platelens.serving.settings import Kept
from platelens.store import MediaFile, NewRead, Passing, Source, Store, WatchMatch
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


class Keeper:
    """Puts plates with their pictures into the store; safe to use from several threads.

    Args:
        store: where they are kept.
        events: is told of each.
        metrics: counts them.
        images: which pictures are kept.
        models: version by stage, which is kept with each.
    """

    def __init__(
        self,
        store: Store,
        events: EventBus,
        metrics: Metrics,
        images: Kept,
        models: Mapping[str, str],
    ) -> None:
        self._store = store
        self._events = events
        self._metrics = metrics
        self._images = images
        self._models = models

    def keep(
        self, pictures: Sequence[tuple[Upload, ReadResult]], origin: Origin
    ) -> list[list[KeptPlate]]:
        """Store the plates of pictures, all or nothing; they are on disk when this returns.

        Raises:
            RecordError: a value cannot be stored; names the field.
            StoreDownError: the store cannot be written to.
        """
        reads: list[NewRead] = []
        for upload, result in pictures:
            image = self._save(upload, result) if result.plates else None
            reads += [self._read(plate, result.image, image, origin) for plate in result.plates]
        rest = iter(self._add(reads))
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
        image = None
        if self._images == "all":
            image = self._store.media.save(imaging.encode(found.image, ".jpg"), ".jpg")
        passing = Passing(
            first_seen=clock(found.first_s),
            last_seen=clock(found.last_s),
            sightings=found.sightings,
            direction_deg=found.direction_deg,
            is_parked=found.is_parked,
        )
        read = replace(self._read(found.plate, found.image, image, origin), passing=passing)
        return self._add([read])[0]

    def _add(self, reads: Sequence[NewRead]) -> list[KeptPlate]:
        matches = [tuple(self._store.watch.match(r.text, r.candidates)) for r in reads]
        numbers = self._store.reads.add_many(reads)
        kept = [KeptPlate(*each) for each in zip(numbers, matches, strict=True)]
        for read, plate in zip(reads, kept, strict=True):
            self._tell(read, plate)
        return kept

    def _read(
        self, plate: Plate, picture: RgbImage, image: MediaFile | None, origin: Origin
    ) -> NewRead:
        reading, region = plate.reading, plate.region
        return NewRead(
            time=origin.time,
            text=plate.text,
            confidence=plate.confidence,
            readable=reading is not None and reading.is_readable,
            raw_text=plate.raw_text,
            camera=origin.camera,
            region=region.code if region else "",
            region_confidence=region.confidence if region else 0.0,
            candidates=reading.candidates if reading else (),
            box=plate.detection.box,
            corners=plate.detection.quad,
            image=image,
            crop=self._save_crop(picture, plate),
            source=origin.source,
            models=self._models,
        )

    def _save(self, upload: Upload, result: ReadResult) -> MediaFile | None:
        """Keep a picture as it came, if browsers can show that."""
        if self._images != "all":
            return None
        suffix = _SHOWN_BY_BROWSERS.get(sniff(upload.data[:MAGIC_BYTES]) or "")
        if suffix is not None:
            return self._store.media.save(upload.data, suffix)
        return self._store.media.save(imaging.encode(result.image, ".jpg"), ".jpg")

    def _save_crop(self, picture: RgbImage, plate: Plate) -> MediaFile | None:
        if self._images == "none":
            return None
        crop = cut_plate(picture, plate.detection.quad)
        return self._store.media.save(imaging.encode(crop, ".jpg"), ".jpg")

    def _tell(self, read: NewRead, kept: KeptPlate) -> None:
        self._metrics.plates.labels(read.source).inc()
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
        self._events.publish("alert" if kept.matches else "read", told)


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
