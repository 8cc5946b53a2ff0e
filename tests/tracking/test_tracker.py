from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from platelens.geometry import box_to_quad
from platelens.tracking import PlateTracker, TrackSettings
from platelens.types import Box, Detection, Plate, Reading, RgbImage, Sighting, Track

STEP_S = 0.2
CROP = RgbImage(np.zeros((20, 80, 3), np.uint8))


def seen(
    x: float, text: str, time_s: float, *, y: float = 100, width: float = 80, sure: float = 0.9
) -> Sighting:
    """A plate whose middle is at (x, y)."""
    box = Box(x - width / 2, y - width / 8, x + width / 2, y + width / 8)
    reading = Reading(text, sure, (sure,) * len(text), (), 1)
    plate = Plate(Detection(box, box_to_quad(box), 0.9), reading)
    return Sighting(plate, CROP, time_s, width * sure)


def follow(frames: Iterable[list[Sighting]], tracker: PlateTracker | None = None) -> list[Track]:
    """Give all tracks of frames that are STEP_S apart."""
    tracker = tracker or PlateTracker()
    ended = []
    for number, sightings in enumerate(frames):
        ended += tracker.update(sightings, number * STEP_S)
    return sorted(ended + tracker.close(), key=lambda track: track.id)


def texts(track: Track) -> set[str]:
    return {s.plate.text for s in track.sightings}


def test_a_plate_that_moves_is_one_track() -> None:
    (track,) = follow([[seen(100 + 60 * i, "AB1", i * STEP_S)] for i in range(8)])
    assert track.count == len(track.sightings) == 8
    assert (track.id, track.first_s, track.last_s) == pytest.approx((1, 0, 1.4))
    assert track.shift_px == pytest.approx((420, 0))


@pytest.mark.parametrize("sure", [0.9, 0.2], ids=["read", "unread"])
def test_paths_cross(sure: float) -> None:
    """By their text, or, where nothing can be read, by their speed."""
    frames = []
    for i in range(12):
        t = i * STEP_S
        right = seen(100 + 40 * i, "RIGHT1", t, y=100, sure=sure)
        left = seen(540 - 40 * i, "LEFT99", t, y=110, sure=sure)
        frames.append([right, left] if i % 2 else [left, right])
    tracks = follow(frames)
    assert [texts(track) for track in tracks] == [{"LEFT99"}, {"RIGHT1"}]
    assert [track.shift_px[0] for track in tracks] == [pytest.approx(-440), pytest.approx(440)]


def test_a_plate_that_is_missed_for_some_pictures_is_followed_on() -> None:
    frames = [
        [seen(100 + 60 * i, "AB1", i * STEP_S)] if i not in (3, 4, 5) else [] for i in range(9)
    ]
    (track,) = follow(frames)
    assert track.count == 6


def test_a_plate_that_is_gone_has_ended_and_comes_back_as_another_track() -> None:
    tracker = PlateTracker(TrackSettings(patience_s=0.5))
    assert tracker.update([seen(100, "AB1", 0.0)], 0.0) == []
    assert tracker.update([], 0.4) == []
    (ended,) = tracker.update([seen(100, "AB1", 0.6)], 0.6)
    assert (ended.id, ended.last_s) == (1, 0)
    assert [track.id for track in tracker.live] == [2]


def test_another_plate_in_the_same_place_later_is_another_track() -> None:
    frames = [[seen(100, "AB123", 0.0)], [], [], [], [seen(102, "ZX987", 4 * STEP_S)]]
    assert [texts(track) for track in follow(frames)] == [{"AB123"}, {"ZX987"}]


def test_a_plate_that_is_misread_surely_for_a_moment_is_the_same() -> None:
    frames = [
        [seen(100 + 20 * i, text, i * STEP_S)] for i, text in enumerate(["AB1", "ZX9", "AB1"])
    ]
    (track,) = follow(frames)
    assert track.count == 3


