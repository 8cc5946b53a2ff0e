"""The plan of a job: which pictures belong to which shard, on disk before the work begins.

A shard is so many pictures in the order of the source, or one archive. It has one number for ever:
the same source gives the same plan. `plan.json` is written last; without it there is no plan.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from platelens.batch.places import Place
from platelens.batch.schema import SCHEMA_VERSION
from platelens.batch.sources import Entry, Skipped
from platelens.errors import BatchError

PLAN_FILE: Final = "plan.json"
PLAN_FOLDER: Final = "plan"
_FORMAT: Final = 1
_SHARDS_A_PART: Final = 256
"""A part of the plan has a row group for each of so many shards: a worker reads only its own."""

_COLUMNS: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("address", pa.string()),
        ("size", pa.int64()),
        ("stamp", pa.string()),
        ("trouble", pa.string()),
    ]
)


@dataclass(slots=True)
class Counts:
    """What a plan holds."""

    shards: int = 0
    pictures: int = 0  # those in archives are not known before they are read
    archives: int = 0
    repeated: int = 0
    broken: int = 0

    def add(self, shard: list[Entry]) -> None:
        """Count a shard."""
        self.shards += 1
        for entry in shard:
            if entry.kind == "picture":
                self.pictures += 1
            elif entry.kind == "archive":
                self.archives += 1
            elif entry.kind == "repeated":
                self.repeated += 1
            else:
                self.broken += 1

    def say(self) -> str:
        """Give the counts in words."""
        return f"{self.pictures:,} pictures and {self.archives:,} archives"


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What `plan.json` says."""

    sources: list[str]
    shard_size: int
    column: str
    digest: str  # of all entries, in order
    options: dict[str, Any]  # as `ReadOptions.record`
    counts: Counts = field(default_factory=Counts)
    skipped: Skipped = field(default_factory=Skipped)

    @property
    def shards(self) -> range:
        """The numbers of all shards."""
        return range(self.counts.shards)


def cut(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """Give the shards of a listing: `size` entries, or one archive."""
    shard: list[Entry] = []
    for entry in entries:
        if entry.kind == "archive":
            if shard:
                yield shard
            yield [entry]
            shard = []
            continue
        shard.append(entry)
        if len(shard) == size:
            yield shard
            shard = []
    if shard:
        yield shard


class Digest:
    """Sums up shards as they go by."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self.counts = Counts()

    def watch(self, shards: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
        """Give the shards on, each added to the sum."""
        for shard in shards:
            for entry in shard:
                line = (entry.kind, entry.address, entry.size, entry.stamp, entry.trouble)
                self._hash.update(json.dumps(line).encode())
            self._hash.update(b"|")
            self.counts.add(shard)
            yield shard

    def value(self) -> str:
        """Give the sum so far."""
        return self._hash.hexdigest()


def write_parts(shards: Iterator[list[Entry]], place: Place) -> None:
    """Write the entries of all shards; one part is in memory at a time."""
    for part in itertools.count():
        some = list(itertools.islice(shards, _SHARDS_A_PART))
        if not some:
            return
        sink = io.BytesIO()
        with pq.ParquetWriter(sink, _COLUMNS, compression="zstd") as writer:
            for shard in some:
                rows = [asdict(entry) for entry in shard]
                writer.write_table(pa.Table.from_pylist(rows, _COLUMNS), row_group_size=len(rows))
        place.write(_part_name(part), sink.getvalue())


def read_shard(place: Place, shard: int) -> list[Entry]:
    """Give the entries of a shard.

    Raises:
        BatchError: the plan is damaged.
    """
    part, group = divmod(shard, _SHARDS_A_PART)
    try:
        with place.open(_part_name(part)) as file:
            table = pq.ParquetFile(file).read_row_group(group)
        return [Entry(**row) for row in table.to_pylist()]
    except (OSError, pa.ArrowException) as error:
        raise BatchError(f"{place.address}/{_part_name(part)}: cannot be read: {error}") from error


def save_plan(plan: JobPlan, place: Place) -> None:
    """Write `plan.json`: from now on the plan counts."""
    content = {"format": _FORMAT, "schema": SCHEMA_VERSION, **asdict(plan)}
    place.write(PLAN_FILE, json.dumps(content, indent=2).encode())


def load_plan(place: Place) -> JobPlan | None:
    """Give the plan of a place; None where there is none.

    Raises:
        BatchError: the plan is damaged, or a newer platelens wrote it.
    """
    try:
        content = json.loads(place.read(PLAN_FILE))
        written = content.pop("format"), content.pop("schema")
        counts, skipped = Counts(**content.pop("counts")), Skipped(**content.pop("skipped"))
        plan = JobPlan(**content, counts=counts, skipped=skipped)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise BatchError(f"{place.address}/{PLAN_FILE}: is damaged: {error}") from error
    if written != (_FORMAT, SCHEMA_VERSION):
        raise BatchError(
            f"{place.address}: was written in form {written[0]}.{written[1]}, this platelens "
            f"writes {_FORMAT}.{SCHEMA_VERSION}; name another folder"
        )
    return plan


def first_difference(place: Place, plan: JobPlan, shards: Iterable[list[Entry]]) -> str:
    """Say where a listing departs from the plan."""
    old = (entry for shard in plan.shards for entry in read_shard(place, shard))
    new = (entry for shard in shards for entry in shard)
    for planned, found in itertools.zip_longest(old, new):
        if planned == found:
            continue
        if planned is None:
            return f"new: {found.address}"
        if found is not None and found.address == planned.address:
            return f"changed: {planned.address}"
        return f"{planned.address} is not where it was"
    return "nothing any more: it changes under way"


def _part_name(part: int) -> str:
    return f"{PLAN_FOLDER}/part-{part:05d}.parquet"
