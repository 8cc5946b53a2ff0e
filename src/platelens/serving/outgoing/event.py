"""An event with all that its forms need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from platelens.errors import MissingRecordError
from platelens.serving.schemas.targets import TargetSettings
from platelens.store import Message, NewTarget, Read, Store


class SendError(Exception):
    """The target did not take the event; the message says why, without its address."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way."""

    message: Message
    target: NewTarget
    settings: TargetSettings
    read: Read | None  # None = a test
    image: bytes | None  # JPEG, PNG or WebP

    @property
    def uid(self) -> str:
        """The same for every attempt: whoever gets an event twice can tell."""
        return self.message.uid

    @property
    def watch(self) -> Sequence[dict[str, Any]]:
        """The entries of watch-lists that the plate may be one of."""
        return list(self.message.payload.get("watch", ()))

    @property
    def detection_confidence(self) -> float:
        """How sure it is that there is a plate."""
        return float(self.message.payload.get("detection_confidence", 0.0))


def load_event(
    store: Store, message: Message, target: NewTarget, settings: TargetSettings
) -> Outgoing:
    """Put an event together as its read is now: corrected, if a person did that meanwhile."""
    read, image = None, None
    if message.read_id is not None:
        read = store.reads.get(message.read_id)
        if settings.image and read.image is not None:
            try:
                image = store.media.load(read.image)
            except MissingRecordError:  # somebody removed the file
                image = None
    return Outgoing(message, target, settings, read, image)
