from __future__ import annotations

import os
from pathlib import Path

import pytest

from platelens.cli.sinks import OutputNames


def test_names_are_made_of_the_stem(tmp_path: Path) -> None:
    names = OutputNames(tmp_path / "new", [])
    assert names.take("street/car.one.jpeg", ".jpg") == tmp_path / "new" / "car.one.jpg"
    assert (tmp_path / "new").is_dir()


def test_names_do_not_come_twice_even_where_case_does_not_count(tmp_path: Path) -> None:
    names = OutputNames(tmp_path, [])
    taken = [names.take(s, ".jpg") for s in ("x/a.jpg", "y/a.png", "z/A.jpg", "a-2.jpg")]
    assert [p.name for p in taken] == ["a.jpg", "a-2.jpg", "A-3.jpg", "a-2-2.jpg"]


def test_inputs_are_left_alone_whatever_way_they_are_spelt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    names = OutputNames(tmp_path, [os.path.join("link", "a.jpg")])
    assert names.take("a.jpg", ".jpg").name == "a-2.jpg"
