"""How fast the store finds, adds and deletes, filled with made-up reads.

python -m benchmarks.store --reads 1000000
python -m benchmarks.store --reads 1000000 --address postgresql://user@/empty?host=/socket
python -m benchmarks.store --kills 50
python -m benchmarks.store --kills 50 --service
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sqlalchemy as sa

from benchmarks.store_fill import FIRST, SPAN, fill
from benchmarks.store_kill import count_lost, count_lost_by_service
from platelens.alphabet import fold_confusables
from platelens.store import NewRead, ReadQuery, Store, open_store
from platelens.store.database import open_database
from platelens.store.tables import PLATES, READS

_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


def main() -> None:
    """Fill a database, if it is empty, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reads", type=int, default=1_000_000)
    parser.add_argument("--address", default="", help="of an empty database, or a filled one")
    parser.add_argument("--folder", type=Path, help="where to work; else a temporary folder")
    parser.add_argument("--repeats", type=int, default=200, help="searches of each kind")
    parser.add_argument("--kills", type=int, default=0, help="only kill writers so many times")
    parser.add_argument("--service", action="store_true", help="kill the whole service instead")
    options = parser.parse_args()
    with TemporaryDirectory(dir=options.folder) as folder:
        address = options.address or f"sqlite:///{folder}/store.db"
        if options.kills:
            kill = count_lost_by_service if options.service else count_lost
            acknowledged, lost = kill(address, Path(folder), options.kills)
            print(f"{options.kills} kills: {acknowledged} reads acknowledged, {lost} lost")
        else:
            _measure(address, Path(folder), options.reads, options.repeats)


def _measure(address: str, folder: Path, reads: int, repeats: int) -> None:
    started = time.perf_counter()
    with open_store(address, folder / "media") as store:
        if not store.reads.search(ReadQuery(), limit=1).reads:
            fill(address, reads)
            print(f"filled with {reads} reads in {time.perf_counter() - started:.0f} s")
        rng = random.Random(7)
        texts = _some_plates(address, rng)
        timer = Timer(address)
        print(f"{'ms':28}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu p50':>9}{'cpu p95':>9}{'found':>8}")
        for name, queries in _kinds(texts, rng).items():
            found = timer.time_all(name, [partial(_count, store, q) for q in queries[:repeats]])
            print(f"{sum(found) / len(found):8.1f}", flush=True)
        _time_writing(store, timer, texts, rng)


def _some_plates(address: str, rng: random.Random) -> list[str]:
    database = open_database(address)
    with database.reading() as connection:
        reads, plates = (
            connection.scalar(sa.select(sa.func.max(table.c.id))) or 0 for table in (READS, PLATES)
        )
        ids = rng.sample(range(1, plates + 1), min(plates, 2000))
        texts = list(connection.scalars(sa.select(PLATES.c.text).where(PLATES.c.id.in_(ids))))
    database.close()
    print(f"{reads} reads of {plates} plates in {_size(address) / 1e9:.2f} GB")
    rng.shuffle(texts)
    return texts


