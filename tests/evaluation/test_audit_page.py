from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.audit import KINDS, Audit, Finding, Source
from platelens.datasets.audit.fingerprint import Unreadable
from platelens.datasets.readers.labels import Loaded
from platelens.evaluation.audit_page import audit_page
from platelens.types import Box, Quad, Reading
from tests.datasets.audit.pictures import draw_plate, write_picture


class Page(HTMLParser):
    """The texts and pictures of a page; a tag that is not closed is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pictures: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs)["src"] or "")
        if tag not in ("img", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(t for t in self.texts if t)


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    for n in range(8):
        write_picture(tmp_path, f"{n}.png", draw_plate(f"AB {n}", n))
    whole = LabelledPlate(Box(0, 0, 224, 128), None, "AB<1>")
    splits = ["train", "valid"] * 4
    return [
        Sample(tmp_path / f"images/{n}.png", 224, 128, (whole,), (), split)
        for n, split in enumerate(splits)
    ]


def page_of(samples: list[Sample], *findings: Finding, shown: int = 24) -> Page:
    root = samples[0].image.parent.parent
    source = Source(root, Loaded(samples), None)
    prints = [Unreadable("not looked at")] * len(samples)
    return Page(audit_page(Audit([source], samples, prints, [], findings), [], shown=shown))


def test_duplicates_are_side_by_side_with_labels_and_splits(samples: list[Sample]) -> None:
    page = page_of(samples, Finding("near_duplicates", "2 pictures", tuple(samples[:2])))
    assert len(page.pictures) == len(set(page.pictures)) == 2
    assert all(p.startswith("data:image/webp;base64,") for p in page.pictures)
    assert "AB<1> train · images/0.png AB<1> valid · images/1.png" in page.text
    assert KINDS["near_duplicates"].meaning in page.text


def test_a_doubted_text_is_shown_with_what_was_read(samples: list[Sample]) -> None:
    reading = Reading("XY9", 0.97, (0.97,) * 3, (), 1)
    message = "label AB1, read as XY9 (97%)"
    page = page_of(samples, Finding("suspicious_text", message, (samples[0],), 0, reading))
    assert message in page.text
    assert len(page.pictures) == 1


@pytest.mark.parametrize(
    "plate",
    [
        LabelledPlate(Box(20, 30, 60, 50), None, "AB1"),
        LabelledPlate(Box(20, 30, 60, 50), Quad((20, 30), (60, 32), (60, 50), (20, 48)), None),
        LabelledPlate(Box(900, 30, 960, 50), None, None),
    ],
    ids=["box", "corners", "outside"],
)
def test_a_plate_is_cut_out_of_its_picture(samples: list[Sample], plate: LabelledPlate) -> None:
    sample = Sample(samples[0].image, 224, 128, (samples[0].plates[0], plate))
    page = page_of([sample], Finding("tiny_box", "40x20 px", (sample,), 1))
    assert len(page.pictures) == 1
    assert (plate.text or "(no text)") in page.text


def test_what_is_too_much_is_counted(samples: list[Sample]) -> None:
    many = [Finding("leak_text", f"text {n}", tuple(samples)) for n in range(5)]
    page = page_of(samples, *many, shown=2)
    assert len(page.pictures) == 2 * 6
    assert "text 1" in page.text
    assert "text 2" not in page.text
    assert "and 2 more pictures" in page.text
    assert re.search(r"and 3 more$", page.text)
    assert "the same text in several splits error 5 8" in page.text


def test_pictures_that_cannot_be_read_and_findings_without_one(samples: list[Sample]) -> None:
    gone = Sample(samples[0].image.with_name("gone.png"), 10, 10, ())
    page = page_of(
        [*samples, gone],
        Finding("unreadable", "No such file or directory", (gone,)),
        Finding("mended", "labels.csv:3: <b>text</b>"),
    )
    assert page.pictures == []
    assert "No such file or directory images/gone.png" in page.text
    assert "labels.csv:3: <b>text</b>" in page.text


def test_nothing_found(samples: list[Sample]) -> None:
    page = page_of(samples)
    assert "8 pictures with 8 plates. Nothing was found." in page.text
    assert "What" not in page.text
