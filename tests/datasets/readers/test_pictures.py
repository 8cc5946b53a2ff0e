from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets.readers.pictures import (
    PictureFinder,
    copy_picture,
    find_files,
    find_pictures,
    split_of_path,
    split_of_word,
    word_of_split,
)
from platelens.errors import AnnotationError


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def test_files_below_a_folder_sorted_and_none_that_is_hidden(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b.JPG",
        "a/c.png",
        "a.txt",
        ".d.jpg",
        ".cache/e.jpg",
        "__MACOSX/f.jpg",
        "Thumbs.db",
    )
    assert find_pictures(tmp_path) == [tmp_path / "a/c.png", tmp_path / "b.JPG"]
    assert find_files(tmp_path, frozenset({".txt"})) == [tmp_path / "a.txt"]


@pytest.mark.parametrize("name", ["gone", "file"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    make(tmp_path, "file")
    with pytest.raises(AnnotationError, match=f"{name}: no such folder"):
        find_pictures(tmp_path / name)


def test_copies_of_equal_names_lie_side_by_side(tmp_path: Path) -> None:
    names = ["a/x.jpg", "b/X.jpg", "c/x.png", "d/y.jpg"]
    make(tmp_path, *names)
    taken: set[str] = set()
    copies = [
        copy_picture(tmp_path / name, tmp_path / f"out/{number % 2}", taken)
        for number, name in enumerate(names)
    ]
    found = [copy.relative_to(tmp_path / "out").as_posix() for copy in copies]
    assert found == ["0/x.jpg", "1/X_2.jpg", "0/x_3.png", "1/y.jpg"]
    assert [copy.read_text(encoding="utf-8") for copy in copies] == names


@pytest.mark.parametrize(
    ("path", "split"),
    [("train/a.jpg", "train"), ("images/Val/x/a.jpg", "valid"), ("test2017/a.jpg", "test"),
     ("a/train.jpg", ""), ("a.jpg", ""), ("training_set/a.jpg", "")],
)  # fmt: skip
def test_splits_of_paths(path: str, split: str) -> None:
    assert split_of_path(Path(path)) == split


@pytest.mark.parametrize(
    ("word", "split"),
    [("all", ""), ("Default", ""), ("", ""), ("Validation", "valid"), ("night", "night")],
)
def test_splits_of_words(word: str, split: str) -> None:
    assert split_of_word(word) == split


@pytest.mark.parametrize("split", ["train", "night", ""])
def test_words_of_splits_lead_back(split: str) -> None:
    assert split_of_word(word_of_split(split)) == split


@pytest.mark.parametrize("split", ["..", "a/b", "/etc", "a\\b"])
def test_no_split_leads_out_of_its_folder(split: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        word_of_split(split)


PICTURES = ("train/x.jpg", "val/x.jpg", "deep/1/y.jpg", "deep/2/y.jpg", "z.jpg", "w.jpg", "w.png")


@pytest.mark.parametrize(
    ("name", "split", "found"),
    [
        ("z.jpg", "", "z.jpg"),
        ("z", "", "z.jpg"),
        ("z.bmp", "", "z.jpg"),
        ("C:\\pictures\\z.jpg", "", "z.jpg"),
        ("../../etc/z.jpg", "", "z.jpg"),
        ("x.jpg", "valid", "val/x.jpg"),
        ("train/x.jpg", "valid", "train/x.jpg"),
        ("2/y.jpg", "", "deep/2/y.jpg"),
        ("/data/deep/1/y.jpg", "", "deep/1/y.jpg"),
        ("w.png", "", "w.png"),
        ("w", "", None),
        ("x.jpg", "", None),
        ("y.jpg", "", None),
        ("gone.jpg", "", None),
        ("", "", None),
    ],
)
def test_finding(tmp_path: Path, name: str, split: str, found: str | None) -> None:
    make(tmp_path, *PICTURES)
    expected = tmp_path / found if found else None
    assert PictureFinder(tmp_path).find(name, tmp_path, split) == expected


def test_the_nearest_counts_in_the_end(tmp_path: Path) -> None:
    make(tmp_path, *PICTURES)
    finder = PictureFinder(tmp_path)
    assert finder.find("y.jpg", tmp_path / "deep/2") == tmp_path / "deep/2/y.jpg"
