"""What goes into the store and comes out of it. No object of the database leaves the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from platelens.types import Box, Candidate, Quad

Source = Literal["api", "pass", "import"]
Match = Literal["pattern", "lookalike", "fuzzy"]
ReviewState = Literal["none", "confirmed", "corrected"]


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A picture below the media folder, as `MediaFolder.save` gives it."""

    path: str  # from the media folder on, with "/"
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Passing:
    """What a read has on top when it is a vehicle's pass, not one picture."""

    first_seen: datetime
    last_seen: datetime
    sightings: int
    direction_deg: float | None = None  # in the picture: 0 = right, 90 = down; None = nowhere
    is_parked: bool = False

    @property
    def dwell(self) -> timedelta:
        """How long it was seen."""
        return self.last_seen - self.first_seen


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of a read."""

    state: ReviewState  # "corrected": the read's text is the person's
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRead:
    """A plate of a picture or of a pass, to be stored. Times have a zone."""

    time: datetime  # of the picture
    text: str  # is stored normalised: A-Z and 0-9 only, at most MAX_TEXT of them
    confidence: float  # 0..1
    readable: bool = True
    raw_text: str = ""  # as it came, before serial formats or normalisation
    camera: str = ""  # a name, made known when it is new; "" = none
    region: str = ""  # "us", "us-ca"; "" = unknown
    region_confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()  # best first
    box: Box | None = None
    corners: Quad | None = None
    image: MediaFile | None = None
    crop: MediaFile | None = None
    source: Source = "api"
    passing: Passing | None = None
    models: Mapping[str, str] = field(default_factory=dict)  # version by stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(NewRead):
    """A stored read. `text` is what counts: a person's correction, or else the reader's text."""

    id: int  # larger = stored later; never given twice
    stored: datetime
    text_as_read: str  # the reader's
    text_hash: str = ""  # of a plate kept as a keyed hash, whose texts are all ""
    review: Review | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadQuery:
    """Which reads to give; all parts together must hold."""

    plate: str = ""
    """`?` stands for one character, `*` for any number; what no plate has (spaces, hyphens, `%`)
    is left out. "" = any."""
    match: Match = "pattern"
    """How `plate` is compared: character by character; with those that readers mix up taken as one
    (0 and O, 8 and B); or "fuzzy": so, and with `max_distance` missing, wrong or surplus characters
    besides, the nearest first."""
    max_distance: int = 1  # of "fuzzy": 1 or 2
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    camera: str = ""  # "" = any
    region: str = ""  # "us" finds "us-ca", too; "" = any
    confidence_from: float = 0.0
    confidence_to: float = 1.0  # inclusive
    review: ReviewState | None = None  # None = any


@dataclass(frozen=True, slots=True)
class Page:
    """Some reads of a search, newest first, and where to go on."""

    reads: tuple[Read, ...]
    next_cursor: str | None  # None = these were the last


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for a target, to be stored in one piece with its read."""

    target_id: int
    event: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, and what still has it."""

    reads: int
    files: int
    backups: tuple[str, ...] = ()  # places of listed backups, which may still hold the reads
