"""Stored reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from platelens.serving.schemas.reading import TextCandidate
from platelens.store import Read


class ReadOrigin(BaseModel):
    """Where the plate of a read is from."""

    code: str = Field(examples=["us-ca"])
    confidence: float


class ReadPassing(BaseModel):
    """What a vehicle's pass has on top of a single picture."""

    first_seen: datetime
    last_seen: datetime
    dwell_s: float
    sightings: int
    direction: float | None = Field(description="In the picture: 0 = right, 90 = down.")
    parked: bool


class ReadReview(BaseModel):
    """What a person said."""

    state: Literal["confirmed", "corrected"]
    by: str
    at: datetime


class StoredRead(BaseModel):
    """A read."""

    id: int
    time: datetime
    stored: datetime
    text: str = Field(description="What counts: a person's correction, or the reader's text.")
    text_as_read: str
    text_hash: str = Field(description="Of a plate that is kept as a hash.")
    confidence: float
    readable: bool
    raw_text: str
    candidates: list[TextCandidate]
    camera: str
    region: ReadOrigin | None
    box: list[float] | None
    corners: list[list[float]] | None
    image: str | None = Field(description="Address of the picture.")
    crop: str | None = Field(description="Address of the plate cut out.")
    source: Literal["api", "pass", "import"]
    passing: ReadPassing | None
    review: ReadReview | None
    models: dict[str, str]


class ReadPage(BaseModel):
    """Some reads, newest first; of a fuzzy search the nearest plates first."""

    reads: list[StoredRead]
    next_cursor: str | None = Field(description="Of the next page; null = this is the last one.")


def read_form(read: Read) -> dict[str, Any]:
    """Give a stored read as JSON has it: plain values, times in UTC."""
    at = f"/api/v1/reads/{read.id}"
    review, passing, box = read.review, read.passing, read.box
    return {
        "id": read.id,
        "time": time_form(read.time),
        "stored": time_form(read.stored),
        "text": read.text,
        "text_as_read": read.text_as_read,
        "text_hash": read.text_hash,
        "confidence": round(read.confidence, 4),
        "readable": read.readable,
        "raw_text": read.raw_text,
        "candidates": [
            {"text": c.text, "confidence": round(c.confidence, 4)} for c in read.candidates
        ],
        "camera": read.camera,
        "region": (
            {"code": read.region, "confidence": round(read.region_confidence, 4)}
            if read.region
            else None
        ),
        "box": [round(v, 1) for v in (box.x1, box.y1, box.x2, box.y2)] if box else None,
        "corners": (
            [[round(x, 1), round(y, 1)] for x, y in read.corners.points] if read.corners else None
        ),
        "image": f"{at}/image" if read.image else None,
        "crop": f"{at}/crop" if read.crop else None,
        "source": read.source,
        "passing": passing
        and {
            "first_seen": time_form(passing.first_seen),
            "last_seen": time_form(passing.last_seen),
            "dwell_s": passing.dwell.total_seconds(),
            "sightings": passing.sightings,
            "direction": passing.direction_deg,
            "parked": passing.is_parked,
        },
        "review": review and {"state": review.state, "by": review.by, "at": time_form(review.at)},
        "models": dict(read.models),
    }


def time_form(time: datetime) -> str:
    """Give a time as ISO 8601 in UTC, with a Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
