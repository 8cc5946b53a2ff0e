"""The folder of pictures. A file is on disk before the read that names it is stored."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from platelens.errors import MissingRecordError, RecordError, StoreDownError, StoreOpenError
from platelens.store.reads import MediaFile

_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}")
_PART: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_MAX_PATH: Final = 400


class MediaFolder:
    """Pictures by day, under names that nobody can guess."""

    def __init__(self, folder: Path) -> None:
        """Make the folder if it is missing; StoreOpenError when that fails."""
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreOpenError(f"{folder}: {error.strerror}") from error

    def save(self, data: bytes, suffix: str) -> MediaFile:
        """Write a file, to the disk; `suffix` is ".jpg" or alike.

        Raises:
            RecordError: the suffix is none.
            StoreDownError: the file cannot be written.
        """
        return self.save_all([(data, suffix)])[0]

    def save_all(self, pictures: Iterable[tuple[bytes, str]]) -> list[MediaFile]:
        """Do as `save` for each, all or none; they share one wait for the folder.

        Raises:
            RecordError: a suffix is none.
            StoreDownError: a file cannot be written.
        """
        day = f"{datetime.now(UTC):%Y/%m/%d}"
        folder = self._folder / day
        saved: list[MediaFile] = []
        try:
            for data, suffix in pictures:
                if not saved:
                    self._make(folder)
                name = f"{uuid4().hex}{_checked(suffix)}"
                digest = hashlib.sha256(data).hexdigest()
                saved.append(MediaFile(f"{day}/{name}", digest, len(data)))
                _write(folder / name, data)
            if saved:
                _sync_folder(folder)
        except BaseException as error:
            for file in saved:
                with suppress(OSError):
                    (self._folder / file.path).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise StoreDownError(f"{folder}: {error.strerror}") from error
            raise
        return saved

    def load(self, file: MediaFile) -> bytes:
        """Read a file.

        Raises:
            MissingRecordError: it is not there any more.
        """
        try:
            return self.locate(file.path).read_bytes()
        except OSError as error:
            raise MissingRecordError(f"{file.path}: {error.strerror}") from error

    def locate(self, path: str) -> Path:
        """Give where a file is.

        Raises:
            RecordError: the path does not stay below the folder.
        """
        return self._folder / check_path(path)

    def remove(self, path: str) -> None:
        """Remove a file; one that is not there is no error.

        Raises:
            StoreDownError: the file cannot be removed.
        """
        try:
            self.locate(path).unlink(missing_ok=True)
        except OSError as error:
            raise StoreDownError(f"{path}: {error.strerror}") from error

    def older_than(self, age_s: float) -> Iterator[str]:
        """Give the paths of all files that were not changed for so many seconds."""
        latest = time.time() - age_s
        for folder, _, names in os.walk(self._folder):
            for name in names:
                file = Path(folder, name)
                if file.stat().st_mtime < latest:
                    yield file.relative_to(self._folder).as_posix()

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, each on disk."""
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            _sync_folder(folder.parent)


def check_path(path: str) -> str:
    """Give `path` back; RecordError when it does not stay below the folder of pictures."""
    if len(path) > _MAX_PATH or not all(_PART.fullmatch(part) for part in path.split("/")):
        raise RecordError(f"path: expected one below the media folder, got {path[:80]!r}")
    return path


def _checked(suffix: str) -> str:
    if not _SUFFIX.fullmatch(suffix):
        raise RecordError(f"suffix: expected one as .jpg, got {suffix!r}")
    return suffix


def _write(path: Path, data: bytes) -> None:
    """Write a new file, to the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk, where the system can (Windows cannot)."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
