from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.emnist import read_emnist, write_emnist
from platelens.datasets.readers.idx import read_idx, write_idx
from platelens.errors import AnnotationError
from platelens.types import Box


def glyph() -> NDArray[np.uint8]:
    """Draw a light L, upright: rows by columns."""
    pixels = np.zeros((28, 28), dtype=np.uint8)
    pixels[4:24, 8:11] = 255
    pixels[21:24, 8:20] = 200
    return pixels


def put(
    folder: Path, name: str, labels: list[int], pixels: NDArray[np.uint8] | None = None
) -> None:
    """Write a part of EMNIST, "balanced-train", as its publisher does: packed, transposed."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = np.stack([(glyph() if pixels is None else pixels).T] * len(labels))
    write_idx(stored, folder / f"emnist-{name}-images-idx3-ubyte.gz")
    write_idx(np.array(labels, np.uint8), folder / f"emnist-{name}-labels-idx1-ubyte.gz")


@pytest.mark.parametrize("place", [".", "EMNIST/raw", "gzip"])
def test_folders_and_parts(tmp_path: Path, place: str) -> None:
    put(tmp_path / place, "balanced-train", [0, 10, 46])
    put(tmp_path / place, "balanced-test", [36])
    loaded = read_emnist(tmp_path)
    assert loaded.problems == []
    found = [(s.plates[0].text, s.split) for s in loaded.samples]
    assert found == [("A", "test"), ("0", "train"), ("A", "train"), ("T", "train")]
    whole = LabelledPlate(Box(0, 0, 28, 28), None, "A")
    assert loaded.samples[2] == Sample(
        tmp_path / "train" / "A" / "00001.png", 28, 28, (whole,), split="train"
    )
    assert loaded.samples[0].is_crop


def test_pictures_are_upright_and_made_when_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "balanced-train", [0, 10])
    loaded = read_emnist(tmp_path)
    assert len(loaded.pictures) == 2
    assert list(loaded.pictures) == [s.image for s in loaded.samples]
    picture = loaded.pictures[loaded.samples[1].image]
    assert picture.shape == (28, 28, 3)
    assert (picture == glyph()[..., None]).all()
    assert loaded.pictures.get(tmp_path / "other.png") is None


@pytest.mark.parametrize(
    ("name", "labels", "texts"),
    [
        ("balanced", [9, 35, 36, 46], "9ZAT"),
        ("bymerge", [9, 35, 36, 46], "9ZAT"),
        ("byclass", [9, 35, 36, 61], "9ZAZ"),
        ("letters", [1, 26], "AZ"),
        ("digits", [0, 9], "09"),
        ("mnist", [0, 9], "09"),
    ],
)
def test_published_tables(tmp_path: Path, name: str, labels: list[int], texts: str) -> None:
    put(tmp_path, f"{name}-train", labels)
    assert [s.plates[0].text for s in read_emnist(tmp_path).samples] == list(texts)


def test_a_mapping_file_counts_before_the_table(tmp_path: Path) -> None:
    put(tmp_path, "letters-train", [1, 2, 3])
    (tmp_path / "emnist-letters-mapping.txt").write_text("1 66 98\n2 35\n\n3 47\n")
    loaded = read_emnist(tmp_path)
    assert [s.plates[0].text for s in loaded.samples] == ["B", None, None]
    assert [s.image.parent.name for s in loaded.samples] == ["B", "other", "other"]
    (problem,) = loaded.problems
    assert problem.where.endswith("ubyte.gz:1")
    assert "'#'" in problem.what


def test_of_several_sets_balanced_is_read_and_others_by_their_file(tmp_path: Path) -> None:
    put(tmp_path, "balanced-train", [10])
    put(tmp_path, "byclass-train", [11])
    put(tmp_path, "byclass-test", [12])
    loaded = read_emnist(tmp_path)
    assert [s.plates[0].text for s in loaded.samples] == ["A"]
    (problem,) = loaded.problems
    assert "byclass" in problem.what
    assert not problem.dropped
    one = read_emnist(tmp_path / "emnist-byclass-test-images-idx3-ubyte.gz")
    assert [s.plates[0].text for s in one.samples] == ["C"]
    assert one.samples[0].image == tmp_path / "test" / "C" / "00000.png"


def test_unpacked_files_count_before_packed_ones(tmp_path: Path) -> None:
    put(tmp_path, "digits-train", [1])
    for kind in ("images-idx3", "labels-idx1"):
        path = tmp_path / f"emnist-digits-train-{kind}-ubyte"
        values = read_idx(Path(f"{path}.gz"), ("n", "y", "x") if "images" in kind else ("n",))
        header = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
        path.write_bytes(header + (values + (1 if values.ndim == 1 else 0)).tobytes())
    loaded = read_emnist(tmp_path)
    assert [s.plates[0].text for s in loaded.samples] == ["2"]


IMAGES = "emnist-balanced-train-images-idx3-ubyte.gz"
LABELS = "emnist-balanced-train-labels-idx1-ubyte.gz"


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        (LABELS, np.zeros(3, np.uint8), r"labels-idx1.*: labels: 3, but .* has 2 pictures"),
        (LABELS, np.full(2, 47, np.uint8), r"labels-idx1.*: labels: 47 stands for no character"),
        (LABELS, np.zeros((2, 1), np.uint8), r"labels-idx1.*: magic number"),
        (IMAGES, np.zeros((2, 28), np.uint8), r"images-idx3.*: magic number"),
        (IMAGES, np.zeros((2, 0, 28), np.uint8), r"images-idx3.*: rows, columns"),
    ],
    ids=["count", "label", "labels", "pictures", "empty"],
)
def test_files_that_do_not_fit(
    tmp_path: Path, name: str, values: NDArray[np.uint8], message: str
) -> None:
    put(tmp_path, "balanced-train", [0, 1])
    write_idx(values, tmp_path / name)
    with pytest.raises(AnnotationError, match=message):
        read_emnist(tmp_path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no emnist-"):
        read_emnist(tmp_path)
    put(tmp_path, "balanced-train", [0])
    (tmp_path / LABELS).unlink()
    with pytest.raises(AnnotationError, match="labels-idx1-ubyte: is missing"):
        read_emnist(tmp_path)
    other = tmp_path / "train-images-idx3-ubyte"
    other.touch()
    with pytest.raises(AnnotationError, match="expected a name like"):
        read_emnist(other)


@pytest.mark.parametrize("line", ["1", "1 x", "1 -5", "a 65"])
def test_malformed_mappings(tmp_path: Path, line: str) -> None:
    put(tmp_path, "strange-train", [0])
    with pytest.raises(AnnotationError, match=r"strange-mapping\.txt: is missing"):
        read_emnist(tmp_path)
    (tmp_path / "emnist-strange-mapping.txt").write_text(f"0 48\n{line}\n")
    with pytest.raises(AnnotationError, match=r"strange-mapping\.txt:2: expected a label"):
        read_emnist(tmp_path)


def draw(path: Path, pixels: NDArray[np.uint8], text: str | None = "L", split: str = "") -> Sample:
    imaging.save(imaging.from_array(pixels, order="rgb"), path)
    height, width = pixels.shape
    plate = LabelledPlate(Box(0, 0, width, height), None, text)
    return Sample(path, width, height, (plate,), split=split)


def test_written_and_read_back(tmp_path: Path) -> None:
    samples = [
        draw(tmp_path / "a.png", glyph(), "L", "test"),
        draw(tmp_path / "b.png", glyph(), "0", "train"),
        draw(tmp_path / "c.png", glyph(), "Z", "valid"),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_emnist(samples, out)
    loaded = read_emnist(out)
    assert loaded.problems == []
    assert [replace(s, image=Path()) for s in loaded.samples] == [
        replace(s, image=Path()) for s in samples
    ]
    assert all((p == glyph()[..., None]).all() for p in loaded.pictures.values())
    mapping = (out / "emnist-byclass-mapping.txt").read_text().splitlines()
    assert len(mapping) == len(string.digits + string.ascii_letters)
    assert mapping[10] == "10 65"


@pytest.mark.parametrize("dark", [False, True], ids=["light on dark", "dark on light"])
def test_a_crop_becomes_light_on_black_and_keeps_its_shape(tmp_path: Path, *, dark: bool) -> None:
    pixels = np.zeros((112, 56), dtype=np.uint8)
    pixels[28:84, 20:36] = 240
    (tmp_path / "out").mkdir()
    write_emnist(
        [draw(tmp_path / "I.png", 255 - pixels if dark else pixels, "1")], tmp_path / "out"
    )
    loaded = read_emnist(tmp_path / "out")
    (picture,) = loaded.pictures.values()
    wanted = np.zeros((28, 28), dtype=np.uint8)
    wanted[7:21, 7 + 5 : 7 + 9] = 240
    assert (picture == wanted[..., None]).all()
    assert loaded.samples[0].split == "train"


@pytest.mark.parametrize(
    ("text", "split", "why"),
    [(None, "", "None"), ("AB", "", "'AB'"), ("A", "fold1", "'fold1'")],
)
def test_what_it_cannot_hold(tmp_path: Path, text: str | None, split: str, why: str) -> None:
    sample = draw(tmp_path / "a.png", glyph(), text, split)
    with pytest.raises(ValueError, match=rf"a\.png.*{why}"):
        write_emnist([sample], tmp_path)
