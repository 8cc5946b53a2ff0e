from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tests.datasets.audit.pictures import (
    draw_plate,
    read_index,
    record,
    write_index,
    write_picture,
)

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten pictures, three of one plate."""
    texts = ["AB123"] * 3 + [f"XY{n}" for n in range(7)]
    for n, text in enumerate(texts):
        write_picture(tmp_path, f"{n}.png", draw_plate(text, n))
    return write_index(tmp_path, *(record(f"{n}.png", text) for n, text in enumerate(texts)))


def splits(folder: Path) -> list[str]:
    return [line["split"] for line in read_index(folder)]


def test_parts_are_written_and_counted(run: Run, folder: Path) -> None:
    result = run("data", "split", folder, "--parts", "train=0.7,valid=0.3", "--seed", 5)
    assert result.exit_code == 0
    assert Counter(splits(folder)) == {"train": 7, "valid": 3}
    assert len(set(splits(folder)[:3])) == 1
    title, train, valid = (line.split() for line in result.stdout.splitlines())
    assert title == ["part", "asked", "got", "pictures", "plates", "groups"]
    assert train[:5] == ["train", "70.0%", "70.0%", "7", "7"]
    assert valid[:5] == ["valid", "30.0%", "30.0%", "3", "3"]
    assert int(train[5]) + int(valid[5]) == 8


def test_the_usual_parts(run: Run, folder: Path) -> None:
    assert run("data", "split", folder).exit_code == 0
    assert Counter(splits(folder)) == {"train": 8, "valid": 1, "test": 1}


def test_splits_are_replaced_by_force_only(run: Run, folder: Path) -> None:
    run("data", "split", folder)
    before = read_index(folder)
    result = run("data", "split", folder, "--parts", "a=0.5,b=0.5")
    assert result.exit_code == 2
    assert "see --force" in result.stderr
    assert read_index(folder) == before
    assert run("data", "split", folder, "--parts", "a=0.5,b=0.5", "--force").exit_code == 0
    assert set(splits(folder)) == {"a", "b"}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("train", "NAME=SHARE"),
        ("train=", "NAME=SHARE"),
        ("train=half,valid=0.5", "NAME=SHARE"),
        ("=0.5,valid=0.5", "NAME=SHARE"),
        ("a=0.5,a=0.5", "different"),
        ("a=1.5,b=-0.5", "SHARE 0 to 1"),
        ("a=nan,b=1", "SHARE 0 to 1"),
        ("a=0.5,b=0.4", "make 0.9, not 1"),
    ],
)
def test_malformed_parts(run: Run, folder: Path, parts: str, message: str) -> None:
    before = read_index(folder)
    result = run("data", "split", folder, "--parts", parts)
    assert result.exit_code == 2
    assert message in result.stderr
    assert read_index(folder) == before


def test_only_the_own_form_can_be_split(run: Run, tmp_path: Path) -> None:
    result = run("data", "split", tmp_path)
    assert result.exit_code == 2
    assert "platelens data import" in result.stderr


def test_parts_that_are_far_off_are_noted(run: Run, folder: Path) -> None:
    records = [line["image"].removeprefix("images/") for line in read_index(folder)]
    write_index(folder, *(record(name, "AB123") for name in records))
    result = run("data", "split", folder, "--parts", "train=0.6,valid=0.38,test=0.02")
    assert result.exit_code == 0
    assert set(splits(folder)) == {"train"}
    assert result.stderr.splitlines() == [
        "note: part train got 100.0%, not 60.0%: groups stay together",
        "note: part valid stays empty: too few groups",
        "note: part test stays empty: too few groups",
    ]


def test_parts_as_asked_are_not_noted(run: Run, folder: Path) -> None:
    assert run("data", "split", folder).stderr == ""
