"""The bytes of a shard's pictures, some of them ahead, and why those of others cannot be had."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from platelens.batch.archives import ArchiveError, read_archive
from platelens.batch.places import look_up, open_address, say
from platelens.batch.schema import Trouble
from platelens.batch.sources import Entry

AHEAD: Final = 8
"""Pictures that are fetched before they are needed: it hides how long an object store takes."""

MAX_BYTES: Final = 1 << 30
"""A larger file is no picture that could be decoded."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture's bytes, or why there are none."""

    picture: int  # within the shard
    image: str
    data: bytes = b""
    trouble: Trouble | None = None
    error: str = ""
    repeated: str = ""  # of a repeated entry: where it was before


def fetch_shard(entries: Sequence[Entry]) -> Iterator[Fetched]:
    """Give the pictures of a shard in order; each entry gives one, an archive all that it has."""
    if len(entries) == 1 and entries[0].kind == "archive":
        yield from _from_archive(entries[0])
        return
    with ThreadPoolExecutor(AHEAD) as pool:
        pending: deque[Future[Fetched]] = deque()
        try:
            for number, entry in enumerate(entries):
                pending.append(pool.submit(_fetch, number, entry))
                if len(pending) > AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


def _fetch(number: int, entry: Entry) -> Fetched:
    address = entry.address
    if entry.kind == "repeated":
        return Fetched(number, address, repeated=entry.trouble)
    if entry.kind == "broken":
        return Fetched(number, address, trouble="manifest", error=f"{address}: {entry.trouble}")
    try:
        change, data = _read(entry)
    except Exception as error:  # stores have exceptions of their own, for credentials and more
        return Fetched(number, address, trouble=_kind_of(error), error=f"{address}: {say(error)}")
    if change:
        return Fetched(number, address, trouble="changed", error=f"{address}: {change}")
    return Fetched(number, address, data)


def _read(entry: Entry) -> tuple[str, bytes]:
    """Give how a file departs from the plan, and its bytes."""
    if entry.size is not None and entry.size > MAX_BYTES:
        raise OSError(f"{entry.size:,} bytes are no picture")
    if "://" not in entry.address:
        with open(entry.address, "rb") as file:
            state = os.fstat(file.fileno())
            if state.st_size > MAX_BYTES:
                raise OSError(f"{state.st_size:,} bytes are no picture")
            return _change(entry, state.st_size, str(state.st_mtime)), file.read()
    system, name = open_address(entry.address)
    data = bytes(system.cat_file(name))
    # Asking for the stamp would cost a request a picture.
    return _change(entry, len(data), entry.stamp), data


def _change(entry: Entry, size: int, stamp: str) -> str:
    """Say how a file differs from the listing; "" = not, or the plan does not know it."""
    if entry.size is None or (entry.size, entry.stamp) == (size, stamp):
        return ""
    if entry.size != size:
        return f"changed since the plan was made: {entry.size:,} bytes then, {size:,} now"
    return "changed since the plan was made"


def _from_archive(entry: Entry) -> Iterator[Fetched]:
    address, number = entry.address, 0
    try:
        found = look_up(address)
        change = _change(entry, found.size or 0, found.stamp)
        if change:
            yield Fetched(0, address, trouble="changed", error=f"{address}: {change}")
            return
        for member in read_archive(address):
            yield Fetched(number, member.address, member.data)
            number += 1
    except ArchiveError as error:
        yield Fetched(number, address, trouble="archive", error=f"{address}: {error}")
    except Exception as error:  # as in _fetch
        yield Fetched(number, address, trouble=_kind_of(error), error=f"{address}: {say(error)}")
    else:
        if number == 0:
            cause = "no picture in the archive"
            yield Fetched(0, address, trouble="archive", error=f"{address}: {cause}")


def _kind_of(error: Exception) -> Trouble:
    if isinstance(error, FileNotFoundError):
        return "missing"
    name = type(error).__name__.lower()
    denied = ("credential", "forbidden", "unauthorized", "accessdenied", "permission")
    if isinstance(error, PermissionError) or any(word in name for word in denied):
        return "denied"
    return "unreachable"
