"""What people name as SOURCE -> the pictures to read, always in the same order.

Nothing is passed over in silence: what is no picture is counted, and a line of a manifest or a
file that cannot be used becomes an entry with a trouble, which ends as a row with an error.
"""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from platelens.batch.places import Found, enter, expand, in_unicode, look_up, open_binary, say
from platelens.errors import SourceError
from platelens.imaging import IMAGE_SUFFIXES

Kind = Literal["picture", "archive", "repeated", "broken"]

ARCHIVE_SUFFIXES: Final = (".tar", ".tar.gz", ".tgz")
_MANIFEST_SUFFIXES: Final = (".jsonl", ".ndjson", ".parquet")
_NAMED_SKIPS: Final = 5
_BRACES: Final = re.compile(r"\{(\d+)\.\.(\d+)\}")
"""WebDataset's way to write many shards: street-{000..099}.tar."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture to read, an archive of pictures, or what stands in place of one."""

    kind: Kind
    address: str
    size: int | None = None  # bytes, where the listing says it
    stamp: str = ""  # as `Found.stamp`
    trouble: str = ""  # of "broken": why it cannot be used; of "repeated": where it was first


@dataclass(slots=True)
class Skipped:
    """What a source holds besides pictures."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, address: str) -> None:
        """Count a file."""
        self.count += 1
        if len(self.examples) < _NAMED_SKIPS:
            self.examples.append(address)


def list_entries(sources: Sequence[str], column: str, skipped: Skipped) -> Iterator[Entry]:
    """Give the pictures and archives of all sources, in order.

    Args:
        sources: files, folders (with their subfolders), globs, manifests, archives; paths or URLs.
        column: of manifests, where the address of the picture is.
        skipped: gets what is no picture.

    Raises:
        SourceError: a source is missing or cannot be listed, or there is no picture in it.
    """
    seen: dict[str, str] = {}
    for source in sources:
        entries = _list_source(source, column, skipped)
        first = next(entries, None)
        if first is None:
            raise SourceError(f"{source}: no picture, archive or manifest in it")
        for entry in itertools.chain([first], entries):
            yield _mark_repeated(_in_unicode(entry), seen, source)


def _in_unicode(entry: Entry) -> Entry:
    address = in_unicode(entry.address)
    if address == entry.address:
        return entry
    return Entry("broken", address, trouble="its name is not UTF-8")


def _mark_repeated(entry: Entry, seen: dict[str, str], source: str) -> Entry:
    if entry.kind == "broken":
        return entry
    known = seen.get(entry.address)
    if known is None:
        seen[entry.address] = source
        return entry
    where = "" if known == source else f" in {known}"
    return Entry("repeated", entry.address, trouble=f"named before{where}")


def _list_source(source: str, column: str, skipped: Skipped) -> Iterator[Entry]:
    numbers = _BRACES.search(source)
    if numbers:
        first, last = numbers.groups()
        for number in range(int(first), int(last) + 1):
            name = f"{source[: numbers.start()]}{number:0{len(first)}}{source[numbers.end() :]}"
            yield from _list_source(name, column, skipped)
        return
    try:
        if glob.has_magic(source) and not os.path.lexists(source):
            for found in expand(_absolute(source)):
                if not found.is_folder:
                    yield from _take(found, column, skipped)
            return
        found = look_up(_absolute(source))
        if found.is_folder:
            yield from _walk(found, skipped)
        else:
            yield from _take(found, column, skipped, is_named=True)
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(f"{source}: no such file or folder") from None
    except Exception as error:  # stores have exceptions of their own: no credentials, no bucket...
        raise SourceError(f"{source}: cannot be listed: {say(error)}") from error


def _absolute(source: str) -> str:
    """Give a path from the root: workers have other working folders."""
    return source if "://" in source else os.path.abspath(os.path.expanduser(source))


def _walk(folder: Found, skipped: Skipped) -> Iterator[Entry]:
    for found in enter(folder.address):
        if not found.is_folder:
            yield from _take(found, "", skipped)
        elif found.is_link:  # it may lead back to a folder above
            skipped.add(found.address)
        elif found.address.rstrip("/") != folder.address.rstrip("/"):  # some stores list itself
            yield from _walk(found, skipped)


def _take(
    found: Found, column: str, skipped: Skipped, *, is_named: bool = False
) -> Iterator[Entry]:
    """Give the entries of a file; manifests count only where there is a `column` for them."""
    name = found.address.lower()
    if name.endswith(ARCHIVE_SUFFIXES):
        yield Entry("archive", found.address, found.size, found.stamp)
    elif column and name.endswith(_MANIFEST_SUFFIXES):
        yield from _read_manifest(found, column)
    elif is_named or os.path.splitext(name)[1] in IMAGE_SUFFIXES:
        yield Entry("picture", found.address, found.size, found.stamp)
    else:
        skipped.add(found.address)


def _read_manifest(found: Found, column: str) -> Iterator[Entry]:
    """Give the pictures of a manifest; its damage ends it, as an entry."""
    is_parquet = found.address.lower().endswith(".parquet")
    values = _parquet_values if is_parquet else _json_values
    folder = found.address.rpartition("/")[0]
    try:
        for number, (value, trouble) in enumerate(values(found.address, column), start=1):
            if isinstance(value, str) and value:
                yield Entry("picture", _beside(value, folder))
            else:
                cause = trouble or f"no text in {column!r}"
                row = f"{'row' if is_parquet else 'line'} {number}"
                yield Entry("broken", found.address, trouble=f"{row}: {cause}")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        yield Entry("broken", found.address, trouble=f"the manifest is damaged: {say(error)}")


def _beside(value: str, folder: str) -> str:
    """Give the address of a picture that a manifest in `folder` names."""
    if "://" in value or os.path.isabs(value):
        return value
    return f"{folder}/{value}" if "://" in folder else os.path.normpath(f"{folder}/{value}")


def _parquet_values(address: str, column: str) -> Iterator[tuple[Any, str]]:
    with open_binary(address) as file:
        table = pq.ParquetFile(file)
        if column not in table.schema_arrow.names:
            known = ", ".join(table.schema_arrow.names)
            yield None, f"no column {column!r}; known: {known}"
            return
        for batch in table.iter_batches(columns=[column]):
            yield from ((value, "") for value in batch.column(0).to_pylist())


def _json_values(address: str, column: str) -> Iterator[tuple[Any, str]]:
    with open_binary(address) as file:
        for line in file:
            if not line.strip():
                yield None, "the line is empty"
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                yield None, f"not JSON: {error}"
                continue
            yield (row.get(column) if isinstance(row, Mapping) else row), ""
