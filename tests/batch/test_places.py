from __future__ import annotations

import os
from pathlib import Path

import pytest

from platelens.batch.places import Place


@pytest.fixture(params=["local", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(str(tmp_path) if request.param == "local" else f"memory:/{tmp_path}")


def test_files_are_written_and_found(place: Place) -> None:
    assert place.names("a") == []
    place.write("a/b/2", b"two")
    place.write("a/1", b"one")
    place.write("a/1", b"uno")
    assert place.names("a") == ["a/1", "a/b/2"]
    assert place.read("a/1") == b"uno"
    assert place.exists("a/b/2")
    place.remove("a")
    place.remove("a")
    assert place.names("a") == []


def test_a_file_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(FileNotFoundError):
        place.read("nothing")


def test_a_write_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(str(tmp_path))
    place.write("a", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        place.write("a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert place.read("a") == b"old"


def test_what_a_killed_writer_left_does_not_count(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    place.write("a/1", b"one")
    (tmp_path / "a" / ".2.0123.new").write_bytes(b"tw")
    assert place.names("a") == ["a/1"]
    place.drop_unfinished("a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["1"]