def test_a_doubtful_reading_does_not_break_a_track() -> None:
    frames = [[seen(100, "AB123", 0)], [seen(110, "ZX987", STEP_S, sure=0.3)]]
    (track,) = follow(frames)
    assert track.count == 2


def test_a_text_is_known_again_wherever_it_is() -> None:
    """A bus hid the car while it crossed the picture."""
    frames = [[seen(100, "AB123", 0)], [], [], [], [seen(1500, "AB123", 4 * STEP_S)]]
    (track,) = follow(frames)
    assert track.count == 2
    elsewhere = [[seen(100, "AB123", 0, sure=0.3)], [seen(1500, "AB123", STEP_S, sure=0.3)]]
    assert len(follow(elsewhere)) == 2


def test_a_size_that_jumps_is_another_plate() -> None:
    frames = [[seen(100, "AB1", 0, sure=0.3)], [seen(100, "AB1", STEP_S, width=300, sure=0.3)]]
    assert len(follow(frames)) == 2


def test_only_the_best_sightings_are_kept() -> None:
    tracker = PlateTracker(TrackSettings(kept=3))
    frames = [[seen(100 + i, "AB1", i * STEP_S, width=60 + i)] for i in range(20)]
    (track,) = follow(frames, tracker)
    assert track.count == 20
    assert [s.time_s for s in track.sightings] == pytest.approx([3.4, 3.6, 3.8])
    assert track.best is track.sightings[-1]


def test_where_nothing_moves_plates_stay_and_those_that_were_gone_end() -> None:
    tracker = PlateTracker(TrackSettings(patience_s=1))
    tracker.update([seen(100, "GONE1", 0.0), seen(300, "HERE1", 0.0)], 0.0)
    tracker.update([seen(300, "HERE1", 0.2)], 0.2)
    assert tracker.stay(0.4) == []
    assert tracker.stay(0.6) == []
    (gone,) = tracker.stay(60.0)
    assert texts(gone) == {"GONE1"}
    assert tracker.update([seen(300, "HERE1", 60.2)], 60.2) == []
    (track,) = tracker.close()
    assert (track.count, track.last_s, track.still_s) == (3, 60.2, 60.2)


def test_a_plate_is_still_since_it_stopped() -> None:
    places = [100, 145, 190, 235, 236, 237, 236, 237]
    (track,) = follow([[seen(x, "AB1", i * STEP_S)] for i, x in enumerate(places)])
    assert track.still_s == pytest.approx(4 * STEP_S)


def test_a_tracker_without_plates_is_silent() -> None:
    tracker = PlateTracker()
    assert tracker.stay(1.0) == tracker.update([], 2.0) == []
    assert tracker.live == tracker.close() == []


def test_a_plate_that_leaves_at_the_edge_is_not_taken_for_the_next_one() -> None:
    """Its last reading is cut off and says nothing; the ones before it do."""
    frames = [[seen(1000 + 60 * i, "FIRST1", i * STEP_S)] for i in range(4)]
    frames.append([replace(seen(1240, "FIR", 4 * STEP_S), is_whole=False)])
    frames += [[], [], *([seen(900 - 60 * i, "OTHER2", i * STEP_S)] for i in range(7, 12))]
    assert [texts(track) for track in follow(frames)] == [{"FIRST1", "FIR"}, {"OTHER2"}]


def test_a_plate_that_comes_in_at_the_edge_grows_fast() -> None:
    first = replace(seen(30, "RST1", 0, width=60), is_whole=False)
    frames = [[first], *([seen(20 + 70 * i, "FIRST1", i * STEP_S, width=150)] for i in range(1, 5))]
    (track,) = follow(frames)
    assert track.count == 5


def test_a_large_thing_that_was_seen_once_does_not_take_a_plate_over() -> None:
    frames = [[seen(300 + 40 * i, "FIRST1", i * STEP_S)] for i in range(10)]
    frames[2].append(seen(500, "", 2 * STEP_S, width=320, sure=0.1))
    counts = [track.count for track in follow(frames)]
    assert counts == [10, 1]
