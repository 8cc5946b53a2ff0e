"""Follows plates from picture to picture."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from platelens.alphabet import text_distance
from platelens.tracking.association import match_pairs
from platelens.types import Plate, Point, Sighting, Track


@dataclass(frozen=True, slots=True)
class TrackSettings:
    """When two sightings are of one plate. Lengths are parts of the plate's width."""

    patience_s: float = 1.5  # a plate unseen for longer has gone
    reach: float = 1.0  # how far from where it is expected a plate may be found,
    reach_per_s: float = 4.0  # and so much farther for every second since it was seen
    unknown_per_s: float = 14.0  # likewise of a plate that was seen once: it may be fast
    growth: float = 0.5  # how much its width may change: by a factor of exp(growth),
    growth_per_s: float = 1.5  # and so much more for every second
    cut_growth: float = 0.5  # and so much more where the picture's edge cuts it off
    same_text: float = 0.2  # texts of which a smaller part differs are one plate's,
    other_text: float = 0.55  # those of which a larger part does are not,
    unread: float = 0.3  # where one has none, they count as apart by so much,
    near: float = 0.25  # unless so near to where the plate is expected, as part of the reach,
    moment_s: float = 0.5  # and so soon
    well_read: float = 0.6  # confidence from which texts count
    kept: int = 24  # sightings of a track that are kept: the best ones


USUAL_TRACKS: Final = TrackSettings()

_SPEED_MEMORY: Final = 0.5
"""Part of the old speed in the new one: corners tremble."""

_STILL: Final = 0.5
"""A plate that has moved by less than this part of its width is where it was."""

_UNREAD: Final = 0.05
"""What a sighting that was not read is worth, as part of one that was read surely."""


@dataclass(slots=True)
class _Live:
    """A track that goes on."""

    id: int
    last: Sighting
    first_s: float
    first_centre: Point
    anchor: Point  # where it has been since `still_since_s`, nearly
    still_since_s: float
    count: int = 1
    text: str | None = None  # as it was last read well
    speed: Point = (0.0, 0.0)  # px/s, of the centre
    best: list[tuple[float, int, Sighting]] = field(default_factory=list)  # a heap, worst first

    def add(self, sighting: Sighting, kept: int) -> None:
        passed = sighting.time_s - self.last.time_s
        old, new = _centre(self.last.plate), _centre(sighting.plate)
        memory = _SPEED_MEMORY if self.count > 1 else 0.0
        x, y = ((b - a) / passed for a, b in zip(old, new, strict=True))
        self.speed = (
            memory * self.speed[0] + (1 - memory) * x,
            memory * self.speed[1] + (1 - memory) * y,
        )
        self.last = sighting
        self.count += 1
        if math.dist(new, self.anchor) > _STILL * sighting.plate.detection.box.width:
            self.anchor, self.still_since_s = new, sighting.time_s
        self.keep(sighting, kept)

    def keep(self, sighting: Sighting, kept: int) -> None:
        heapq.heappush(self.best, (_worth(sighting), self.count, sighting))
        if len(self.best) > kept:
            heapq.heappop(self.best)

    def track(self) -> Track:
        end = _centre(self.last.plate)
        return Track(
            id=self.id,
            sightings=tuple(sorted((s for _, _, s in self.best), key=lambda s: s.time_s)),
            best=max(self.best)[2],
            last=self.last,
            count=self.count,
            first_s=self.first_s,
            shift_px=(end[0] - self.first_centre[0], end[1] - self.first_centre[1]),
            still_s=self.last.time_s - self.still_since_s,
        )


