"""Sends events over MQTT, as Frigate does."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import unquote, urlsplit

import aiomqtt

from platelens.serving.outgoing.event import Outgoing, SendError
from platelens.serving.outgoing.forms import frigate_event, frigate_update

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_AT_LEAST_ONCE: Final = 1


@asynccontextmanager
async def connect(url: str, timeout_s: float) -> AsyncIterator[aiomqtt.Client]:
    """Connect to the broker at mqtt://user:password@host:port.

    Raises:
        SendError: that fails, or what is done with the connection does.
    """
    parts = urlsplit(url)
    try:
        async with aiomqtt.Client(
            parts.hostname or "",
            parts.port or _PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            timeout=timeout_s,
            tls_context=ssl.create_default_context() if parts.scheme == "mqtts" else None,
        ) as client:
            yield client
    except aiomqtt.MqttError as error:
        raise SendError(str(error) or type(error).__name__) from error


async def publish(client: aiomqtt.Client, event: Outgoing) -> None:
    """Publish an event; the broker has it when this returns. Else aiomqtt.MqttError."""
    topic = event.settings.topic
    payloads = {
        f"{topic}/tracked_object_update": frigate_update(event),
        f"{topic}/events": frigate_event(event),
    }
    for name, payload in payloads.items():
        await client.publish(name, json.dumps(payload), qos=_AT_LEAST_ONCE)
