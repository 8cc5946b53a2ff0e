from __future__ import annotations

from pathlib import Path

import pytest

from platelens.batch.places import Place
from platelens.batch.shards import (
    Counts,
    Digest,
    JobPlan,
    cut,
    first_difference,
    load_plan,
    read_shard,
    save_plan,
    write_parts,
)
from platelens.batch.sources import Entry
from platelens.errors import BatchError


def picture(number: int, size: int = 5) -> Entry:
    return Entry("picture", f"/in/{number}.jpg", size, "7.5")


PICTURES = [picture(n) for n in range(7)]
ARCHIVE = Entry("archive", "/in/a.tar", 10, "8.5")


def test_a_shard_is_some_pictures_or_one_archive() -> None:
    shards = list(cut([*PICTURES[:3], ARCHIVE, *PICTURES[3:]], 2))
    assert [len(shard) for shard in shards] == [2, 1, 1, 2, 2]
    assert shards[2] == [ARCHIVE]
    assert [e for shard in shards for e in shard if e != ARCHIVE] == PICTURES


def test_a_plan_gives_its_shards_back(tmp_path: Path) -> None:
    entries = [picture(n) for n in range(600)]
    shards = list(cut(entries, 2))
    place = Place(str(tmp_path))
    write_parts(iter(shards), place)
    assert [path.name for path in sorted((tmp_path / "plan").iterdir())] == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]
    for number in (0, 255, 256, 299):
        assert read_shard(place, number) == shards[number]


def digest_of(entries: list[Entry], size: int = 2) -> str:
    digest = Digest()
    list(digest.watch(cut(entries, size)))
    return digest.value()


def test_the_digest_is_that_of_the_listing() -> None:
    assert digest_of(PICTURES) == digest_of(list(PICTURES))
    changed = [*PICTURES[:-1], picture(6, size=6)]
    others = [changed, PICTURES[:-1], PICTURES[::-1], [*PICTURES, ARCHIVE]]
    assert len({digest_of(PICTURES), *map(digest_of, others)}) == 5
    assert digest_of(PICTURES, size=3) != digest_of(PICTURES)


def test_a_plan_is_saved_and_loaded(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    assert load_plan(place) is None
    plan = JobPlan(["in"], 2, "image", "abc", {"top": 5}, Counts(shards=4, pictures=7))
    save_plan(plan, place)
    assert load_plan(place) == plan


@pytest.mark.parametrize("text", ["{", "{}", '{"format": 1}', "[]"])
def test_a_damaged_plan_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(BatchError, match=r"plan\.json: is damaged"):
        load_plan(Place(str(tmp_path)))


def test_a_plan_of_another_form_is_refused(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    save_plan(JobPlan([], 2, "image", "abc", {}), place)
    path = tmp_path / "plan.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 9'))
    with pytest.raises(BatchError, match=r"form 1\.9, this platelens writes 1\.1"):
        load_plan(place)


def test_the_first_difference_is_named(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    write_parts(cut(PICTURES, 2), place)
    plan = JobPlan([], 2, "image", "", {}, Counts(shards=4, pictures=7))

    def difference(entries: list[Entry]) -> str:
        return first_difference(place, plan, cut(entries, 2))

    assert difference([*PICTURES, picture(9)]) == "new: /in/9.jpg"
    assert difference([picture(0, size=6), *PICTURES[1:]]) == "changed: /in/0.jpg"
    assert difference(PICTURES[1:]) == "/in/0.jpg is not where it was"
