from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from platelens.errors import MissingRecordError, RecordError
from platelens.store import (
    Camera,
    Delivery,
    MediaFile,
    NewRead,
    NewTarget,
    Passing,
    ReadQuery,
    Store,
)
from platelens.types import Box, Candidate, Quad
from tests.store.conftest import NOON, new_read

FULL: dict[str, Any] = {
    "raw_text": "ab·123 é",
    "camera": "Hof 😀",
    "region": "us-ca",
    "region_confidence": 0.75,
    "candidates": (Candidate("AB123", 0.9), Candidate("A8123", 0.05)),
    "box": Box(1.5, 2, 30, 14.25),
    "corners": Quad((1.5, 2), (30, 3), (29, 14.25), (2, 13)),
    "source": "pass",
    "passing": Passing(NOON, NOON + timedelta(seconds=4), 12, 91.5, is_parked=True),
    "models": {"reader": "reader_small 4"},
    "readable": False,
}


def test_a_read_comes_back_as_it_was(store: Store) -> None:
    image, crop = store.media.save(b"frame", ".jpg"), store.media.save(b"plate", ".png")
    new = new_read("AB123", image=image, crop=crop, **FULL)
    before = datetime.now(UTC)
    read = store.reads.get(store.reads.add(new))
    names = [field.name for field in dataclasses.fields(NewRead)]
    assert {n: getattr(read, n) for n in names} == {n: getattr(new, n) for n in names}
    assert (read.text_as_read, read.review, read.text_hash) == ("AB123", None, "")
    assert before <= read.stored <= datetime.now(UTC)


def test_times_keep_microseconds_and_lose_their_zone(store: Store) -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    time = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=east)
    read = store.reads.get(store.reads.add(dataclasses.replace(new_read(), time=time)))
    assert read.time == time
    assert read.time.tzinfo is UTC


def test_texts_are_normalised(store: Store) -> None:
    assert store.reads.get(store.reads.add(new_read("ab-12 3"))).text == "AB123"


def test_many_reads_keep_their_order(store: Store) -> None:
    texts = [f"T{i % 37}X" for i in range(700)]
    ids = store.reads.add_many([new_read(text, minutes=i) for i, text in enumerate(texts)])
    assert ids == sorted(ids)
    assert [store.reads.get(i).text for i in ids[::50]] == texts[::50]
    assert len(list(store.reads.export(ReadQuery()))) == 700
    assert store.reads.add_many([]) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "A" * 33),
        ("time", datetime(2026, 1, 1)),
        ("confidence", 1.01),
        ("confidence", math.nan),
        ("raw_text", "A\0B"),
        ("raw_text", "\ud83d"),
        ("camera", "x" * 201),
        ("region", "US CA"),
        ("source", "elsewhere"),
        ("candidates", (Candidate("A", -0.1),)),
        ("candidates", (Candidate("\0", 0.1),)),
        ("candidates", (Candidate("A", 0.1),) * 101),
        ("box", Box(0, 0, math.inf, 1)),
        ("models", {"reader": object()}),
        ("image", MediaFile("../x.jpg", "0" * 64, 1)),
        ("crop", MediaFile("/etc/passwd", "0" * 64, 1)),
        ("image", MediaFile("x.jpg", "short", 1)),
        ("passing", Passing(NOON, NOON, -1)),
        ("passing", Passing(NOON, NOON, 1, math.nan)),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(store: Store, field: str, value: Any) -> None:
    values = {"text": "AB123", "time": NOON, "confidence": 0.9, field: value}
    names = {"passing": "sightings|direction_deg", "image": "path|sha256", "crop": "path"}
    with pytest.raises(RecordError, match=names.get(field, field)):
        store.reads.add_many([new_read(), NewRead(**values)])
    assert store.reads.search(ReadQuery()).reads == ()


def test_there_is_no_read_of_another_id(store: Store) -> None:
    for action in (store.reads.get, store.reads.undo_review):
        with pytest.raises(MissingRecordError, match="7"):
            action(7)


def test_confirming_keeps_the_text(store: Store) -> None:
    number = store.reads.add(new_read())
    read = store.reads.confirm(number, "me")
    assert read.review is not None
    assert (read.text, read.review.state, read.review.by) == ("AB123", "confirmed", "me")


def test_a_correction_is_found_and_can_be_undone(store: Store) -> None:
    number = store.reads.add(new_read("AB123"))
    store.reads.correct(number, "xy-999", "me")
    read = store.reads.correct(number, "XY998", "you")
    assert (read.text, read.text_as_read) == ("XY998", "AB123")
    assert read.review is not None
    assert (read.review.state, read.review.by) == ("corrected", "you")
    assert len(store.reads.search(ReadQuery(plate="*Y99*")).reads) == 1
    for old in ("XY999", "*B12*"):
        assert store.reads.search(ReadQuery(plate=old)).reads == ()
    assert len(store.reads.search(ReadQuery(review="corrected")).reads) == 1
    again = store.reads.undo_review(number)
    assert (again.text, again.text_as_read, again.review) == ("AB123", "AB123", None)
    assert len(store.reads.search(ReadQuery(plate="*B12*")).reads) == 1


def test_events_are_stored_with_their_read_or_neither_is(store: Store) -> None:
    target = store.outbox.add_target(NewTarget("hook", "webhook", "http://localhost/"))
    number = store.reads.add(new_read(), [Delivery(target, "read", {"plate": "AB123"})])
    (message,) = store.outbox.claim(10)
    assert (message.read_id, message.payload) == (number, {"plate": "AB123"})
    with pytest.raises(MissingRecordError, match="target"):
        store.reads.add(new_read(), [Delivery(target + 1, "read", {})])
    assert len(store.reads.search(ReadQuery()).reads) == 1


def test_reads_share_a_picture_until_the_last_is_deleted(store: Store) -> None:
    image = store.media.save(b"frame", ".jpg")
    first, second = store.reads.add_many([new_read(image=image), new_read("X", image=image)])
    assert store.reads.delete([first], "me").files == 0
    assert store.media.load(image) == b"frame"
    assert store.reads.delete([second], "me").files == 1
    with pytest.raises(MissingRecordError):
        store.media.load(image)


def test_expiry_goes_by_camera(store: Store) -> None:
    store.cameras.put(Camera("short", retention_days=1))
    store.cameras.put(Camera("long", retention_days=100))
    now = NOON + timedelta(days=10)
    for camera in ("short", "long", "default", ""):
        store.reads.add_many(
            [new_read(camera=camera), new_read("NEW", 60 * 24 * 10, camera=camera)]
        )
    assert store.reads.expire(now=now).reads == 1
    assert store.reads.expire(default_days=5, now=now).reads == 2
    left = {(r.camera, r.text) for r in store.reads.export(ReadQuery())}
    assert left == {(c, "NEW") for c in ("short", "long", "default", "")} | {("long", "AB123")}


def test_expiry_deletes_in_several_batches(store: Store) -> None:
    store.reads.add_many([new_read(f"T{i}") for i in range(1100)])
    assert store.reads.expire(default_days=1, now=NOON + timedelta(days=2)).reads == 1100
    assert store.reads.search(ReadQuery()).reads == ()
