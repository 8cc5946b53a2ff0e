"""Tells those who listen in this process what happens: reads, passes, alerts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

_WAITING: Final = 256
"""Events that a listener may be behind; then the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    number: int  # counts from 1 since the service was started
    kind: str  # "read", "alert", "camera"
    data: Mapping[str, Any]  # fit for JSON


class EventBus:
    """Publishes events; from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._listeners: set[_Listener] = set()
        self._is_closed = False

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """Tell all listeners."""
        with self._lock:
            self._count += 1
            event = Event(self._count, kind, data)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.tell(event)

    def close(self) -> None:
        """Let all listeners end."""
        with self._lock:
            self._is_closed = True
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.tell(None)

    async def listen(self, every_s: float = 15.0) -> AsyncIterator[Event | None]:
        """Give what happens from now on; None when nothing did for `every_s`."""
        listener = _Listener(asyncio.get_running_loop())
        with self._lock:
            self._listeners.add(listener)
            if self._is_closed:
                listener.tell(None)
        try:
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.woken.wait(), every_s)
                listener.woken.clear()
                if not listener.events:
                    yield None
                while listener.events:
                    event = listener.events.popleft()
                    if event is None:
                        return
                    yield event
        finally:
            with self._lock:
                self._listeners.discard(listener)


class _Listener:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.woken = asyncio.Event()
        self.events: deque[Event | None] = deque(maxlen=_WAITING)

    def tell(self, event: Event | None) -> None:
        self.events.append(event)
        with suppress(RuntimeError):  # its loop has ended
            self._loop.call_soon_threadsafe(self.woken.set)
