"""Cameras, statistics and the logs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platelens.serving.schemas.reads import time_form
from platelens.store import AuditEntry, Camera, Counts, DeletionEntry

Share = Annotated[float, Field(ge=0, le=1)]
_HIDDEN: Final = "***"
_PASSWORD: Final = re.compile(
    r"(?<=://)(?P<name>[^:/@\s]*:)[^/\s]*(?=@)"
    r"|(?<=[?&])(?P<key>[^=&\s]*(?:pass|pwd|token|key|secret|auth|sig)[^=&\s]*=)[^&\s]*",
    re.IGNORECASE,
)


class CameraSettings(BaseModel):
    """How a camera is watched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    active: bool = True
    fps: float | None = Field(
        default=None, gt=0, le=1000, description="Pictures a second to look at."
    )
    roi: list[tuple[Share, Share]] = Field(
        default=[],
        max_length=50,
        description="Corners of the area that counts, parts of width and height.",
    )
    min_confidence: Share = 0.0
    duplicate_s: float = Field(default=30.0, ge=0, le=86_400)
    park_s: float = Field(default=20.0, ge=1, le=86_400)


class CameraBody(BaseModel):
    """A camera, without its name."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(
        default="",
        max_length=2000,
        description="Address of a stream, or /dev/videoN; empty = others send its pictures.",
        examples=["rtsp://user:secret@192.168.1.20/stream1"],
    )
    settings: CameraSettings = CameraSettings()
    retention_days: float | None = Field(default=None, ge=0, le=36_500)


class CameraState(CameraBody):
    """A camera, and how it does."""

    name: str
    state: str = Field(description="off, starting, watching, failing or ended.")
    detail: str = Field(description="Why it is failing.")


class CameraList(BaseModel):
    """Cameras by name."""

    cameras: list[CameraState]


class TimeCount(BaseModel):
    """Reads from a time on."""

    time: datetime
    reads: int


class NameCount(BaseModel):
    """Reads of something."""

    name: str
    reads: int


class StatisticsAnswer(BaseModel):
    """Counts of the reads of a time."""

    since: datetime
    until: datetime
    reads: int
    plates: int = Field(description="Different ones.")
    reviewed: int
    spans: list[TimeCount] = Field(description="Hours or days that have reads.")
    cameras: list[NameCount]
    countries: list[NameCount]
    texts: list[NameCount] = Field(description="The most frequent plates.")
    confidences: list[int] = Field(description="Reads by confidence, in ten steps from 0 to 1.")


class AuditLine(BaseModel):
    """Who did what."""

    id: int
    time: datetime
    actor: str
    action: str
    detail: dict[str, Any]


class AuditLines(BaseModel):
    """The latest first."""

    entries: list[AuditLine]


class DeletionLine(BaseModel):
    """That something was deleted; not what."""

    time: datetime
    actor: str
    reason: str
    reads: int
    files: int


class DeletionLines(BaseModel):
    """The latest first."""

    deletions: list[DeletionLine]


def camera_settings(camera: Camera) -> CameraSettings:
    """Give the settings of a stored camera, without what only another version knows.

    A camera whose settings are malformed is not watched.
    """
    known = {n: v for n, v in camera.settings.items() if n in CameraSettings.model_fields}
    try:
        return CameraSettings.model_validate(known)
    except ValidationError:
        return CameraSettings(active=False)


def hide_password(source: str) -> str:
    """Give an address as it may be shown and logged: without the password, and secrets after ?."""
    return _PASSWORD.sub(lambda found: f"{found['name'] or found['key']}{_HIDDEN}", source)


def restore_password(source: str, known: str) -> str:
    """Give an address whose hidden password is that of the known one, if all else is the same."""
    return known if source == hide_password(known) else source


def audit_form(entry: AuditEntry) -> dict[str, Any]:
    """Give an entry of the audit log as JSON has it."""
    return {
        "id": entry.id,
        "time": time_form(entry.time),
        "actor": entry.actor,
        "action": entry.action,
        "detail": dict(entry.detail),
    }


def logged_deletion_form(entry: DeletionEntry) -> dict[str, Any]:
    """Give an entry of the log of deletions as JSON has it."""
    return {
        "time": time_form(entry.time),
        "actor": entry.actor,
        "reason": entry.reason,
        "reads": entry.reads,
        "files": entry.files,
    }


def counts_form(counts: Counts) -> dict[str, Any]:
    """Give counts as JSON has them."""

    def named(pairs: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
        return [{"name": name, "reads": count} for name, count in pairs]

    return {
        "reads": counts.reads,
        "plates": counts.plates,
        "reviewed": counts.reviewed,
        "spans": [{"time": time_form(time), "reads": count} for time, count in counts.spans],
        "cameras": named(counts.cameras),
        "countries": named(counts.countries),
        "texts": named(counts.texts),
        "confidences": list(counts.confidences),
    }
