from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.audit.fingerprint import Fingerprint, Unreadable, fingerprint
from platelens.datasets.audit.relations import check_relations, contradict
from platelens.types import Box
from tests.datasets.audit.pictures import draw_plate

IMAGE = draw_plate("A1")


def sample(name: str, *texts: str | None, split: str = "") -> Sample:
    box = Box(0, 0, 10, 5)
    return Sample(Path(name), 10, 5, tuple(LabelledPlate(box, None, t) for t in texts), (), split)


def found(
    samples: list[Sample], sums: str, near: list[tuple[int, int]] | None = None
) -> list[tuple[str, str, list[str]]]:
    """Check pictures whose files have the given sums; "-" cannot be read."""
    prints: list[Fingerprint | Unreadable] = [
        Unreadable("gone") if c == "-" else fingerprint(IMAGE, c) for c in sums
    ]
    return [
        (f.kind, f.message, [s.image.name for s in f.samples])
        for f in check_relations(samples, prints, near or [])
    ]


def test_different_pictures_without_splits() -> None:
    assert found([sample("a", "AB1"), sample("b", "AB1"), sample("c", None)], "123") == []


def test_identical_files() -> None:
    samples = [sample("a"), sample("b"), sample("c"), sample("d")]
    assert found(samples, "1211") == [("exact_duplicates", "3 pictures", ["a", "c", "d"])]


def test_what_cannot_be_read_is_no_duplicate() -> None:
    assert found([sample("a"), sample("b")], "--") == []


def test_near_duplicates_take_the_identical_ones_with_them() -> None:
    samples = [sample("a"), sample("b"), sample("c"), sample("d")]
    assert found(samples, "1123", [(0, 2)]) == [
        ("exact_duplicates", "2 pictures", ["a", "b"]),
        ("near_duplicates", "3 pictures", ["a", "b", "c"]),
    ]


def test_a_picture_on_several_lines_is_no_duplicate_of_itself() -> None:
    samples = [sample("a", "AB1"), sample("a", "CD2"), sample("b")]
    assert found(samples, "112") == [("listed_twice", "a on 2 lines", ["a", "a"])]


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        ((("AB1",), ("AB1",)), False),
        ((("AB1",), (None,)), False),
        ((("AB1",), ("AB1", "CD2")), False),
        ((("AB1",), ("CD2",)), True),
        ((("AB1", "EF3"), ("AB1", "CD2")), True),
    ],
    ids=["same", "unread", "one more", "other", "one other"],
)
def test_contradictions(texts: tuple[tuple[str | None, ...], ...], wrong: bool) -> None:
    a, b = (sample(name, *t) for name, t in zip("ab", texts, strict=True))
    assert contradict(a, b) == contradict(b, a) == wrong
    kinds = [kind for kind, _, _ in found([a, b], "12", [(0, 1)])]
    assert kinds == ["near_duplicates"] + ["duplicates_disagree"] * wrong


def test_a_contradiction_names_the_texts() -> None:
    samples = [sample("a", "AB1"), sample("b", "AB2"), sample("c", None), sample("d", "AB1")]
    *_, disagree = found(samples, "1111")
    texts = "3 pictures: AB1 or AB2"
    assert disagree == ("duplicates_disagree", texts, ["a", "d", "b"])


def test_a_picture_in_two_splits() -> None:
    samples = [sample("a", split="train"), sample("b", split="valid"), sample("c", split="train")]
    assert found(samples, "123", [(0, 1)])[1:] == [
        ("leak_picture", "2 pictures in train, valid", ["a", "b"])
    ]
    assert [kind for kind, _, _ in found(samples, "121")] == ["exact_duplicates"]


def test_a_text_in_two_splits() -> None:
    samples = [
        sample("a", "AB1", "7", split="train"),
        sample("b", "AB1", "7", split="valid"),
        sample("c", "AB1"),
        sample("d", "CD2", split="train"),
        sample("e", "CD2", split="train"),
    ]
    assert found(samples, "12345") == [
        ("leak_text", "3 pictures with AB1 in train, valid", ["a", "b", "c"])
    ]
