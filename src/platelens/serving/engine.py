"""Reads pictures in threads of its own, those that wait together as one batch.

A picture never waits for company: a free worker takes what is there. So batches are small when
there is little to do, and grow with the load.
"""

from __future__ import annotations

import logging
import math
import time
from asyncio import gather, wait_for, wrap_future
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Condition, Lock, Thread
from typing import Final

from platelens import imaging
from platelens.errors import BusyError, ImageError
from platelens.pipeline import Pipeline, ReadResult
from platelens.region import PlateMatcher
from platelens.serving.metrics import Metrics
from platelens.types import RgbImage

_LOG: Final = logging.getLogger(__name__)
_LONGEST_RETRY_S: Final = 30
_MOST_EXPECTATIONS: Final = 32


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came."""

    name: str  # what its sender calls it; never a path
    data: bytes


@dataclass(frozen=True, slots=True)
class Expectation:
    """Where plates are probably from."""

    regions: tuple[str, ...] = ()  # codes; unknown ones are left out, () = anywhere
    strict: bool = False  # no other region counts


ANYWHERE: Final = Expectation()


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much an engine takes on."""

    workers: int
    batch: int  # pictures read together at most
    queue: int  # pictures that may wait
    queue_bytes: int  # of all that wait
    pixels: int  # of one picture


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    upload: Upload
    expected: Expectation
    answer: Future[ReadResult | ImageError]
    came: float


@dataclass(frozen=True, eq=False, slots=True)
class _Decoded:
    job: _Job
    image: RgbImage
    ms_decode: float


class Engine:
    """The workers and their queue.

    Args:
        pipeline: reads; shared by all workers.
        capacity: how much is taken on.
        metrics: is told what was done.
    """

    def __init__(self, pipeline: Pipeline, capacity: Capacity, metrics: Metrics) -> None:
        self._pipelines = _Pipelines(pipeline)
        self._capacity = capacity
        self._metrics = metrics
        self._ready = Condition()
        self._jobs: deque[_Job] = deque()
        self._waiting_bytes = 0
        self._picture_s = 0.1  # what one takes a worker, as a moving average
        self._closing = False
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start the workers."""
        self._closing = False
        for number in range(self._capacity.workers):
            worker = Thread(target=self._work, name=f"reader-{number}", daemon=True)
            worker.start()
            self._threads.append(worker)

    def close(self) -> None:
        """Read what waits, then stop."""
        with self._ready:
            self._closing = True
            self._ready.notify_all()
        for worker in self._threads:
            worker.join()
        self._threads.clear()

    @property
    def is_alive(self) -> bool:
        """Whether all workers are at work."""
        return bool(self._threads) and all(worker.is_alive() for worker in self._threads)

    @property
    def waiting(self) -> int:
        """How many pictures wait."""
        return len(self._jobs)

    async def read(
        self, uploads: Sequence[Upload], limit_s: float, expected: Expectation = ANYWHERE
    ) -> list[ReadResult | ImageError]:
        """Read pictures; an ImageError in the place of those that are none.

        Raises:
            BusyError: too much waits already, and none of them is read; or they were not read in
                time.
        """
        answers = self._enqueue(uploads, expected)
        try:
            every = gather(*(wrap_future(answer) for answer in answers))
            return list(await wait_for(every, limit_s))
        except TimeoutError:
            raise BusyError(f"not read within {limit_s:g} s", self._retry_s()) from None

    def _enqueue(
        self, uploads: Sequence[Upload], expected: Expectation
    ) -> list[Future[ReadResult | ImageError]]:
        size = sum(len(upload.data) for upload in uploads)
        now = time.perf_counter()
        jobs = [_Job(upload, expected, Future(), now) for upload in uploads]
        with self._ready:
            is_full = len(self._jobs) + len(jobs) > self._capacity.queue
            # One that is larger than all of the queue may still come alone.
            if self._jobs and self._waiting_bytes + size > self._capacity.queue_bytes:
                is_full = True
            if is_full or self._closing:
                self._metrics.refused.inc()
                raise BusyError(f"{len(self._jobs)} pictures wait already", self._retry_s())
            self._jobs.extend(jobs)
            self._waiting_bytes += size
            self._ready.notify(len(jobs))
        return [job.answer for job in jobs]

    def _retry_s(self) -> int:
        wait_s = len(self._jobs) * self._picture_s / self._capacity.workers
        return max(1, min(_LONGEST_RETRY_S, math.ceil(wait_s)))

    def _work(self) -> None:
        while jobs := self._take():
            wanted = [job for job in jobs if job.answer.set_running_or_notify_cancel()]
            try:
                self._read_batch(wanted)
            except Exception as error:
                _LOG.exception("a batch failed")
                for job in wanted:
                    if not job.answer.done():
                        job.answer.set_exception(error)

    def _take(self) -> list[_Job]:
        """Give a worker's share of what waits; [] when there is no more to do."""
        with self._ready:
            while not self._jobs:
                if self._closing:
                    return []
                self._ready.wait()
            share = math.ceil(len(self._jobs) / self._capacity.workers)
            jobs = [self._jobs.popleft() for _ in range(min(share, self._capacity.batch))]
            self._waiting_bytes -= sum(len(job.upload.data) for job in jobs)
        return jobs

    def _read_batch(self, jobs: Sequence[_Job]) -> None:
        start = time.perf_counter()
        groups: dict[Expectation, list[_Decoded]] = {}
        for job in jobs:
            begun = time.perf_counter()
            try:
                name, limit = job.upload.name, self._capacity.pixels
                image = imaging.decode(job.upload.data, name=name, max_pixels=limit)
            except ImageError as error:
                job.answer.set_result(error)
            else:
                decoded = _Decoded(job, image, (time.perf_counter() - begun) * 1e3)
                groups.setdefault(job.expected, []).append(decoded)
        for expected, group in groups.items():
            pipeline = self._pipelines.of(expected)
            results = pipeline.run_batch_timed([each.image for each in group])
            for each, result in zip(group, results, strict=True):
                whole = replace(result, ms_total=result.ms_total + each.ms_decode)
                each.job.answer.set_result(whole)
        self._note([each.job for group in groups.values() for each in group], start)

    def _note(self, jobs: Sequence[_Job], start: float) -> None:
        if not jobs:
            return
        seconds = (time.perf_counter() - start) / len(jobs)
        self._picture_s += 0.1 * (seconds - self._picture_s)
        self._metrics.batch_size.observe(len(jobs))
        for job in jobs:
            self._metrics.read_seconds.observe(seconds)
            self._metrics.wait_seconds.observe(start - job.came)


class _Pipelines:
    """The pipeline for each expectation: all share their models."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._known: dict[Expectation, Pipeline] = {}
        self._lock = Lock()

    def of(self, expected: Expectation) -> Pipeline:
        """Give a pipeline; a matcher of one's own decides by itself what to expect."""
        matcher = self._pipeline.matcher
        if not expected.regions or not isinstance(matcher, PlateMatcher):
            return self._pipeline
        with self._lock:
            known = self._known.get(expected)
            if known is None:
                if len(self._known) >= _MOST_EXPECTATIONS:
                    self._known.pop(next(iter(self._known)))
                limited = matcher.expecting(expected.regions, strict=expected.strict)
                known = self._known[expected] = self._pipeline.with_matcher(limited)
        return known
