from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.synth import FlatPlate, FontSet
from platelens.errors import AnnotationError
from platelens.training.recipe import Recipe
from platelens.training.recognition.data import Patch, RealPictures
from platelens.training.region.data import (
    CLASSES,
    ORIGINS,
    US_REGIONS,
    LookShares,
    LookSource,
    is_surely_foreign,
    with_origins,
)
from platelens.training.region.task import RegionTask, load_looks
from platelens.training.sources import load_us_looks
from platelens.types import Box, RgbImage

SIZE_HW = (32, 56)
NOTHING: dict[str, Any] = {
    "flats": 0, "synthetic": 0, "synthetic_elsewhere": 0, "patches": (), "places": 0,
}  # fmt: skip


def flat(region: str | None, level: int) -> FlatPlate:
    return FlatPlate(RgbImage(np.full((40, 70, 3), level, np.uint8)), "", 1, region)


def source(
    fonts: FontSet, plates: list[FlatPlate], pool: list[Patch] | None = None, **shares: Any
) -> LookSource:
    real = RealPictures([pool] if pool else [], ())
    return LookSource(real, plates, fonts, LookShares(**(NOTHING | shares)), SIZE_HW)


def drawn(look: LookSource, count: int) -> Counter[str]:
    return Counter(CLASSES[look.draw(1, i)[1]] for i in range(count))


def test_there_are_56_regions_and_elsewhere() -> None:
    assert len(US_REGIONS) == len(set(CLASSES)) - 1 == 56
    assert CLASSES[-1] == ""


@pytest.mark.parametrize(
    ("text", "rows", "foreign"),
    [
        ("AB12CDE", 1, True),
        ("B123XYZ", 1, True),
        ("ABC123D", 1, True),
        ("AB123CD", 1, True),
        ("TK123AB", 1, False),
        ("MH12DE1433", 1, True),
        ("GOODDADS", 1, False),
        ("7BGS298", 1, False),
        ("ABC1234", 1, False),
        ("LEC1317", 2, True),
        ("BRA2E19", 1, True),
        (None, 1, False),
        ("", 2, False),
    ],
    ids=str,
)
def test_only_what_no_state_has_is_surely_foreign(
    text: str | None, rows: int, foreign: bool
) -> None:
    assert is_surely_foreign(LabelledPlate(Box(0, 0, 9, 9), None, text, rows)) is foreign


@pytest.mark.parametrize(
    ("region", "text", "foreign"),
    [("pk", "ABC1234", True), ("us-oh", "AB12CDE", False), ("ca-on", "", True)],
)
def test_a_known_origin_outweighs_the_text(region: str, text: str, foreign: bool) -> None:
    plate = LabelledPlate(Box(0, 0, 9, 9), None, text or None, 1, region)
    assert is_surely_foreign(plate) is foreign


def test_origins_are_known_by_picture_and_text(tmp_path: Path) -> None:
    with ORIGINS.open(encoding="utf-8") as lines:
        picture, text, region = list(csv.reader(lines))[1]
    plates = tuple(LabelledPlate(Box(0, 0, 9, 9), None, t) for t in (text, "OTHER1", None))
    samples = [
        Sample(tmp_path / name, 9, 9, plates)
        for name in (f"{picture}.jpg", "scenes/openlpr/nobody.jpg")
    ]
    told = [[p.region for p in s.plates] for s in with_origins(samples, tmp_path)]
    assert told == [[region, None, None], [None, None, None]]


def test_every_origin_is_a_code_and_stands_once() -> None:
    with ORIGINS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len({(row["picture"], row["text"]) for row in rows}) == len(rows) > 300
    american = {row["region"] for row in rows if row["region"].startswith("us-")}
    assert american <= set(US_REGIONS)
    assert all(re.fullmatch(r"[a-z]{2}(-[a-z]{2,3})?", row["region"]) for row in rows)


def test_a_crop_is_the_same_again_and_on_any_worker(
    states_root: Path, tiny_look: Callable[..., Recipe]
) -> None:
    recipe = tiny_look(**{"data.synthetic": 0.3, "data.synthetic_elsewhere": 0.3})
    ours, theirs = (RegionTask(recipe, states_root).dataset() for _ in range(2))
    for index in (*range(20), 7):
        pixels, number = ours[index]
        again, same = theirs[index]
        assert number == same
        np.testing.assert_array_equal(pixels, again)
    assert not np.array_equal(ours[0][0], ours[1][0])


def test_rare_regions_are_drawn_more_often_than_there_are_pictures(fonts: FontSet) -> None:
    flats = [flat("us-oh", 80)] * 39 + [flat("us-ut", 160)]
    count = drawn(source(fonts, flats, flats=1), 400)
    assert count.keys() == {"us-oh", "us-ut"}
    assert count["us-ut"] == pytest.approx(400 * (0.25 + 0.5 / 40), abs=50)


@pytest.mark.parametrize("kind", ["synthetic", "synthetic_elsewhere"])
def test_drawn_plates_bear_their_region(fonts: FontSet, kind: str) -> None:
    count = drawn(source(fonts, [], None, **{kind: 1}), 80)
    if kind == "synthetic":
        assert "" not in count
        assert len(count) > 30  # state by state, however few drive there
    else:
        assert set(count) == {""}


def test_plates_of_pools_and_places_are_from_elsewhere(fonts: FontSet) -> None:
    pixels = RgbImage(np.full((60, 120, 3), 90, np.uint8))
    corners = np.array([[20, 20], [100, 20], [100, 40], [20, 40]], np.float32)
    patch = Patch(pixels, corners, "B123XYZ", 1)
    assert drawn(source(fonts, [], [patch], patches=[1.0]), 10) == {"": 10}
    assert drawn(source(fonts, [], places=1), 10) == {"": 10}


def test_no_crop_is_mirrored(fonts: FontSet) -> None:
    """A plate whose left half is dark shows it at the left, whatever happened to it."""
    pixels = np.full((64, 112, 3), 230, np.uint8)
    pixels[:, :56] = 30
    look = source(fonts, [FlatPlate(RgbImage(pixels), "", 1, "us-oh")], flats=1)
    right = 0
    for index in range(60):
        crop = look.draw(3, index)[0].astype(float)
        right += crop[8:-8, 6:24].mean() > crop[8:-8, -24:-6].mean()
    assert right <= 8  # pictures that are seen inverted


def test_pictures_measure_or_train(states_root: Path) -> None:
    train, kept, valid = (
        load_us_looks(states_root, part) for part in ("train", "held_out", "valid")
    )
    groups = [{crop.image for crop in crops} for crops in (train, kept, valid)]
    assert all(groups)
    assert not groups[0] & groups[1]
    assert not (groups[0] | groups[1]) & groups[2]
    texts = [{crop.text for crop in crops if crop.text} for crops in (train, kept)]
    assert not texts[0] & texts[1]
    assert "TWIN1" not in texts[0] | texts[1]
    assert {crop.region for crop in train} == {"us-oh", "us-ms"}
    assert "" in {crop.text for crop in (*train, *kept)}  # unsure texts are no reason
    assert len(valid) == 2
    assert [plate.region for plate in load_looks(valid)] == ["us-oh", "us-ms"]


def test_an_unknown_state_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "us_plates"
    folder.mkdir()
    (folder / "plates.csv").write_text("image,split,state,text\na.png,valid,ATLANTIS,A\n")
    with pytest.raises(AnnotationError, match=r"plates\.csv: unknown state 'ATLANTIS'"):
        load_us_looks(tmp_path, "valid")
