"""Writes reads to the store, those that come at the same time together.

While one thread waits for the disk, others come; the next to write takes all of theirs along. So
many requests share one wait for the disk, and none waits for company.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Final

from platelens.errors import PlatelensError, StoreDownError
from platelens.store import Delivery, NewRead, ReadStore

_MOST_READS: Final = 500
"""In one transaction, unless a single request has more."""


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    reads: Sequence[NewRead]
    deliveries: Sequence[Sequence[Delivery]]
    numbers: Future[list[int]]


class Writer:
    """Stores reads; safe to use from several threads."""

    def __init__(self, reads: ReadStore) -> None:
        self._reads = reads
        self._waiting: list[_Job] = []
        self._lock = Lock()  # of what waits
        self._turn = Lock()  # of whoever writes

    def add(self, reads: Sequence[NewRead], deliveries: Sequence[Sequence[Delivery]]) -> list[int]:
        """Store reads with the events of each, all or nothing; they are on disk when this returns.

        Raises:
            RecordError, MissingRecordError, StoreDownError: as `ReadStore.add_many`.
        """
        job = _Job(reads, deliveries, Future())
        with self._lock:
            self._waiting.append(job)
        with self._turn:
            while not job.numbers.done():
                self._write(self._take())
        return job.numbers.result()

    def _take(self) -> list[_Job]:
        with self._lock:
            jobs, size = [self._waiting.pop(0)], 0
            while self._waiting:
                size += len(jobs[-1].reads)
                if size + len(self._waiting[0].reads) > _MOST_READS:
                    break
                jobs.append(self._waiting.pop(0))
        return jobs

    def _write(self, jobs: Sequence[_Job]) -> None:
        reads = [read for job in jobs for read in job.reads]
        deliveries = [events for job in jobs for events in job.deliveries]
        try:
            numbers = iter(self._reads.add_many(reads, deliveries))
        except StoreDownError as error:
            for job in jobs:
                job.numbers.set_exception(error)
        except PlatelensError as error:
            if len(jobs) == 1:
                jobs[0].numbers.set_exception(error)
            else:  # one request's fault must not be that of the others
                for job in jobs:
                    self._write([job])
        except BaseException as error:
            for job in jobs:
                job.numbers.set_exception(error)
            raise
        else:
            for job in jobs:
                job.numbers.set_result([next(numbers) for _ in job.reads])
