from __future__ import annotations

import string
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.split import (
    assign_parts,
    group_of,
    is_held_out,
    keys_of,
    split_samples,
)
from platelens.types import Box

# Written down once: a change would mix what was trained on with what measures.
HELD_OUT = ["A", "J", "L", "V", "AN", "BD", "BK", "BQ", "Qride_Q"]
TRAINS = ["B", "C", "D", "Z", "AA", "AB", "BB", "CC", "Aride_A"]


def picture(name: str, *texts: str | None) -> Sample:
    box = Box(0, 0, 10, 5)
    return Sample(Path(f"{name}.jpg"), 64, 48, tuple(LabelledPlate(box, None, t, 1) for t in texts))


def texts_of(samples: list[Sample]) -> set[str]:
    return {p.text for s in samples for p in s.plates if p.text}


@pytest.mark.parametrize(
    ("sample", "group"),
    [
        (picture("dayride_type1_001.mp4_t_17", "B12ABC"), "dayride_type1_001.mp4"),
        (picture("nightride_3_t_2"), "nightride_3"),
        (picture("street_t_2", "B12ABC"), "B12ABC"),
        (picture("street", "ZZ1", None, "AA1"), "AA1"),
        (picture("street", None), "street"),
        (picture("street"), "street"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.image.stem,
)
def test_what_belongs_together(sample: Sample, group: str) -> None:
    assert group_of(sample) == group


@pytest.mark.parametrize("group", HELD_OUT)
def test_held_out_for_ever(group: str) -> None:
    assert is_held_out(group)


@pytest.mark.parametrize("group", TRAINS)
def test_training_for_ever(group: str) -> None:
    assert not is_held_out(group)


@pytest.mark.parametrize("one_in", [4, 12])
def test_about_one_group_in_so_many_is_held_out(one_in: int) -> None:
    held_out = sum(is_held_out(f"group {i}", one_in=one_in) for i in range(2400))
    assert held_out == pytest.approx(2400 / one_in, rel=0.15)


def test_everything_is_on_one_side_in_its_order() -> None:
    samples = [picture(f"p{i}", text) for i, text in enumerate(TRAINS + HELD_OUT)]
    train, held_out = split_samples(samples)
    assert [s.plates[0].text for s in train] == TRAINS
    assert [s.plates[0].text for s in held_out] == HELD_OUT


def test_a_ride_stays_together() -> None:
    samples = [
        picture(f"{r}ride_{r}_t_{t}", f"{r}{t}") for r in "ABCDEFGHIJKLMNOPQ" for t in range(9)
    ]
    train, held_out = split_samples(samples)
    rides = {s.image.stem[0] for s in train}, {s.image.stem[0] for s in held_out}
    assert rides[0] & rides[1] == set()
    assert rides[0]
    assert rides[1]
    assert len(train) + len(held_out) == len(samples)


def test_a_second_plate_does_not_leak() -> None:
    alone, both = picture("alone", "J"), picture("both", "B", "J")
    assert is_held_out(group_of(alone))
    assert not is_held_out(group_of(both))
    train, held_out = split_samples([both, picture("other", "B"), alone])
    assert held_out == [alone]
    assert [s.image.stem for s in train] == ["other"]


def test_unreadable_plates_are_not_the_same_plate() -> None:
    train, held_out = split_samples([picture("B", None), picture("A", None), picture("C", None)])
    assert [s.image.stem for s in held_out] == ["A"]
    assert [s.image.stem for s in train] == ["B", "C"]


def test_no_text_is_ever_on_both_sides() -> None:
    letters = string.ascii_uppercase
    samples = [picture(f"{a}{b}", a, b) for a, b in pairwise(letters)]
    samples += [picture(f"xride_{a}_t_{i}", a) for i, a in enumerate(letters)]
    train, held_out = split_samples(samples)
    assert texts_of(train)
    assert texts_of(train) & texts_of(held_out) == set()


@pytest.mark.parametrize(
    ("sample", "keys"),
    [
        (picture("dayride_1_t_17", "B12ABC"), {"ride dayride_1", "text B12ABC"}),
        (picture("street", "ZZ1", None, "AA1"), {"text ZZ1", "text AA1"}),
        (picture("letter", "A"), set()),
        (picture("street", None), set()),
    ],
    ids=["ride", "two plates", "one letter", "unread"],
)
def test_what_ties_a_sample_to_others(sample: Sample, keys: set[str]) -> None:
    assert keys_of(sample) == keys


def sizes(groups: list[list[str]], chosen: list[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part, group in zip(chosen, groups, strict=True):
        counts[part] += len(group)
    return counts


def test_parts_get_what_they_should_where_the_groups_allow_it() -> None:
    groups = [[f"{n}-{i}" for i in range(n)] for n in (1, 1, 2, 3, 5, 8, 30, 50)]
    chosen = assign_parts(groups, {"train": 0.8, "valid": 0.1, "test": 0.1}, 0)
    assert sizes(groups, chosen) == {"train": 80, "valid": 10, "test": 10}


def test_a_group_that_is_too_large_goes_where_most_is_wanted() -> None:
    groups = [["a"] * 9, ["b"]]
    assert assign_parts(groups, {"valid": 0.2, "train": 0.8}, 0) == ["train", "valid"]


def test_parts_depend_on_the_seed_alone() -> None:
    groups = [[f"x{n}", f"y{n}"] for n in range(40)]
    parts = {"train": 0.5, "valid": 0.5}
    first = assign_parts(groups, parts, 1)
    turned = [group[::-1] for group in groups[::-1]]
    assert assign_parts(turned, parts, 1)[::-1] == first
    assert assign_parts(groups, parts, 2) != first
    assert sizes(groups, first) == {"train": 40, "valid": 40}


def test_parts_for_ever() -> None:
    groups = [[name] for name in "abcdefgh"]
    assert (
        "".join(p[0] for p in assign_parts(groups, {"train": 0.5, "valid": 0.5}, 3)) == "vtvttvtv"
    )
