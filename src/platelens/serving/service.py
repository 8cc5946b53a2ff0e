"""The parts of the running service, which every request may use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from fastapi import Request

from platelens.pipeline import PlateReader
from platelens.serving.access.limiter import Limiter
from platelens.serving.access.sessions import Sessions, load_key
from platelens.serving.dropin.usage import Usage
from platelens.serving.engine import Capacity, Engine
from platelens.serving.events import EventBus
from platelens.serving.housekeeping import Housekeeper
from platelens.serving.keeping import Keeper, Listeners
from platelens.serving.live import LiveCameras
from platelens.serving.metrics import Metrics
from platelens.serving.outgoing import Sender
from platelens.serving.settings import Settings
from platelens.store import Store


class Service:
    """What an application is made of.

    Args:
        settings: of all parts.
        reader: its pipeline is shared by all workers.
        store: where everything is kept; stays the caller's to close.
        models: version by stage, which is kept with each read.
    """

    def __init__(
        self, settings: Settings, reader: PlateReader, store: Store, models: Mapping[str, str]
    ) -> None:
        self.settings = settings
        self.reader = reader
        self.store = store
        self.metrics = Metrics()
        self.events = EventBus()
        self.usage = Usage()
        self.engine = Engine(reader.pipeline, _capacity(settings), self.metrics)
        self.sender = Sender(store, self.metrics)
        self.keeper = Keeper(
            store, Listeners(self.events, self.metrics, self.sender), settings.store, models
        )
        key = load_key(settings.data / "secret.key")
        hours, https = settings.access.session_hours, settings.server.https
        self.sessions = Sessions(store, key, hours, https=https)
        per_minute = settings.limits.requests_per_minute
        self.limiter = Limiter(per_minute, 60 / per_minute) if per_minute else None
        self.cameras = LiveCameras(store, reader.pipeline, self.keeper, self.events)
        self.housekeeper = Housekeeper(store, settings.store)
        self.metrics.watch("waiting", "Pictures that wait", lambda: self.engine.waiting)
        self.metrics.watch("outbox", "Events that wait", store.outbox.waiting)

    def start(self) -> None:
        """Start what works besides requests."""
        for camera in self.settings.cameras:
            self.store.cameras.put(camera.to_store())
        self.engine.start()
        self.cameras.start()
        self.housekeeper.start()

    def close(self) -> None:
        """Stop it."""
        self.events.close()
        self.housekeeper.close()
        self.cameras.close()
        self.engine.close()


def service_of(request: Request) -> Service:
    """Give the service that a request came to; a dependency."""
    service: Any = request.app.state.service
    if not isinstance(service, Service):
        raise TypeError("the application was not made by create_app")
    return service


def _capacity(settings: Settings) -> Capacity:
    return Capacity(
        workers=settings.reader.workers or _processors(),
        batch=settings.reader.batch,
        queue=settings.reader.queue,
        queue_bytes=settings.limits.queue_bytes,
        pixels=settings.limits.pixels,
    )


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # a container may have fewer than the machine
    return os.cpu_count() or 1