class PlateTracker:
    """Follows the plates of one camera. Not to be shared between threads.

    A plate is looked for where it should be by its speed. A text that was read well outweighs the
    place, so that paths may cross and plates may be hidden for a while.
    """

    def __init__(self, settings: TrackSettings = USUAL_TRACKS) -> None:
        self._settings = settings
        self._live: list[_Live] = []
        self._next_id = 1
        self._updated_s = 0.0

    @property
    def live(self) -> list[Track]:
        """The tracks that have not ended, oldest first."""
        return [each.track() for each in self._live]

    def update(self, sightings: Sequence[Sighting], time_s: float) -> list[Track]:
        """Take the plates of one picture; gives the tracks that have ended by then.

        Args:
            sightings: all of the picture; [] when it has none.
            time_s: of the picture; more than in the call before.
        """
        ended = self._end(time_s)
        self._updated_s = time_s
        costs = [[self._cost(live, sighting) for sighting in sightings] for live in self._live]
        pairs = match_pairs(np.array(costs, np.float64).reshape(len(costs), len(sightings)))
        for row, column in pairs:
            live, sighting = self._live[row], sightings[column]
            live.add(sighting, self._settings.kept)
            live.text = sighting.plate.text if self._is_read(sighting) else live.text
        taken = {column for _, column in pairs}
        for number, sighting in enumerate(sightings):
            if number not in taken:
                self._begin(sighting)
        return ended

    def stay(self, time_s: float) -> list[Track]:
        """Say that nothing has moved since the last picture: its plates are there at `time_s`.

        Gives the tracks that have ended by then: those that were not in that picture.
        """
        for live in self._live:
            if live.last.time_s == self._updated_s:
                live.last = replace(live.last, time_s=time_s)
                live.speed = (0.0, 0.0)
        self._updated_s = time_s
        return self._end(time_s)

    def close(self) -> list[Track]:
        """End all tracks and give them."""
        return self._end(math.inf)

    def _begin(self, sighting: Sighting) -> None:
        centre, time_s = _centre(sighting.plate), sighting.time_s
        live = _Live(self._next_id, sighting, time_s, centre, centre, time_s)
        live.text = sighting.plate.text if self._is_read(sighting) else None
        live.keep(sighting, self._settings.kept)
        self._live.append(live)
        self._next_id += 1

    def _end(self, time_s: float) -> list[Track]:
        patience = self._settings.patience_s
        gone = [live for live in self._live if time_s - live.last.time_s > patience]
        self._live = [live for live in self._live if time_s - live.last.time_s <= patience]
        return [live.track() for live in gone]

    def _cost(self, live: _Live, sighting: Sighting) -> float:
        """Give how unlikely it is that `sighting` is of that track; inf = it is not."""
        use = self._settings
        passed = sighting.time_s - live.last.time_s
        old, new = live.last.plate, sighting.plate
        apart = self._text_difference(live, sighting)
        (x, y), width = _centre(old), min(p.detection.box.width for p in (old, new))
        expected = (x + live.speed[0] * passed, y + live.speed[1] * passed)
        per_s = use.reach_per_s if live.count > 1 else use.unknown_per_s
        away = math.dist(expected, _centre(new)) / width / (use.reach + per_s * passed)
        most = use.growth + use.growth_per_s * passed
        most += 0.0 if live.last.is_whole and sighting.is_whole else use.cut_growth
        growth = abs(math.log(new.detection.box.width / old.detection.box.width)) / most
        is_same = apart is not None and apart < use.same_text
        # No plate takes the place of another within moments: it was misread, however surely.
        could_be_other = passed > use.moment_s or away > use.near
        is_other = apart is not None and apart > use.other_text and could_be_other
        if is_other or (max(away, growth) > 1 and not is_same):
            return math.inf
        return (
            min(away, 2.0) + 0.5 * min(growth, 2.0) + 2.0 * (use.unread if apart is None else apart)
        )

    def _text_difference(self, live: _Live, sighting: Sighting) -> float | None:
        """Give which part of their characters differs; None unless both were read well."""
        if live.text is None or not self._is_read(sighting):
            return None
        text = sighting.plate.text
        return text_distance(live.text, text) / max(len(live.text), len(text))

    def _is_read(self, sighting: Sighting) -> bool:
        """Whether its text tells it from other plates; of one that is cut off it does not."""
        return sighting.is_whole and sighting.plate.confidence >= self._settings.well_read


def _worth(sighting: Sighting) -> float:
    return sighting.weight * (_UNREAD + sighting.plate.confidence)


def _centre(plate: Plate) -> Point:
    box = plate.detection.box
    return (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
