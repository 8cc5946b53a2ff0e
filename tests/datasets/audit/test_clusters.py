from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.audit.clusters import (
    connect,
    duplicate_pairs,
    exact_groups,
    plate_groups,
    text_groups,
)
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable, fingerprint
from platelens.types import Box, RgbImage
from tests.datasets.audit.pictures import Looks, draw_plate, recut


def sample(name: str, *texts: str | None) -> Sample:
    box = Box(0, 0, 224, 128)
    plates = tuple(LabelledPlate(box, None, text) for text in texts)
    return Sample(Path(f"{name}.jpg"), 224, 128, plates)


def prints_of(*images: RgbImage | None) -> list[Fingerprint | Unreadable]:
    return [
        Unreadable("gone") if image is None else fingerprint(image, str(hash(image.tobytes())))
        for image in images
    ]


@pytest.mark.parametrize(
    ("count", "pairs", "expected"),
    [
        (0, [], []),
        (3, [], [[0], [1], [2]]),
        (4, [(0, 2), (2, 3)], [[0, 2, 3], [1]]),
        (4, [(1, 3), (0, 2), (0, 2), (1, 1)], [[0, 2], [1, 3]]),
    ],
    ids=["nothing", "no pairs", "chain", "twice and itself"],
)
def test_connected_parts(
    count: int, pairs: list[tuple[int, int]], expected: list[list[int]]
) -> None:
    assert connect(count, pairs) == expected


def test_the_same_bytes_are_together_and_what_cannot_be_read_is_nowhere() -> None:
    a, b = draw_plate("A1"), draw_plate("B2")
    assert exact_groups(prints_of(a, b, None, a, None)) == [[0, 3], [1]]


def test_pictures_of_a_text() -> None:
    samples = [sample("a", "AB1", None), sample("b", "CD2", "AB1", "AB1"), sample("c", None)]
    assert text_groups(samples) == {"AB1": [0, 1], "CD2": [1]}


def test_of_identical_pictures_only_the_first_is_compared() -> None:
    image = draw_plate("AB 123")
    samples = [sample(n, None) for n in "abcd"]
    looks = Looks()
    prints = prints_of(None, image, image, recut(image, border=2))
    pairs = duplicate_pairs(samples, prints, looks)
    assert pairs == [(1, 3)]
    assert looks.pairs == 1


def test_pictures_of_one_text_are_compared_whatever_their_hashes_say() -> None:
    image = draw_plate("AB 123")
    prints = prints_of(image, draw_plate("QX 77", 9))
    for texts, expected in ((("AB123", "QX77"), 0), (("AB123", "AB123"), 1)):
        looks = Looks()
        samples = [sample(t, t) for t in texts]
        duplicate_pairs(samples, prints, looks)
        assert looks.pairs == expected


def test_many_pictures_of_one_text_are_not_compared_pair_by_pair() -> None:
    images = [draw_plate(f"{n}", 100 + n) for n in range(40)]
    looks = Looks()
    samples = [sample(str(n), "SAMPLE") for n in range(40)]
    duplicate_pairs(samples, prints_of(*images), looks)
    assert 39 <= looks.pairs < 200


def test_what_must_not_be_separated() -> None:
    samples = [
        sample("a", "AB1"),
        sample("xride_1_t_1", "CD2", "AB1"),
        sample("xride_1_t_2", None),
        sample("b", "EF3"),
        sample("c", "EF3"),
        sample("d", None),
        sample("e", None),
        sample("f", "7"),
        sample("g", "7"),
    ]
    groups = plate_groups(samples, [(4, 5)])
    assert groups == [[0, 1, 2], [3, 4, 5], [6], [7], [8]]
