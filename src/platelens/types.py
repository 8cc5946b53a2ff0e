"""The values that the stages hand to each other. Nothing here computes more than a property."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NewType, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

RgbImage = NewType("RgbImage", NDArray[np.uint8])
"""uint8, shape (H, W, 3), channel order R, G, B. Made only by `platelens.imaging`."""

READABLE_FROM: Final = 0.2
"""A text that is less sure than this is no more than a guess: the plate counts as unreadable. Of
29 such guesses on held-out and development plates 4 were right (docs/models.md)."""

FloatArray = NDArray[np.float32]
"""float32 of any shape; the docstring or the comment beside it says which."""

Point = tuple[float, float]
"""(x, y) in pixels, x right, y down; the centre of the top-left pixel is (0.5, 0.5)."""


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-aligned box. Pixels of the frame, floats, x right, y down; x2, y2 exclusive."""

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        """Refuse empty and inverted boxes."""
        if not (self.x2 > self.x1 and self.y2 > self.y1):
            raise ValueError(f"box needs x1 < x2 and y1 < y2, got {self}")

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1


@dataclass(frozen=True, slots=True)
class Quad:
    """The four corners of a plate, clockwise as the plate is read, from its top-left corner."""

    top_left: Point
    top_right: Point
    bottom_right: Point
    bottom_left: Point

    @property
    def points(self) -> tuple[Point, Point, Point, Point]:
        """The corners in order: top-left, top-right, bottom-right, bottom-left."""
        return (self.top_left, self.top_right, self.bottom_right, self.bottom_left)


@dataclass(frozen=True, slots=True)
class Detection:
    """One plate found in an image."""

    box: Box
    quad: Quad
    confidence: float  # 0..1
    is_doubtful: bool = False  # may be a plate; whether it can be read tells


@dataclass(frozen=True, slots=True)
class Step:
    """What a classical stage sees half way, for a person to look at."""

    name: str  # lower case, fit for a file's name: "threshold"
    pixels: RgbImage


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible text of a plate."""

    text: str
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one plate crop."""

    text: str  # normalised: A-Z and 0-9 only, top row first; "" when nothing could be read
    confidence: float  # 0..1, of the whole text
    char_confidences: tuple[float, ...]  # 0..1, one per character of `text`
    candidates: tuple[Candidate, ...]  # best first; the first one is `text`
    rows: int  # 1 or 2

    @property
    def is_readable(self) -> bool:
        """Whether there is a text, and it is more than a guess."""
        return self.text != "" and self.confidence >= READABLE_FROM

    def failed_positions(self, least: float) -> tuple[int, ...]:
        """Give the places in `text`, from 0, of the characters less sure than `least`."""
        return tuple(i for i, sure in enumerate(self.char_confidences) if sure < least)


@dataclass(frozen=True, slots=True)
class RegionCandidate:
    """One possible origin of a plate."""

    code: str  # ISO 3166 code, lower case, with the subdivision where known: "us-ca"
    name: str  # "California"
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Region:
    """Where a plate is from."""

    code: str  # as of a candidate; "us" where only the country is sure
    name: str
    confidence: float  # 0..1
    candidates: tuple[RegionCandidate, ...] = ()  # best first


@dataclass(frozen=True, slots=True)
class Match:
    """What is known of a plate when its look and its text are weighed together."""

    reading: Reading  # the recogniser's, its candidates weighed by the serial formats
    region: Region | None  # None = nothing decides it
    reason: str | None  # why the text is not the recogniser's first; None where it is


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate of an image, as far as the pipeline got with it."""

    detection: Detection
    reading: Reading | None = None
    region: Region | None = None
    raw_text: str = ""  # what the recogniser saw, before serial formats were weighed
    reason: str | None = None  # why `text` differs from `raw_text`; None where it does not
    # Places in `text`, from 0, of characters not sure enough; None = nobody asked.
    failed_positions: tuple[int, ...] | None = None

    @property
    def text(self) -> str:
        """The text of the best reading, "" when the plate was not read."""
        return self.reading.text if self.reading else ""

    @property
    def confidence(self) -> float:
        """The confidence of the text, 0 without one: a reader may be sure that there is none."""
        return self.reading.confidence if self.reading and self.reading.text else 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of a video."""

    image: RgbImage
    time_s: float  # by the clock of the source; its first picture has the time 0
    number: int  # in the source, from 0; pictures that were left out count


@dataclass(frozen=True, eq=False, slots=True)
class Sighting:
    """A plate in one picture of a video."""

    plate: Plate
    crop: RgbImage  # the upright plate
    time_s: float
    weight: float  # > 0: how much its reading counts; larger, sharper, straighter = more
    is_whole: bool = True  # False = the picture's edge may cut it off


@dataclass(frozen=True, eq=False, slots=True)
class Track:
    """A plate that was followed from picture to picture."""

    id: int  # from 1, unlike any other of its tracker
    sightings: tuple[Sighting, ...]  # the best ones, by time
    best: Sighting
    last: Sighting  # its time goes on while nothing moves
    count: int  # of all sightings
    first_s: float
    shift_px: Point  # from where it was first seen to where it was last, centre to centre
    still_s: float  # how long it has been where it is

    @property
    def last_s(self) -> float:
        """When it was last seen."""
        return self.last.time_s


@dataclass(frozen=True, eq=False, slots=True)
class Pass:
    """One vehicle that came by, or stays: what all sightings of its plate say together."""

    id: int  # from 1, unlike any other of its source; a preview has that of its final event
    plate: Plate  # where it is in `image`; the reading is that of all sightings
    image: RgbImage  # the best picture
    crop: RgbImage  # the upright plate there
    best_s: float  # time of that picture
    first_s: float
    last_s: float  # of the last sighting so far
    sightings: int
    shift_px: Point  # from where it was first seen to where it was last, centre to centre
    is_final: bool = True  # False = a preview: the plate is still followed
    is_parked: bool = False  # it has not moved for long; there is no other event when it leaves

    @property
    def direction_deg(self) -> float | None:
        """Where it went in the picture: 0 = right, 90 = down, up to 360; None = nowhere."""
        x, y = self.shift_px
        if math.hypot(x, y) < self.plate.detection.box.width:
            return None
        return math.degrees(math.atan2(y, x)) % 360


class Detector(Protocol):
    """Finds plates. Implementations must be safe to call from several threads at once."""

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the plates of `image`, most confident first; [] when there is none."""
        ...


@runtime_checkable
class Locator(Protocol):
    """A detector that can tell more precisely where a plate is that it has found."""

    def locate(self, image: RgbImage, box: Box) -> Detection | None:
        """Find the plate at `box` in a picture of its surroundings; None if there is none."""
        ...


class Recognizer(Protocol):
    """Reads plate crops. Implementations must be safe to call from several threads at once."""

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives []."""
        ...


class RegionMatcher(Protocol):
    """Tells where plates are from. Implementations must be safe to call from several threads."""

    def match(self, crops: Sequence[RgbImage], readings: Sequence[Reading]) -> list[Match]:
        """Weigh look and text of plates, one match for each crop and its reading."""
        ...
