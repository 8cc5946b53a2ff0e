from __future__ import annotations

from pathlib import Path

import pytest

from platelens.errors import AnnotationError
from platelens.training.sources import (
    load_ccpd_crops,
    load_fonts,
    load_scene_split,
    load_us_crops,
)


def test_scenes_are_split(data_root: Path) -> None:
    train, held_out = load_scene_split(data_root, "scenes/tiny")
    assert [s.plates[0].text for s in train] == ["B", "C"]
    assert [s.plates[0].text for s in held_out] == ["A", "V"]


def test_us_crops_that_measure_do_not_train(data_root: Path) -> None:
    assert [c.text for c in load_us_crops(data_root, "train")] == ["B", "D"]
    (valid,) = load_us_crops(data_root, "valid")
    assert valid.text == "A"
    assert valid.image == data_root / "us_plates" / "4.png"


def test_ccpd_crops_are_on_one_side(data_root: Path) -> None:
    train = [c.text for c in load_ccpd_crops(data_root, held_out=False)]
    held_out = [c.text for c in load_ccpd_crops(data_root, held_out=True)]
    assert (train, held_out) == (["B", "D"], ["A"])


def test_fonts_are_below_the_root_or_where_they_are(data_root: Path, font_folder: Path) -> None:
    assert load_fonts(data_root, ("fonts",)).paths == [data_root / "fonts" / "Aileron.ttf"]
    assert load_fonts(data_root, (str(font_folder),)).paths == [font_folder / "Aileron.ttf"]


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"plates\.csv: No such file"):
        load_us_crops(tmp_path, "train")


def test_pictures_can_be_left_out(data_root: Path) -> None:
    both = [s for part in load_scene_split(data_root, "scenes/tiny") for s in part]
    name = both[0].image.stem
    rest = [s for part in load_scene_split(data_root, "scenes/tiny", (name,)) for s in part]
    assert {s.image.stem for s in both} - {s.image.stem for s in rest} == {name}
