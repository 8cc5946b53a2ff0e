"""Reads that people have confirmed or corrected, as labelled pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from platelens.datasets import Loaded, Sample
from platelens.datasets.readers.labels import LabelLog, RawPlate
from platelens.errors import AnnotationError
from platelens.geometry import quad_to_array
from platelens.serving.server import open_settings_store
from platelens.serving.settings import Settings, load_settings
from platelens.store import MediaFile, Read, ReadQuery, ReviewState, Store

_SAID: Final[tuple[ReviewState, ...]] = ("confirmed", "corrected")
_MOMENT: Final = timedelta(microseconds=1)


def load_reviewed(source: Path) -> Loaded:
    """Give the reviewed reads of a service.

    Args:
        source: its data folder, or its file of settings.

    Raises:
        AnnotationError: there is no such service.
        SettingsError, StoreError: its settings or its store cannot be used.
    """
    settings = load_settings(source) if source.is_file() else Settings(data=source)
    if not settings.data.is_dir():
        raise AnnotationError(f"{source}: neither the data folder of a service nor its settings")
    with open_settings_store(settings) as store:
        return reviewed_samples(store)


def reviewed_samples(store: Store) -> Loaded:
    """Give the pictures of which every read was reviewed; of others, the plates cut out.

    A picture with a plate that nobody has looked at must not teach a detector that there is
    nothing. How many rows a plate has is not stored: it counts as one.
    """
    log = LabelLog()
    samples: list[Sample] = []
    seen: set[str] = set()
    for read in _reviewed(store):
        if read.image is None:
            samples += _crop(store, read, log)
        elif read.image.path not in seen:
            seen.add(read.image.path)
            samples += _picture(store, read.image, _beside(store, read), log)
    return Loaded(samples, log.problems)


def _reviewed(store: Store) -> Iterator[Read]:
    for state in _SAID:
        yield from store.reads.export(ReadQuery(review=state))


def _beside(store: Store, read: Read) -> list[Read]:
    """Give all reads of the picture of a read: they have its time and camera."""
    moment = ReadQuery(since=read.time, until=read.time + _MOMENT, camera=read.camera)
    return [each for each in store.reads.export(moment) if each.image == read.image]


def _picture(store: Store, image: MediaFile, reads: list[Read], log: LabelLog) -> list[Sample]:
    said = [read for read in reads if read.review is not None]
    is_whole = len(said) == len(reads) and all(read.text and read.box for read in reads)
    if not is_whole:
        return [sample for read in said for sample in _crop(store, read, log)]
    plates = [_label(read) for read in sorted(reads, key=lambda read: read.id)]
    sample = log.sample(store.media.locate(image.path), plates, _name(reads[0]))
    return [] if sample is None else [sample]


def _crop(store: Store, read: Read, log: LabelLog) -> list[Sample]:
    if read.crop is None or not read.text:
        missing = "its plate was not kept" if read.text else "its text is kept as a hash"
        log.note(_name(read), f"is left out: {missing}", dropped=True)
        return []
    label = RawPlate(text=read.text, region=read.region or None)
    sample = log.crop_sample(store.media.locate(read.crop.path), label, _name(read))
    return [] if sample is None else [sample]


def _label(read: Read) -> RawPlate:
    box, corners = read.box, read.corners
    return RawPlate(
        xyxy=(box.x1, box.y1, box.x2, box.y2) if box else None,
        corners=quad_to_array(corners) if corners else None,
        text=read.text,
        region=read.region or None,
        where=_name(read),
    )


def _name(read: Read) -> str:
    return f"read {read.id}"
