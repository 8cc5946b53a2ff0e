from __future__ import annotations

from pathlib import Path

import pytest

from platelens.cli.sources import find_sources


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.JPG", "a.png", "notes.txt", "deep/c.webp", "deep/er/d.tif"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        (["b.JPG", "a.png"], ["b.JPG", "a.png"]),
        (["a.png", "a.png"], ["a.png", "a.png"]),
        (["."], ["./a.png", "./b.JPG"]),
        (["deep/"], ["deep/c.webp"]),
        (["*.png"], ["a.png"]),
        (["*"], ["a.png", "b.JPG"]),
        (["**/*.[wt]*"], ["deep/c.webp", "deep/er/d.tif"]),
        (["notes.txt"], ["notes.txt"]),
        (["missing.jpg"], ["missing.jpg"]),
    ],
    ids=str,
)
def test_paths_are_expanded_in_order(folder: Path, paths: list[str], files: list[str]) -> None:
    del folder
    sources = find_sources(paths)
    assert sources.files == files
    assert sources.problems == []


def test_a_file_with_a_globs_name_is_that_file(folder: Path) -> None:
    (folder / "[ab].png").touch()
    assert find_sources(["[ab].png"]).files == ["[ab].png"]


def test_what_gives_no_image_is_a_problem(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert find_sources(["empty", "*.bmp", "*.txt"]).problems == [
        "empty: no image in this folder",
        "*.bmp: matches no image",
        "*.txt: matches no image",
    ]


def test_skipped_files_are_named_but_not_all_of_many(folder: Path) -> None:
    assert find_sources(["."]).notes == ["skipped, not an image: ./notes.txt"]
    for i in range(5):
        (folder / f"{i}.md").touch()
    (note,) = find_sources(["."]).notes
    assert note == "skipped, not an image: ./0.md, ./1.md, ./2.md and 3 more"
