from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.audit import duplicates
from platelens.datasets.audit.duplicates import (
    MIN_LIKENESS,
    close_hashes,
    find_near_duplicates,
    likeness,
)
from platelens.datasets.audit.fingerprint import Fingerprint, fingerprint
from platelens.types import RgbImage
from tests.datasets.audit.pictures import Looks, draw_plate, recut


def prints_of(images: Sequence[RgbImage]) -> list[Fingerprint]:
    return [fingerprint(image, str(n)) for n, image in enumerate(images)]


def watermarked(image: RgbImage) -> RgbImage:
    pixels = image.copy()
    cv2.putText(pixels, "sold", (150, 120), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1)
    return RgbImage(pixels)


def mirrored(image: RgbImage) -> RgbImage:
    return imaging.from_array(np.ascontiguousarray(image[:, ::-1]), "rgb")


@pytest.mark.parametrize(
    "other",
    [
        draw_plate("AB 123"),
        recut(draw_plate("AB 123")),
        watermarked(draw_plate("AB 123")),
    ],
    ids=["identical", "cut and darker", "watermark"],
)
def test_the_same_photograph(other: RgbImage) -> None:
    assert find_near_duplicates(prints_of([draw_plate("AB 123"), other])) == [(0, 1)]


@pytest.mark.parametrize(
    "other",
    [
        draw_plate("CD 456"),
        draw_plate("AB 789"),
        draw_plate("AB 123", state=1),
        mirrored(draw_plate("AB 123")),
    ],
    ids=["another serial", "half a serial", "another state", "mirrored"],
)
def test_another_plate(other: RgbImage) -> None:
    prints = prints_of([draw_plate("AB 123"), other])
    assert find_near_duplicates(prints) == []
    assert find_near_duplicates(prints, [(0, 1)]) == []


def test_plates_of_one_state_are_candidates_that_only_the_second_look_tells_apart() -> None:
    prints = prints_of([draw_plate(f"{ab} {n}0{n}") for n, ab in enumerate(["AB", "XY", "QZ"])])
    looks = Looks()
    found = find_near_duplicates(prints, on_pairs=looks)
    assert looks.pairs == 3
    assert found == []


def test_what_is_cut_so_much_that_its_hash_is_far_is_found_by_its_text() -> None:
    prints = prints_of([draw_plate("AB 123"), recut(draw_plate("AB 123"), border=7, gain=0.6)])
    assert find_near_duplicates(prints) == []
    assert find_near_duplicates(prints, [(0, 1)]) == [(0, 1)]


def test_a_flat_picture_is_like_nothing() -> None:
    flat = imaging.from_array(np.full((128, 224, 3), 120, np.uint8), "rgb")
    prints = prints_of([flat, flat, draw_plate("AB 123")])
    assert find_near_duplicates(prints, combinations(range(3), 2)) == []


def test_small_pictures_are_not_compared() -> None:
    letters = [imaging.from_array(np.full((28, 28, 3), v, np.uint8), "rgb") for v in (10, 11)]
    looks = Looks()
    prints = prints_of(letters)
    assert find_near_duplicates(prints, [(0, 1)], looks) == []
    assert looks.pairs == 0


def test_less_likeness_is_enough_where_the_text_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(duplicates, "likeness", lambda *_: MIN_LIKENESS - 0.01)
    prints = prints_of([draw_plate("AB 123"), recut(draw_plate("AB 123"), border=1)])
    assert find_near_duplicates(prints) == []
    assert find_near_duplicates(prints, [(0, 1)]) == [(0, 1)]


def test_no_pictures() -> None:
    assert find_near_duplicates([]) == []
    assert close_hashes(np.zeros((0, 256), bool)) == []


@pytest.mark.parametrize("block", [1 << 24, 1500], ids=["one block", "many blocks"])
def test_close_hashes_are_those_that_differ_in_few_bits(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(duplicates, "_BLOCK_CELLS", block)
    chance = np.random.default_rng(1)
    first = chance.random((30, 256)) < 0.5
    flips = chance.random((90, 256)) < chance.uniform(0, 0.3, (90, 1))
    bits = np.concatenate([first, first[chance.integers(0, 30, 90)] ^ flips])
    expected = [
        (a, b)
        for a, b in combinations(range(len(bits)), 2)
        if np.count_nonzero(bits[a] != bits[b]) <= 72
    ]
    assert 50 < len(expected) < 1000
    assert sorted(close_hashes(bits)) == expected


def test_a_film_that_does_not_move_is_not_looked_at_pair_by_pair() -> None:
    bits = np.zeros((400, 256), bool)
    bits[np.arange(400), np.arange(400) % 256] = True
    pairs = close_hashes(bits)
    assert len(pairs) <= 24 * 400
    assert {a for a, _ in pairs} == set(range(399))


def test_likeness_is_one_for_the_same_and_low_for_others() -> None:
    a, b, c = prints_of([draw_plate("AB 123"), draw_plate("AB 123"), draw_plate("QX 77", 4)])
    assert likeness(a.grey, b.grey) == pytest.approx(1, abs=1e-3)
    assert likeness(a.grey, c.grey) < 0.3


US_PLATES = Path(__file__).parents[4] / "shared/data/us_plates"

# Found by looking: the same photograph in the training and in the validation part.
CROSSING = {
    ("train/DELAWARE/011.jpg", "valid/DELAWARE/3.jpg"),
    ("train/IOWA/036.jpg", "valid/IOWA/2.jpg"),
    ("train/KENTUCKY/025.jpg", "valid/KENTUCKY/3.jpg"),
    ("train/NORTH_DAKOTA/131.jpg", "valid/NORTH_DAKOTA/4.jpg"),
    ("train/RHODE_ISLAND/020.jpg", "valid/RHODE_ISLAND/5.jpg"),
}


@pytest.mark.skipif(not US_PLATES.exists(), reason="the US plates are not there")
def test_the_known_near_duplicates_of_the_us_plates_are_found_and_no_others() -> None:
    states = sorted({a.split("/")[1] for a, _ in CROSSING})
    images = sorted(US_PLATES.glob("valid/*/*.jpg"))
    images += sorted(i for s in states for i in (US_PLATES / "train" / s).glob("*.jpg"))
    names = [image.relative_to(US_PLATES).as_posix() for image in images]
    prints = [
        fingerprint(imaging.load(image), name) for image, name in zip(images, names, strict=True)
    ]
    found = [sorted((names[a], names[b])) for a, b in find_near_duplicates(prints)]
    assert {(a, b) for a, b in found if a[:5] != b[:5]} == CROSSING
