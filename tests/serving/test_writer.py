from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest

from platelens.errors import RecordError, StoreDownError
from platelens.serving.writer import Writer
from platelens.store import NewRead, Store

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def new_read(text: str, confidence: float = 0.9) -> NewRead:
    return NewRead(time=NOON, text=text, confidence=confidence)


def writer_of(store: Store) -> Writer[Sequence[NewRead], list[int]]:
    """Give a writer whose jobs are the reads themselves."""

    def write(jobs: Sequence[Sequence[NewRead]]) -> list[list[int]]:
        numbers = iter(store.reads.add_many([read for job in jobs for read in job]))
        return [[next(numbers) for _ in job] for job in jobs]

    return Writer(write)


def at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, *jobs: Sequence[NewRead]
) -> tuple[list[Future[list[int]]], list[int]]:
    """Write from threads of their own; while the first writes, all others come.

    Returns:
        What came of each, and how many reads were written at once.
    """
    writer, sizes = writer_of(store), []
    add_many = store.reads.add_many

    def slow(reads: Sequence[NewRead]) -> list[int]:
        sizes.append(len(reads))
        end = time.monotonic() + 30
        while len(sizes) == 1 and len(writer._waiting) < len(jobs) - 1:
            assert time.monotonic() < end, "the others have not come"
            time.sleep(0.001)
        return add_many(reads)

    with monkeypatch.context() as patched, ThreadPoolExecutor(len(jobs)) as pool:
        patched.setattr(store.reads, "add_many", slow)
        futures = [pool.submit(writer.write, jobs[0])]
        while not sizes:
            time.sleep(0.001)
        futures += [pool.submit(writer.write, reads) for reads in jobs[1:]]
        wait(futures)
    return futures, sizes


def test_those_who_come_meanwhile_are_written_together(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [[new_read(f"A{n}"), new_read(f"B{n}")] for n in range(6)]
    done, sizes = at_once(store, monkeypatch, *jobs)
    assert sizes == [2, 10]
    for n, future in enumerate(done):
        texts = [store.reads.get(number).text for number in future.result()]
        assert texts == [f"A{n}", f"B{n}"]


def test_one_bad_request_does_not_spoil_the_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [[new_read("A1")], [new_read("B2")], [new_read("C3", confidence=7)], [new_read("D4")]]
    (first, second, bad, fourth), sizes = at_once(store, monkeypatch, *jobs)
    assert sizes == [1, 3, 1, 1, 1]
    with pytest.raises(RecordError, match="confidence"):
        bad.result()
    texts = [store.reads.get(f.result()[0]).text for f in (first, second, fourth)]
    assert texts == ["A1", "B2", "D4"]


@pytest.mark.parametrize("error", [StoreDownError("no disk"), MemoryError()])
def test_all_are_told_when_the_store_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_arguments: object) -> list[int]:
        raise error

    writer = writer_of(store)
    monkeypatch.setattr(store.reads, "add_many", fail)
    with pytest.raises(type(error)):
        writer.write([new_read("A1")])
    monkeypatch.undo()
    assert len(writer.write([new_read("A1")])) == 1
