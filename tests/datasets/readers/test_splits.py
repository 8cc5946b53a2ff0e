from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets.readers.splits import plain_name, split_name, split_of


@pytest.mark.parametrize(
    ("word", "split"),
    [("Training", "train"), ("val", "valid"), (" testing ", "test"), ("fold1", "fold1"), ("", "")],
)
def test_words_of_publishers(word: str, split: str) -> None:
    assert split_name(word) == split


@pytest.mark.parametrize(
    ("image", "source", "split"),
    [
        ("set/validation/track/a.jpg", "set", "valid"),
        ("set/VAL/a.jpg", "set", "valid"),
        ("set/a.jpg", "set", ""),
        ("set/cars/a.jpg", "set", ""),
        ("set/cars/train/a.jpg", "set", ""),
        ("set/train/a.jpg", "set/train", "train"),
        ("test/train/a.jpg", "test", "train"),
        ("test.jpg", ".", ""),
    ],
)
def test_folders_that_are_parts(image: str, source: str, split: str) -> None:
    assert split_of(Path(image), Path(source)) == split


@pytest.mark.parametrize("word", ["", "..", ".hidden", "a/b", "../up", "a\\b", "a b\n"])
def test_words_that_cannot_be_folders(word: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        plain_name(word)


def test_words_that_can_be_folders() -> None:
    assert [plain_name(word) for word in ("us-al", "fold_1", "côte-d-or")] == [
        "us-al", "fold_1", "côte-d-or",
    ]  # fmt: skip