def _kinds(texts: Sequence[str], rng: random.Random) -> dict[str, list[ReadQuery]]:
    """Give the kinds of searches: parts of plates that are there, at random places."""

    def parts(size: int) -> Iterator[str]:
        for text in texts:
            place = rng.randrange(len(text) - size + 1)
            yield text[place : place + size]

    def queries(plates: Iterable[str], **filters: Any) -> list[ReadQuery]:
        return [ReadQuery(plate=plate, **filters) for plate in plates]

    def in_a_week(query: ReadQuery) -> ReadQuery:
        since = FIRST + timedelta(seconds=rng.uniform(0, SPAN.total_seconds() * 0.98))
        return replace(query, since=since, until=since + SPAN / 52)

    cameras = [ReadQuery(camera=f"camera {rng.randrange(20)}") for _ in texts]
    three = queries(f"*{part}*" for part in parts(3))
    two = queries(f"*{part}*" for part in parts(2))
    return {
        "whole plate": queries(texts),
        "part of 1": queries(f"*{part}*" for part in parts(1)),
        "part of 2": two,
        "part of 3": three,
        "part of 4": queries(f"*{part}*" for part in parts(4)),
        "part of 5": queries(f"*{part}*" for part in parts(5)),
        "beginning of 3": queries(f"{text[:3]}*" for text in texts),
        "end of 3": queries(f"*{text[-3:]}" for text in texts),
        "AB?1*": queries(f"{text[:2]}?{text[3]}*" for text in texts),
        "*B?1*": queries(f"*{text[1]}?{text[3]}*" for text in texts),
        "part of 4 that is not there": queries(f"*Q{p}Q*" for p in parts(2)),
        "lookalike part of 3": queries((f"*{p}*" for p in parts(3)), match="lookalike"),
        "lookalike part of 4": queries((f"*{p}*" for p in parts(4)), match="lookalike"),
        "lookalike whole": queries(map(fold_confusables, texts), match="lookalike"),
        "fuzzy, 1 edit": queries((t[:3] + "X" + t[4:] for t in texts), match="fuzzy"),
        "fuzzy, 2 edits": queries(
            ("X" + t[1:5] + "X" + t[6:] for t in texts), match="fuzzy", max_distance=2
        ),
        "newest": [ReadQuery() for _ in texts],
        "camera": cameras,
        "a week of a camera": [in_a_week(query) for query in cameras],
        "a rare region": [ReadQuery(region="li") for _ in texts],
        "confidence below 0.5": [ReadQuery(confidence_to=0.5) for _ in texts],
        "part of 3 in a week": [in_a_week(query) for query in three],
        "part of 2 in a week": [in_a_week(query) for query in two],
        "part of 3, one camera": [replace(query, camera="camera 3") for query in three],
        "part of 2, rare region": [replace(query, region="li") for query in two],
    }


class Timer:
    """Times calls on the clock and on the processor."""

    def __init__(self, address: str) -> None:
        self._backends: list[Path] = []
        if not address.startswith("sqlite"):
            database = open_database(address)
            with database.reading() as connection:
                pids = connection.execute(sa.text(_BACKENDS)).scalars().all()
            database.close()
            self._backends = [Path(f"/proc/{pid}/schedstat") for pid in pids]

    def time_all(self, name: str, calls: Sequence[Callable[[], int]]) -> list[int]:
        """Call each, print the times without an end of line, and give what they return."""
        clock, processor, results = [], [], []
        for call in calls:
            start, start_cpu = time.perf_counter(), self._cpu_s()
            results.append(call())
            clock.append((time.perf_counter() - start) * 1000)
            processor.append((self._cpu_s() - start_cpu) * 1000)
        p50, p95, p99 = np.percentile(clock, (50, 95, 99))
        cpu50, cpu95 = np.percentile(processor, (50, 95))
        print(f"{name:28}{p50:8.1f}{p95:8.1f}{p99:8.1f}{cpu50:9.1f}{cpu95:9.1f}", end="")
        return results

    def _cpu_s(self) -> float:
        """Give the processor's time of this process and of the server's, in seconds."""
        spent = time.process_time()
        for file in self._backends:
            if file.exists():
                spent += int(file.read_text().split()[0]) / 1e9
        return spent


def _count(store: Store, query: ReadQuery) -> int:
    return len(store.reads.search(query).reads)


def _time_writing(store: Store, timer: Timer, texts: Sequence[str], rng: random.Random) -> None:
    def read(text: str) -> NewRead:
        return NewRead(time=datetime.now(UTC), text=text, confidence=0.9, camera="camera 3")

    def strange() -> NewRead:
        return read("".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=7)))

    ids: list[int] = []

    def add(new: NewRead) -> int:
        ids.append(store.reads.add(new))
        return 1

    kinds: dict[str, list[Callable[[], int]]] = {
        "add one, known plate": [partial(add, read(text)) for text in texts[:100]],
        "add one, new plate": [partial(add, strange()) for _ in range(100)],
        "add 100, new plates": [lambda: len(store.reads.add_many([strange() for _ in range(100)]))]
        * 20,
        "delete one": [lambda: store.reads.delete([ids.pop()], "benchmark").reads] * 100,
    }
    for name, calls in kinds.items():
        started = time.perf_counter()
        count = sum(timer.time_all(name, calls))
        print(f"{count / (time.perf_counter() - started):8.0f} a second", flush=True)


def _size(address: str) -> int:
    if address.startswith("sqlite"):
        file = Path(address.removeprefix("sqlite:///"))
        return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    database = open_database(address)
    with database.reading() as connection:
        size = connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database())))
        return int(size.scalar_one())


if __name__ == "__main__":
    main()
