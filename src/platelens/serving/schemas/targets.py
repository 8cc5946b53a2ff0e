"""Targets of events."""

from __future__ import annotations

from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platelens.errors import RecordError, RequestError
from platelens.serving.schemas.operation import Share, hide_password, restore_password
from platelens.serving.schemas.reads import time_form
from platelens.store import Message, NewTarget, Target

TargetKind = Literal["webhook", "stream", "alpr-database", "mqtt"]
_HIDDEN: Final = "***"
_HEADERS: Final = r"[A-Za-z0-9-]{1,64}: ?[\x20-\x7e]{0,500}|"
_SCHEMES: Final = {"mqtt": ("mqtt", "mqtts")}
_USUAL_SCHEMES: Final = ("http", "https")


class TargetSettings(BaseModel):
    """What is sent to a target, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: str = Field(
        default="",
        max_length=200,
        description="Signs webhooks; the API key of an ALPR database. Is not shown again.",
    )
    header: str = Field(
        default="",
        max_length=600,
        pattern=f"^({_HEADERS})$",
        description="One more header of requests.",
        examples=["Authorization: Bearer abc"],
    )
    image: bool = Field(default=True, description="Send the picture, too.")
    topic: str = Field(
        default="frigate",
        min_length=1,
        max_length=100,
        pattern=r"^[\w/-]+$",
        description="Of MQTT: what its topics begin with.",
    )
    timeout_s: float = Field(default=30.0, gt=0, le=300)
    watched: bool = Field(default=False, description="Only plates on a watch-list.")
    labels: list[str] = Field(default=[], max_length=100, description="Only of these lists.")
    cameras: list[str] = Field(default=[], max_length=1000, description="Only of these cameras.")
    min_confidence: Share = 0.0
    min_probability: Share = Field(default=0.0, description="Of being on a watch-list.")


class TargetBody(BaseModel):
    """Where events are sent."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    kind: TargetKind = Field(
        description="webhook = the read as JSON; stream = as Plate Recognizer Stream; "
        "alpr-database = as Blue Iris to an ALPR database; mqtt = as Frigate."
    )
    url: str = Field(max_length=2000, examples=["https://home.local/hook", "mqtt://broker:1883"])
    settings: TargetSettings = TargetSettings()
    active: bool = Field(default=True, description="Events wait for a target that is not.")

    def to_store(self, known: NewTarget | None = None) -> NewTarget:
        """Give the target as the store has it; hidden secrets are those of the known one.

        Raises:
            RequestError: the address is none of that kind.
        """
        url = restore_password(self.url, known.url if known else "")
        schemes = _SCHEMES.get(self.kind, _USUAL_SCHEMES)
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1)
        except ValueError:
            is_address = False
        if not is_address:
            raise RequestError(
                f"url: expected {' or '.join(f'{s}://' for s in schemes)} and a host"
            )
        settings = self.settings.model_dump(mode="json", exclude_defaults=True)
        if self.settings.secret == _HIDDEN and known is not None:
            settings["secret"] = known.settings.get("secret", "")
        if self.settings.header.endswith(_HIDDEN) and known is not None:
            settings["header"] = known.settings.get("header", "")
        return NewTarget(self.name, self.kind, url, settings, self.active)


class TargetEntry(TargetBody):
    """A target that is kept."""

    id: int


class TargetList(BaseModel):
    """All targets, and how many events wait for them."""

    targets: list[TargetEntry]
    waiting: int


class DeadEvent(BaseModel):
    """An event that failed too often."""

    id: int
    uid: str
    target: int
    read: int | None
    event: str
    created: str
    attempts: int
    error: str


class DeadEvents(BaseModel):
    """The latest first."""

    events: list[DeadEvent]


class Revival(BaseModel):
    """Events to be tried again."""

    model_config = ConfigDict(extra="forbid")

    ids: list[int] = Field(min_length=1, max_length=1000)


class Revived(BaseModel):
    """How many events are tried again."""

    events: int


def target_settings(target: NewTarget) -> TargetSettings:
    """Give the settings of a stored target, without what only another version knows.

    Raises:
        RecordError: they are malformed.
    """
    known = {n: v for n, v in target.settings.items() if n in TargetSettings.model_fields}
    try:
        return TargetSettings.model_validate(known)
    except ValidationError as error:
        raise RecordError(f"target {target.name}: {error.errors()[0]['msg']}") from None


def target_form(stored: Target) -> dict[str, Any]:
    """Give a target as JSON has it, without its secrets."""
    target = stored.target
    settings = target_settings(target).model_dump(mode="json")
    settings["secret"] = _HIDDEN if settings["secret"] else ""
    name, colon, _ = settings["header"].partition(":")
    settings["header"] = f"{name}: {_HIDDEN}" if colon else ""
    return {
        "id": stored.id,
        "name": target.name,
        "kind": target.kind,
        "url": hide_password(target.url),
        "settings": settings,
        "active": target.is_active,
    }


def dead_form(message: Message) -> dict[str, Any]:
    """Give an event that failed too often as JSON has it."""
    return {
        "id": message.id,
        "uid": message.uid,
        "target": message.target_id,
        "read": message.read_id,
        "event": message.event,
        "created": time_form(message.created),
        "attempts": message.attempts,
        "error": message.error,
    }
