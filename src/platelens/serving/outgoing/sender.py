"""Takes events out of the outbox and sends them, each target by itself.

An event is deleted when its target has taken it. One that fails is tried again, later each time;
one that a killed process had under way is due again when its lease ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from platelens.errors import MissingRecordError, RecordError, StoreError
from platelens.serving.metrics import Metrics
from platelens.serving.outgoing.event import Outgoing, SendError, load_event
from platelens.serving.schemas.targets import target_settings
from platelens.store import Message, NewTarget, Store

if TYPE_CHECKING:
    import httpx

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 16
_LEASE_S: Final = 600.0
_LOOK_S: Final = 1.0
"""How often the outbox is looked into when nobody wakes the sender."""

_Send = Callable[[Outgoing], Awaitable[None]]


class Sender:
    """Sends the events of a store; lives in one event loop.

    Args:
        store: whose outbox is emptied.
        metrics: counts what was sent, and what failed.
    """

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._client: httpx.AsyncClient | None = None
        self._busy: dict[int, asyncio.Task[None]] = {}  # by target

    def wake(self) -> None:
        """Let it look into the outbox now; from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self) -> None:
        """Send until it is cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                self._woken.clear()
                try:
                    await self._send_due()
                except StoreError as error:
                    _LOG.error("the outbox cannot be read: %s", error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOK_S)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            if self._client is not None:
                await self._client.aclose()

    async def _send_due(self) -> None:
        """Give each target that has nothing to do what is due for it."""
        outbox = self._store.outbox
        targets = {t.id: t.target for t in await asyncio.to_thread(outbox.targets)}
        while targets:
            self._busy = {n: task for n, task in self._busy.items() if not task.done()}
            messages = await asyncio.to_thread(outbox.claim, _AT_ONCE, _LEASE_S, list(self._busy))
            if not messages:
                return
            by_target: dict[int, list[Message]] = defaultdict(list)
            for message in messages:
                by_target[message.target_id].append(message)
            for number, some in by_target.items():
                if number in targets:  # one that came meanwhile is sent to when its lease is over
                    task = asyncio.create_task(self._send(targets[number], some))
                    task.add_done_callback(lambda _task: self._woken.set())
                    self._busy[number] = task

    async def _send(self, target: NewTarget, messages: Sequence[Message]) -> None:
        try:
            if target.kind == "mqtt":
                await self._publish(target, messages)
            else:
                await self._post(target, messages)
        except StoreError as error:
            _LOG.error("target %s: %s", target.name, error)

    # What speaks HTTP and MQTT is long to load, and many services tell nobody.

    async def _post(self, target: NewTarget, messages: Sequence[Message]) -> None:
        from platelens.serving.outgoing.posting import open_client, post  # noqa: PLC0415  # above

        client = self._client = self._client or open_client()
        await self._send_each(target, messages, lambda event: post(client, event))

    async def _publish(self, target: NewTarget, messages: Sequence[Message]) -> None:
        from platelens.serving.outgoing.mqtt import connect, publish  # noqa: PLC0415  # above

        try:
            timeout_s = target_settings(target).timeout_s
            async with connect(target.url, timeout_s) as broker:
                await self._send_each(target, messages, lambda event: publish(broker, event))
        except SendError as error:
            for message in messages:  # those that have arrived are not claimed any more
                await self._give_back(target, message, str(error))

    async def _send_each(self, target: NewTarget, messages: Sequence[Message], send: _Send) -> None:
        for message in messages:
            try:
                event = await asyncio.to_thread(
                    load_event, self._store, message, target, target_settings(target)
                )
                await send(event)
            except MissingRecordError:  # the read was deleted, and its event with it
                await asyncio.to_thread(self._store.outbox.acknowledge, message)
            except (SendError, RecordError) as error:
                await self._give_back(target, message, str(error))
            else:
                await asyncio.to_thread(self._store.outbox.acknowledge, message)
                self._metrics.deliveries.labels(target.kind, "sent").inc()

    async def _give_back(self, target: NewTarget, message: Message, cause: str) -> None:
        self._metrics.deliveries.labels(target.kind, "failed").inc()
        if await asyncio.to_thread(self._store.outbox.give_back, message, cause):
            _LOG.warning("target %s: attempt %d: %s", target.name, message.attempts, cause)
