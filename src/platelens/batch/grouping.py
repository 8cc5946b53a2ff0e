"""`--group plate`: what all reads of a plate say together, one row a plate.

Two stages of Ray: shards give a row for each plate in them, and rows of the same plate meet in one
bucket, which is written as one file.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import ray
import ray.data

from platelens.batch.cluster import CLIENT_PREFIX
from platelens.batch.output import Commit, read_commits, reads_name
from platelens.batch.places import Place
from platelens.errors import BatchError

PLATES: Final = "groups/plate"
_STATE: Final = f"{PLATES}.json"
_READS_A_BUCKET: Final = 200_000
_SHARDS_A_TASK: Final = 64

PLATE_SCHEMA: Final = pa.schema(
    [
        ("text", pa.string()),
        ("reads", pa.int64()),  # readable ones
        ("region", pa.string()),  # of most reads; null where none was told
        ("confidence", pa.float32()),  # the highest
        ("best_image", pa.string()),  # where it was read so
        ("first_image", pa.string()),  # in the order of the source
        ("last_image", pa.string()),
    ]
)
_NEEDED: Final = ("shard", "picture", "image", "text", "confidence", "readable", "region")

Sight = tuple[int, int, str]
"""Shard, picture, image: sorted as the source is."""


@dataclass(slots=True)
class _Group:
    """All reads of one text so far."""

    first: Sight
    last: Sight
    best: tuple[float, Sight]  # the negative confidence, so that the least is the best
    reads: int = 1
    regions: Counter[str] = field(default_factory=Counter)

    def merge(self, other: _Group) -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.best = min(self.best, other.best)
        self.reads += other.reads
        self.regions.update(other.regions)

    def row(self, text: str) -> dict[str, Any]:
        """Give the row of the output."""
        named = sorted(self.regions.items(), key=lambda item: (-item[1], item[0]))
        return {
            "text": text,
            "reads": self.reads,
            "region": named[0][0] if named else None,
            "confidence": -self.best[0],
            "best_image": self.best[1][2],
            "first_image": self.first[2],
            "last_image": self.last[2],
        }


def count_plates(place: Place) -> int | None:
    """Give how many plates are there; None where other commits, or none, were grouped."""
    state = json.loads(place.read(_STATE)) if place.exists(_STATE) else {}
    return int(state["plates"]) if state.get("digest") == _digest(read_commits(place)) else None


def group_plates(place: Place, address: str) -> None:
    """Write one row for each plate of all committed shards, in the cluster at that address.

    It must have been joined.

    Raises:
        BatchError: Ray or the output has failed.
    """
    commits = list(read_commits(place))
    place.remove(_STATE)
    place.remove(PLATES)
    readable = sum(commit.tally.readable for commit in commits)
    try:
        plates = _run_at(
            address, [c.shard for c in commits], place, 1 + readable // _READS_A_BUCKET
        )
    except Exception as error:  # Ray wraps whatever a stage has raised
        raise BatchError(f"the plates cannot be grouped: {error}") from error
    state = {"digest": _digest(commits), "plates": plates}
    place.write(_STATE, json.dumps(state).encode())


def _digest(commits: Iterable[Commit]) -> str:
    return hashlib.sha256("".join(c.sha256 for c in commits).encode()).hexdigest()


def _run_at(address: str, shards: Sequence[int], place: Place, buckets: int) -> int:
    if not address.startswith(CLIENT_PREFIX):
        return _run(shards, place, buckets)
    # Ray's client has no Ray Data: this has to be done inside.
    return int(ray.get(ray.remote(num_cpus=0)(_run).remote(list(shards), place, buckets)))


def _run(shards: Sequence[int], place: Place, buckets: int) -> int:
    if not shards:
        return 0
    tasks = -(-len(shards) // _SHARDS_A_TASK)
    source = ray.data.from_items([{"shard": n} for n in shards], override_num_blocks=tasks)
    parts = source.map_batches(
        _group_shards,  # type: ignore[arg-type]  # Ray knows only functions of one argument
        fn_args=(place.address, buckets),
        batch_size=None,
        batch_format="pyarrow",
    )
    done = parts.groupby("bucket").map_groups(
        _write_bucket,  # type: ignore[arg-type]  # likewise
        fn_args=(place.address,),
        batch_format="pyarrow",
    )
    return sum(int(row["plates"]) for row in done.iter_rows())


def _group_shards(table: pa.Table, address: str, buckets: int) -> pa.Table:
    """Give the plates of some shards: their bucket, and what is known of them."""
    place = Place(address)
    groups: dict[str, _Group] = {}
    for shard in table.column("shard").to_pylist():
        data = io.BytesIO(place.read(reads_name(shard)))
        for row in pq.read_table(data, columns=list(_NEEDED)).to_pylist():
            if row["readable"]:
                sight = (row["shard"], row["picture"], row["image"])
                regions = Counter([row["region"]] if row["region"] else [])
                best = (-row["confidence"], sight)
                _add(groups, row["text"], _Group(sight, sight, best, 1, regions))
    rows = [
        (zlib.crc32(text.encode()) % buckets, text, _to_json(group))
        for text, group in groups.items()
    ]
    bucket, texts, parts = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "bucket": pa.array(bucket, pa.int64()),
            "text": pa.array(texts, pa.string()),
            "group": pa.array(parts, pa.string()),
        }
    )


def _write_bucket(table: pa.Table, address: str) -> pa.Table:
    """Write the plates of a bucket, by their text."""
    groups: dict[str, _Group] = {}
    for row in table.select(["text", "group"]).to_pylist():
        _add(groups, row["text"], _from_json(row["group"]))
    rows = [groups[text].row(text) for text in sorted(groups)]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, PLATE_SCHEMA), sink, compression="zstd")
    bucket = table.column("bucket")[0].as_py() if len(table) else 0
    if rows:
        Place(address).write(f"{PLATES}/part-{bucket:05d}.parquet", sink.getvalue())
    return pa.table({"plates": [len(rows)]})


def _add(groups: dict[str, _Group], text: str, group: _Group) -> None:
    if text in groups:
        groups[text].merge(group)
    else:
        groups[text] = group


def _to_json(group: _Group) -> str:
    return json.dumps([group.first, group.last, group.best, group.reads, group.regions])


def _from_json(text: str) -> _Group:
    first, last, (confidence, best), reads, regions = json.loads(text)
    sights: Iterable[Sight] = (tuple(first), tuple(last), tuple(best))
    first, last, best = sights
    return _Group(first, last, (confidence, best), reads, Counter(regions))
