"""Tar archives of pictures (WebDataset's shards), read from the front to the end once."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from platelens.batch.places import in_unicode, open_binary, say
from platelens.imaging import IMAGE_SUFFIXES


@dataclass(frozen=True, slots=True)
class Member:
    """A picture in an archive."""

    address: str  # as fsspec has it: tar://name::archive
    data: bytes


class ArchiveError(Exception):
    """An archive is damaged; the pictures before that place were given."""


def read_archive(address: str) -> Iterator[Member]:
    """Give the pictures of an archive; files that are none (labels, JSON) are passed over.

    Raises:
        ArchiveError: it is damaged or ends too early, and where.
        OSError: it cannot be opened or read.
    """
    last = "its beginning"
    try:
        with open_binary(address) as file, tarfile.open(fileobj=file, mode="r:*") as archive:
            for member in archive:
                archive.members = []  # type: ignore[attr-defined]  # or it would remember them all
                if not member.isfile() or not _is_picture(member.name):
                    continue
                name = in_unicode(member.name)
                part = archive.extractfile(member)
                data = part.read() if part else b""
                if len(data) != member.size:
                    raise ArchiveError(f"the archive ends within {name}")
                yield Member(f"tar://{name}::{address}", data)
                last = name
            _check_end(archive, last)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ArchiveError(f"the archive is damaged after {last}: {say(error)}") from error


def _is_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES


def _check_end(archive: tarfile.TarFile, last: str) -> None:
    """Refuse an end that is none: tarfile takes any block that it cannot read for one."""
    archive.fileobj.seek(archive.offset)
    block = archive.fileobj.read(tarfile.BLOCKSIZE)
    if len(block) < tarfile.BLOCKSIZE or block.strip(b"\0"):
        raise ArchiveError(f"the archive is damaged or cut off after {last}")
