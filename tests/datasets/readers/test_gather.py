from __future__ import annotations

from pathlib import Path

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.gather import Gatherer, PictureLabel
from platelens.datasets.readers.labels import LabelLog, RawPlate
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture

RAW = RawPlate(xyxy=(1, 2, 9, 9))
PLATE = LabelledPlate(Box(1, 2, 9, 9), None, None)


def test_samples_by_path_with_the_split_of_label_or_folder(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    a, b = (draw_picture(tmp_path / f"train/{name}.png") for name in "ab")
    gatherer = Gatherer(tmp_path, LabelLog())
    file = tmp_path / "labels.json"
    gatherer.add(PictureLabel(["gone.png", "b.png"], file, "1", size_hw=(48, 64)), [RAW])
    gatherer.add(PictureLabel(["a.png"], file, "2", split="night"), [])
    loaded = gatherer.loaded()
    assert loaded.samples == [
        Sample(a, 64, 48, (), split="night"),
        Sample(b, 64, 48, (PLATE,), split="train"),
    ]
    assert loaded.problems == []


def test_what_is_missing_labelled_twice_or_of_another_size_is_noted(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    draw_picture(tmp_path / "a.png")
    draw_picture(tmp_path / "1/b.png")
    draw_picture(tmp_path / "2/b.png")
    gatherer = Gatherer(tmp_path, LabelLog())
    file = tmp_path / "labels.json"
    for name, plates in (("a.png", [RAW]), ("a.png", []), ("b.png", []), ("c.png", [])):
        gatherer.add(PictureLabel([name], file, name, size_hw=(1, 1)), plates)
    loaded = gatherer.loaded()
    assert [sample.plates for sample in loaded.samples] == [(PLATE,)]
    assert [(p.where, p.what.split(" ")[0], p.dropped) for p in loaded.problems] == [
        ("a.png", "labels", False),
        ("a.png", str(tmp_path / "a.png"), True),
        ("b.png", "picture", True),
        ("c.png", "picture", True),
    ]
