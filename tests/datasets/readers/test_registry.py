from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.index import write_samples
from platelens.datasets.readers.registry import FIELDS, FORMATS, find_format, read_dataset
from platelens.errors import AnnotationError
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_what_it_holds(name: str) -> None:
    form = find_format(name)
    assert form is FORMATS[name]
    assert form.title
    assert form.holds
    assert form.holds <= set(FIELDS)


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_reads_a_folder_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(AnnotationError, match="gone"):
        read_dataset(tmp_path / "gone", name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("yolo-box", "did you mean yolo-obb or yolo-pose or yolo? "),
        ("COCO", "did you mean coco or "),
        ("ufpr", "did you mean ufpr-alpr? "),
        ("zzz", "known: "),
    ],
)
def test_an_unknown_format(name: str, hint: str) -> None:
    with pytest.raises(AnnotationError) as error:
        find_format(name)
    message = str(error.value)
    assert message.startswith(f"unknown format {name!r}; {hint}")
    assert message.endswith("known: " + ", ".join(FORMATS))


def test_our_own_form_counts_first(tmp_path: Path, draw_picture: DrawPicture) -> None:
    image = draw_picture(tmp_path / "a.png")
    sample = Sample(image, 64, 48, (LabelledPlate(Box(1, 2, 9, 9), None, "AB12"),), split="test")
    write_samples([sample], tmp_path)
    (tmp_path / "annotations.csv").write_text("image_path,plate_text\n", encoding="utf-8")
    loaded = read_dataset(tmp_path)
    assert loaded.samples == [sample]
    assert loaded.problems == ()


@pytest.mark.parametrize("given", ["", "annotations.csv"], ids=["folder", "file"])
def test_then_a_table_of_crops(tmp_path: Path, draw_picture: DrawPicture, given: str) -> None:
    draw_picture(tmp_path / "a.png")
    text = "image_path,plate_text\na.png,AB12\n"
    (tmp_path / "annotations.csv").write_text(text, encoding="utf-8")
    (sample,) = read_dataset(tmp_path / given).samples
    assert sample.is_crop
    assert sample.plates[0].text == "AB12"


def test_a_name_counts_more(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "XY99.png")
    write_samples([], tmp_path)
    (sample,) = read_dataset(tmp_path, "crop-names").samples
    assert sample.plates[0].text == "XY99"


def test_nothing_that_could_be_guessed(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.png")
    with pytest.raises(AnnotationError, match=r"neither annotations\.jsonl nor .*name the format"):
        read_dataset(tmp_path)
    with pytest.raises(AnnotationError, match="gone: no such file or folder"):
        read_dataset(tmp_path / "gone")
