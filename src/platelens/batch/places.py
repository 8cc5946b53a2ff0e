"""Folders and files, here or in an object store: one address for both, by fsspec."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from fsspec.core import url_to_fs

from platelens.errors import SourceError

_TEMPORARY: Final = ".new"
"""Files with a name that ends so are not finished; all readers of Parquet pass over those that
begin with a dot, as these do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder as its file system describes it."""

    address: str  # a path from the root, or a URL
    is_folder: bool
    is_link: bool
    size: int | None  # bytes
    stamp: str  # changes when the file does, as far as the file system tells; "" = it does not


def open_address(address: str) -> tuple[Any, str]:
    """Give the file system behind a path or URL, and its name there.

    Raises:
        SourceError: the scheme is unknown, needs a package, or its settings are refused.
    """
    try:
        system, name = url_to_fs(address)
    except Exception as error:  # ValueError, ImportError, and what each store has of its own
        raise SourceError(f"{address}: {say(error)}") from error
    return system, str(name)


def say(error: BaseException) -> str:
    """Give the cause of an error in one line."""
    text = getattr(error, "strerror", None) or str(error).strip()
    first = str(text).splitlines()[0] if text else ""
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def in_unicode(text: str) -> str:
    """Give a text that Parquet can hold: of names that are not UTF-8 the bytes are escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def describe(system: Any, info: dict[str, Any]) -> Found:
    """Give what a file system says of a file in its own words."""
    if is_local(system) and info.get("islink") and os.path.exists(info["name"]):
        state = os.stat(info["name"])  # fsspec tells the time of the link itself
        info = {**info, "size": state.st_size, "mtime": state.st_mtime}
    name, size = str(info["name"]), info.get("size")
    stamp = next((info[key] for key in _STAMPS if info.get(key) is not None), "")
    return Found(
        address=name if is_local(system) else str(system.unstrip_protocol(name)),
        is_folder=info["type"] == "directory",
        is_link=bool(info.get("islink")),
        size=None if size is None else int(size),
        stamp=str(stamp),
    )


_STAMPS: Final = ("mtime", "ETag", "etag", "md5Hash", "LastModified", "last_modified", "created")


def look_up(address: str) -> Found:
    """Describe one file; OSError, or an error of the store, where that cannot be done."""
    system, name = open_address(address)
    return describe(system, system.info(name))


def is_local(system: Any) -> bool:
    """Whether a file system is that of this machine."""
    return bool(system.protocol == "file" or "file" in system.protocol)


def open_binary(address: str) -> IO[bytes]:
    """Open a file for reading; errors as `look_up`."""
    system, name = open_address(address)
    return cast(IO[bytes], system.open(name, "rb"))


class Place:
    """A folder that is written to. A file appears there whole or not at all.

    On this machine it is written beside its name, synced and renamed; in object stores an upload
    is whole by itself.
    """

    def __init__(self, address: str) -> None:
        """Name the folder; OSError where it cannot be made."""
        self._system, self._root = open_address(address)
        self.is_local = is_local(self._system)
        self.address = self._root if self.is_local else address.rstrip("/")

    def write(self, name: str, data: bytes) -> None:
        """Write a file; its folders are made. A file of that name is replaced."""
        path = self._path(name)
        if not self.is_local:
            self._system.pipe_file(path, data)
            return
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{target.name}.{uuid.uuid4().hex}{_TEMPORARY}")
        try:
            with new.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        """Give the bytes of a file; FileNotFoundError where there is none."""
        return bytes(self._system.cat_file(self._path(name)))

    def open(self, name: str) -> IO[bytes]:
        """Open a file of which only some places will be read."""
        path = self._path(name)
        if self.is_local:
            return Path(path).open("rb")
        # Or it would fetch megabytes around every place.
        return cast(IO[bytes], self._system.open(path, "rb", cache_type="none"))

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder of that name."""
        return bool(self._system.exists(self._path(name)))

    def names(self, folder: str) -> list[str]:
        """Give the finished files below a folder, sorted; [] where it does not exist."""
        return sorted(n for n in self._below(folder) if not n.endswith(_TEMPORARY))

    def drop_unfinished(self, folder: str) -> None:
        """Remove what writers that were killed have left below a folder."""
        for name in self._below(folder):
            if name.endswith(_TEMPORARY):
                self._system.rm_file(self._path(name))

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all in it, if it is there."""
        path = self._path(name)
        if self._system.exists(path):
            self._system.rm(path, recursive=True)

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _below(self, folder: str) -> Iterator[str]:
        # A listing that fsspec remembers may be older than the files of other processes.
        self._system.invalidate_cache()
        start = len(self._root.rstrip("/")) + 1
        for path in self._system.find(self._path(folder)):
            yield str(path)[start:]


def expand(glob: str) -> list[Found]:
    """Give the files that a glob matches, by name; errors as `look_up`."""
    system, pattern = open_address(glob)
    found = system.glob(pattern, detail=True)
    return sorted((describe(system, info) for info in found.values()), key=lambda f: f.address)


def enter(address: str) -> list[Found]:
    """Give what lies in a folder, by name; errors as `look_up`."""
    system, name = open_address(address)
    infos = system.ls(name, detail=True)
    return sorted((describe(system, info) for info in infos), key=lambda f: f.address)
