"""The pictures of a folder and their labels, which several people change at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platelens import imaging
from platelens.datasets import Sample
from platelens.datasets.index import (
    INDEX_NAME,
    Record,
    enumerate_records,
    parse_record,
    write_records,
)
from platelens.datasets.readers.pictures import find_pictures
from platelens.errors import AnnotationError

NEW: Final = "new"
"""The revision of a picture that has no labels yet."""

_REMOVED: Final = "removed"
"""Where `platelens data check --fix` moves pictures that are not wanted."""


class StaleRevisionError(Exception):
    """Somebody else changed the labels meanwhile."""

    def __init__(self, current: Labels) -> None:
        super().__init__(f"{current.record['image']}: was changed by somebody else")
        self.current = current


class MissingPictureError(Exception):
    """There is no such picture in the folder."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a picture as they stand in the file."""

    record: Record
    revision: str  # changes with the labels, whoever changes them: a digest of them, or NEW


@dataclass(frozen=True, slots=True)
class PictureState:
    """How far the work on a picture is."""

    image: str  # from the folder on, with "/"
    revision: str
    plates: int
    open_texts: int  # plates whose text nobody has typed, or said to be unreadable
    is_done: bool
    texts: str  # of its plates, to search in


class LabelFolder:
    """Reads and writes `annotations.jsonl`; safe to use from several threads and processes.

    A file that others change meanwhile is read again; lines and keys that platelens does not know
    stay as they are.

    Raises:
        AnnotationError: there is no such folder, it has no picture, or its file is malformed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._stamp: tuple[int, int, int] | None = None
        self._records: list[Record] = []
        self._lines: dict[str, int] = {}  # image -> its (first) line
        self._revisions: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._count = 0
        self._changes: dict[str, int] = {}  # image -> the count when it last changed
        with self._lock:
            self._scan()
            self._refresh()
        if not self._paths:
            raise AnnotationError(f"{folder}: has no picture")

    def pictures(self) -> list[PictureState]:
        """Give all pictures that are in the folder now, by name."""
        with self._lock:
            self._scan()
            self._refresh()
            return [self._state(image) for image in self._paths]

    def changes(self, since: int) -> tuple[int, list[PictureState]]:
        """Give the pictures whose labels changed after a count, and the count now.

        Counts begin at 0 with each server: one that is larger than it can be gives all.
        """
        with self._lock:
            self._refresh()
            since = since if since <= self._count else -1
            later = [image for image, count in self._changes.items() if count > since]
            return self._count, [self._state(image) for image in later if image in self._paths]

    def path(self, image: str) -> Path:
        """Give the file of a picture; MissingPictureError when the folder has none of that name."""
        with self._lock:
            if image not in self._paths:
                self._scan()
            try:
                return self._paths[image]
            except KeyError:
                raise MissingPictureError(f"there is no picture {image!r}") from None

    def labels(self, image: str) -> Labels:
        """Give the labels of a picture; empty ones when it has none yet.

        Raises:
            MissingPictureError: there is no such picture.
            ImageError: it cannot be read.
            AnnotationError: the file was made unreadable meanwhile.
        """
        path = self.path(image)
        with self._lock:
            self._refresh()
            line = self._lines.get(image)
            if line is not None:
                return Labels(self._records[line], self._revisions[image])
        height, width = imaging.read_size_hw(path)
        record = {"image": image, "width": width, "height": height, "plates": [], "vehicles": []}
        return Labels(record, NEW)

    def save(self, image: str, change: Mapping[str, Any], revision: str) -> Labels:
        """Put `change` (of "plates" and "done") in place of what the labels of a picture say.

        A picture that was begun here, and has neither a plate nor is done, is no longer listed:
        it would count as one without plates.

        Args:
            image: the picture.
            change: its keys replace those of the line; others stay.
            revision: of the labels that were changed.

        Raises:
            StaleRevisionError: that is no longer the revision; nothing was changed.
            AnnotationError: the labels are malformed; names the field. Nothing was changed.
            OSError: the file cannot be written; it is as it was.
        """
        with self._lock, _alone(self.folder):
            before = self.labels(image)
            if before.revision != revision:
                raise StaleRevisionError(before)
            record = before.record | dict(change)
            if before.revision != NEW and "done" not in before.record and not record.get("done"):
                record.pop("done", None)  # nobody has begun here: others made these labels
            parse_record(record, self.folder)
            line = self._lines.get(image, len(self._records))
            kept = [] if _says_nothing(record) else [record]
            records = [*self._records[:line], *kept, *self._records[line + 1 :]]
            write_records(records, self.folder)
            self._take(records)
            return self.labels(image)

    def samples(self, *, done_only: bool = False) -> list[Sample]:
        """Give the labelled pictures whose files are there."""
        with self._lock:
            self._scan()
            self._refresh()
            return [
                parse_record(record, self.folder)
                for record in self._records
                if (record.get("done") is True or not done_only)
                and record.get("image") in self._paths
            ]

    def _scan(self) -> None:
        found = ((path.relative_to(self.folder), path) for path in find_pictures(self.folder))
        self._paths = {
            inside.as_posix(): path for inside, path in found if inside.parts[0] != _REMOVED
        }

    def _refresh(self) -> None:
        """Read the file when it is not the one that was read or written last."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        numbered = enumerate_records(self.folder) if stamp else []
        for number, record in numbered:
            try:
                parse_record(record, self.folder)
            except AnnotationError as error:
                raise AnnotationError(f"{self.folder / INDEX_NAME}:{number}: {error}") from None
        self._take([record for _, record in numbered])

    def _take(self, records: list[Record]) -> None:
        """Take what the file holds now, and count which pictures it changes."""
        before = self._revisions
        known = {id(self._records[line]): before[image] for image, line in self._lines.items()}
        lines, revisions = {}, {}
        for line, record in enumerate(records):
            image = record["image"]
            if image not in lines:
                lines[image] = line
                revisions[image] = known.get(id(record)) or _digest(record)
        self._records, self._lines, self._revisions = records, lines, revisions
        changed = {image for image, each in revisions.items() if before.get(image) != each}
        for image in changed | (before.keys() - revisions.keys()):
            self._count += 1
            self._changes[image] = self._count
        self._stamp = self._stamp_now()

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            status = (self.folder / INDEX_NAME).stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _state(self, image: str) -> PictureState:
        line = self._lines.get(image)
        if line is None:
            return PictureState(image, NEW, 0, 0, is_done=False, texts="")
        record = self._records[line]
        plates = [plate for plate in record["plates"] if not plate.get("not_a_plate")]
        texts = [plate.get("text") for plate in plates]
        return PictureState(
            image=image,
            revision=self._revisions[image],
            plates=len(plates),
            open_texts=texts.count(""),
            is_done=record.get("done") is True,
            texts=" ".join(filter(None, texts)),
        )


def _says_nothing(record: Record) -> bool:
    is_begun = record.get("done") is False
    return is_begun and not record["plates"] and not record.get("vehicles")


def _digest(record: Record) -> str:
    line = json.dumps(record, sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()[:16]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes that label the same folder out, where the system can."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415  # there is none on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # gives the lock back


def describe_pictures(states: Sequence[PictureState]) -> list[dict[str, Any]]:
    """Give the states as JSON has them."""
    return [
        {
            "image": state.image,
            "revision": state.revision,
            "plates": state.plates,
            "open": state.open_texts,
            "done": state.is_done,
            "texts": state.texts,
        }
        for state in states
    ]
