from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pytest

from platelens.batch.fetch import fetch_shard
from platelens.batch.places import look_up
from platelens.batch.sources import Entry, Skipped, list_entries
from tests.batch.test_archives import pack


def planned(path: Path) -> Entry:
    found = look_up(str(path))
    return Entry("picture", found.address, found.size, found.stamp)


def test_pictures_come_in_order_however_many(tmp_path: Path) -> None:
    entries = []
    for number in range(30):
        (tmp_path / f"{number}.jpg").write_bytes(bytes([number]))
        entries.append(planned(tmp_path / f"{number}.jpg"))
    fetched = list(fetch_shard(entries))
    assert [each.picture for each in fetched] == list(range(30))
    assert [each.data for each in fetched] == [bytes([n]) for n in range(30)]


def test_what_is_gone_or_changed_is_named(tmp_path: Path) -> None:
    names = ("gone", "longer", "touched", "same")
    for name in names:
        (tmp_path / name).write_bytes(b"123")
    entries = [planned(tmp_path / name) for name in names]
    (tmp_path / "gone").unlink()
    (tmp_path / "longer").write_bytes(b"12345")
    os.utime(tmp_path / "touched", (5, 5))
    fetched = list(fetch_shard(entries))
    assert [each.trouble for each in fetched] == ["missing", "changed", "changed", None]
    assert fetched[1].error.endswith("changed since the plan was made: 3 bytes then, 5 now")
    assert fetched[3].data == b"123"


def test_a_link_is_the_picture_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"123")
    os.utime(tmp_path / "real.jpg", (5, 5))
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    (tmp_path / "dead.jpg").symlink_to("nowhere.jpg")
    entries = list(list_entries([str(tmp_path)], "image", Skipped()))
    fetched = {Path(each.image).name: each for each in fetch_shard(entries)}
    assert (fetched["link.jpg"].data, fetched["real.jpg"].data) == (b"123", b"123")
    assert fetched["dead.jpg"].trouble == "missing"


def test_a_picture_of_which_nothing_was_known_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"123")
    (fetched,) = fetch_shard([Entry("picture", str(tmp_path / "1"))])
    assert fetched.data == b"123"


class NoCredentialsError(Exception):
    """As botocore calls it."""


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (PermissionError("not yours"), "denied"),
        (NoCredentialsError("Unable to locate credentials"), "denied"),
        (ConnectionError("reset"), "unreachable"),
        (FileNotFoundError("x"), "missing"),
    ],
)
def test_what_a_store_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: str
) -> None:
    def refuse(*_: object, **__: object) -> bytes:
        raise error

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "cat_file", refuse)
    (fetched,) = fetch_shard([Entry("picture", "memory://bucket/1.jpg", 5)])
    assert fetched.trouble == trouble
    assert str(error) in fetched.error


def test_an_object_of_another_size_has_changed() -> None:
    fsspec.filesystem("memory").pipe_file("/sizes/1.jpg", b"123")
    (fetched,) = fetch_shard([Entry("picture", "memory://sizes/1.jpg", 5, "then")])
    assert fetched.trouble == "changed"


def test_rows_without_a_picture_stay_rows() -> None:
    broken = Entry("broken", "/in/list.jsonl", trouble="line 2: not JSON")
    repeated = Entry("repeated", "/in/1.jpg", trouble="named before")
    one, two = fetch_shard([broken, repeated])
    assert (one.trouble, one.error) == ("manifest", "/in/list.jsonl: line 2: not JSON")
    assert (two.trouble, two.repeated) == (None, "named before")


def test_an_archive_gives_its_pictures_and_its_damage(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar")
    path.write_bytes(path.read_bytes()[:4700])
    found = look_up(str(path))
    fetched = list(fetch_shard([Entry("archive", found.address, found.size, found.stamp)]))
    assert [each.trouble for each in fetched] == [None, None, "archive"]
    assert [each.picture for each in fetched] == [0, 1, 2]


def test_an_archive_that_changed_is_not_read(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar")
    (fetched,) = fetch_shard([Entry("archive", str(path), 5, "then")])
    assert fetched.trouble == "changed"


def test_an_archive_that_is_gone_is_named(tmp_path: Path) -> None:
    (fetched,) = fetch_shard([Entry("archive", str(tmp_path / "a.tar"), 5, "then")])
    assert fetched.trouble == "missing"


def test_an_archive_without_pictures_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(bytes(10_240))
    found = look_up(str(path))
    (fetched,) = fetch_shard([Entry("archive", found.address, found.size, found.stamp)])
    assert fetched.error.endswith("no picture in the archive")
