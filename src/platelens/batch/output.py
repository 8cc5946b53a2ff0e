"""The output of a job: a Parquet file a shard, and a commit file that says it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from platelens.batch.places import Place
from platelens.batch.tally import Tally
from platelens.errors import BatchError

READS: Final = "reads"
COMMITS: Final = "commits"
_SHARDS_A_BLOCK: Final = 1000
"""Files of one folder; READS is partitioned by `block`, in Hive's way."""

_AT_ONCE: Final = 16
"""Commit files that are read at a time."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit file says of its shard."""

    shard: int
    sha256: str  # of the Parquet file
    worker: str  # host and process
    models: dict[str, str]  # as `ReadOptions.models`
    tally: Tally

    def to_json(self) -> str:
        """Give the content of the commit file."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps({**plain, "tally": self.tally.record()})


def parse_commit(text: str | bytes) -> Commit:
    """Read a commit file; ValueError, KeyError or TypeError where it is none."""
    content: dict[str, Any] = json.loads(text)
    return Commit(**{**content, "tally": Tally.from_record(content["tally"])})


def reads_name(shard: int) -> str:
    """Name the Parquet file of a shard."""
    return f"{READS}/block={shard // _SHARDS_A_BLOCK:04d}/shard-{shard:07d}.parquet"


def commit_name(shard: int) -> str:
    """Name the commit file of a shard."""
    return f"{COMMITS}/{shard // _SHARDS_A_BLOCK:04d}/shard-{shard:07d}.json"


def write_reads(place: Place, shard: int, table: pa.Table) -> tuple[str, int]:
    """Write the rows of a shard; gives the SHA-256 and the size of the file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    data = sink.getvalue().to_pybytes()
    place.write(reads_name(shard), data)
    return hashlib.sha256(data).hexdigest(), len(data)


def write_commit(place: Place, commit: Commit) -> None:
    """Say that the rows of a shard count."""
    place.write(commit_name(commit.shard), commit.to_json().encode())


def committed(place: Place) -> set[int]:
    """Give the numbers of the shards that are done."""
    names = place.names(COMMITS)
    return {int(name.rpartition("-")[2].removesuffix(".json")) for name in names}


def read_commits(place: Place) -> Iterator[Commit]:
    """Give all commits, by their shards' numbers.

    Raises:
        BatchError: a commit file is damaged; names it.
    """

    def read(name: str) -> Commit:
        try:
            return parse_commit(place.read(name))
        except (ValueError, KeyError, TypeError) as error:
            raise BatchError(
                f"{place.address}/{name}: is damaged ({error}); "
                "remove it, and the shard is read anew"
            ) from error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(read, place.names(COMMITS))
