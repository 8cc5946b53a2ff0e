"""Stages that run side by side: each in a thread, a short queue between them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_PATIENCE_S: Final = 2.0
_WAIT_S: Final = 0.1
"""How soon a stage sees that nobody wants its results any more."""


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None


def run_ahead(items: Iterable[T], count: int = 1) -> Generator[T]:
    """Give `items`, of which up to `count` are made ahead in a thread of their own.

    What `items` raises is raised here, after all that came before it. When the generator is
    closed, its thread ends with the item that it is at, and `items` is closed there.
    """
    ready: queue.Queue[T | _End] = queue.Queue(max(1, count))
    unwanted = threading.Event()
    worker = _Worker(items, ready, unwanted)
    worker.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        unwanted.set()
        worker.join(_PATIENCE_S)  # a camera that gives nothing may hold it up for longer


class _Worker(threading.Thread, Generic[T]):
    def __init__(
        self, items: Iterable[T], ready: queue.Queue[T | _End], unwanted: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self._items, self._ready, self._unwanted = items, ready, unwanted

    def run(self) -> None:
        end = _End(None)
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as error:  # raised again where it is waited for
            end = _End(error)
        finally:
            close = getattr(self._items, "close", None)
            if self._unwanted.is_set() and close is not None:
                close()
            self._put(end)

    def _put(self, item: T | _End) -> bool:
        """Wait until there is room for `item`; False when nobody wants it."""
        while not self._unwanted.is_set():
            try:
                self._ready.put(item, timeout=_WAIT_S)
            except queue.Full:
                continue
            return True
        return False
