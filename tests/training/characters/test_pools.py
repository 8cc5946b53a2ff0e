from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens.errors import AnnotationError
from platelens.training.characters.labels import LABELS
from platelens.training.characters.pools import (
    count_pictures,
    cut_characters,
    load_emnist,
    load_hongkong,
    relabel,
)
from platelens.training.sources import load_us_crops

RAW = Path("emnist") / "EMNIST" / "raw"


def put_idx(path: Path, values: NDArray[np.uint8]) -> None:
    """Write an idx file as its format says: magic number, lengths, bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lengths = b"".join(n.to_bytes(4, "big") for n in values.shape)
    path.write_bytes(bytes([0, 0, 8, values.ndim]) + lengths + values.tobytes())


def put_emnist(root: Path, part: str, numbers: Sequence[int]) -> NDArray[np.uint8]:
    """Write small files of EMNIST "balanced"; give the pictures as one should see them."""
    rng = np.random.default_rng(len(numbers))
    upright = rng.integers(0, 256, (len(numbers), 28, 28), dtype=np.uint8)
    stored = np.ascontiguousarray(upright.transpose(0, 2, 1))
    put_idx(root / RAW / f"emnist-balanced-{part}-images-idx3-ubyte", stored)
    labels = np.array(numbers, np.uint8)
    put_idx(root / RAW / f"emnist-balanced-{part}-labels-idx1-ubyte", labels)
    return upright


def test_plates_are_cut_into_their_characters(characters_root: Path) -> None:
    pool = cut_characters(load_us_crops(characters_root, "train"))
    # "XYZ789" falls into four pieces, so nobody knows which is which.
    assert sorted(pool) == sorted("ABC12DEF34GHK56")
    assert all(len(inks) == 1 for inks in pool.values())
    for inks in pool.values():
        assert inks[0].ndim == 2
        assert inks[0].dtype == np.uint8
        assert inks[0].min() < 80
        assert inks[0].max() > 170
    # Light on dark: the middle of the E's left stem is ink, right of its middle bar is none.
    e = pool["E"][0]
    assert e[e.shape[0] // 4, : e.shape[1] // 3].max() > 170
    assert e[e.shape[0] // 4, -2] < 80


def test_a_fifth_of_the_hongkong_characters_is_kept_out(characters_root: Path) -> None:
    train = load_hongkong(characters_root, held_out=False)
    kept = load_hongkong(characters_root, held_out=True)
    assert train.keys().isdisjoint(kept.keys())
    assert count_pictures(train) + count_pictures(kept) == 36
    assert 2 <= count_pictures(kept) <= 14
    ink = next(iter(train.values()))[0]
    assert ink[0].max() == 0  # the ground
    assert ink.max() == 255


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"hongkong/labels\.csv"):
        load_hongkong(tmp_path, held_out=False)


def test_emnist_is_read_upright_with_its_labels(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    pictures = put_emnist(tmp_path, "train", [0, 10, 36, 46, 10])
    pool = load_emnist(tmp_path, "train")
    assert {label: len(inks) for label, inks in pool.items()} == {"0": 1, "A": 2, "a": 1, "t": 1}
    np.testing.assert_array_equal(pool["A"][1], pictures[4])
    assert load_emnist(tmp_path, "test") == {}


def test_labels_are_those_of_the_published_mapping() -> None:
    assert len(LABELS["emnist"]) == 47
    assert LABELS["emnist"][10] == "A"
    assert LABELS["emnist"][36:] == "abdefghnqrt"


def test_without_files_there_is_no_emnist(tmp_path: Path) -> None:
    assert load_emnist(tmp_path, "train") == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("images-idx3", b"\x00\x00\x08\x03\x00\x00\x00\x02"),
        ("images-idx3", b"no idx file at all"),
        ("images-idx3", b""),
        ("labels-idx1", b"\x00\x00\x08\x01\x00\x00\x00\x01\x00"),
        ("labels-idx1", b"\x00\x00\x08\x01\x00\x00\x00\x02\x00\x2f"),
        ("labels-idx1", None),
    ],
    ids=["truncated", "other", "empty", "fewer labels", "label 47", "no labels"],
)
def test_damaged_files_are_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    pytest.importorskip("torchvision")
    put_emnist(tmp_path, "train", [3, 4])
    path = tmp_path / RAW / f"emnist-balanced-train-{name}-ubyte"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(AnnotationError, match="emnist-balanced-train-images"):
        load_emnist(tmp_path, "train")


def test_small_letters_count_as_capitals_where_they_are_no_label() -> None:
    ink = np.zeros((4, 4), np.uint8)
    pool = {"A": [ink], "a": [ink, ink], "ß": [ink], "?": [ink]}
    plates, emnist = relabel(pool, LABELS["plates"]), relabel(pool, LABELS["emnist"])
    assert {label: len(inks) for label, inks in plates.items()} == {"A": 3, "?": 1}
    assert {label: len(inks) for label, inks in emnist.items()} == {"A": 1, "a": 2}
