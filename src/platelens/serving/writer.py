"""Lets one thread do the work of several, which come at the same time.

While one thread waits for the disk, others come; the next one takes all of theirs along. So many
requests share one wait for the disk, and none waits for company.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized
from concurrent.futures import Future
from threading import Lock
from typing import Final, Generic, TypeVar

from platelens.errors import PlatelensError, StoreDownError

_MOST: Final = 500
"""Reads written together, unless a single job has more."""

Job = TypeVar("Job", bound=Sized)
Result = TypeVar("Result")


class Writer(Generic[Job, Result]):
    """Writes jobs, each as long as it has reads; safe to use from several threads.

    Args:
        write: writes jobs, all or nothing, and gives what became of each, in their order.
    """

    def __init__(self, write: Callable[[Sequence[Job]], Sequence[Result]]) -> None:
        self._write_all = write
        self._waiting: list[tuple[Job, Future[Result]]] = []
        self._lock = Lock()  # of what waits
        self._turn = Lock()  # of whoever writes

    def write(self, job: Job) -> Result:
        """Have a job written; it is on disk when this returns. Raises what `write` raises."""
        result: Future[Result] = Future()
        with self._lock:
            self._waiting.append((job, result))
        with self._turn:
            while not result.done():
                self._write(self._take())
        return result.result()

    def _take(self) -> list[tuple[Job, Future[Result]]]:
        with self._lock:
            taken = [self._waiting.pop(0)]
            size = len(taken[0][0])
            while self._waiting and size + len(self._waiting[0][0]) <= _MOST:
                taken.append(self._waiting.pop(0))
                size += len(taken[-1][0])
        return taken

    def _write(self, taken: Sequence[tuple[Job, Future[Result]]]) -> None:
        try:
            done = self._write_all([job for job, _ in taken])
        except PlatelensError as error:
            if len(taken) == 1 or isinstance(error, StoreDownError):
                _tell_all(taken, error)
            else:  # one request's fault must not be that of the others
                for each in taken:
                    self._write([each])
        except BaseException as error:
            _tell_all(taken, error)
            raise
        else:
            for (_, result), outcome in zip(taken, done, strict=True):
                result.set_result(outcome)


def _tell_all(taken: Sequence[tuple[Job, Future[Result]]], error: BaseException) -> None:
    for _, result in taken:
        result.set_exception(error)
