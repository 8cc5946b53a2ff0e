from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.audit.labels import check_labels, inside, leaves
from platelens.types import Box, Quad

BOX = Box(20, 20, 100, 40)
QUAD = Quad((20, 20), (100, 22), (100, 40), (20, 38))


def kinds(plate: LabelledPlate, width: int = 200, height: int = 100) -> list[str]:
    sample = Sample(Path("a.jpg"), width, height, (plate,))
    return [finding.kind for finding in check_labels(sample)]


@pytest.mark.parametrize(
    "plate",
    [
        LabelledPlate(BOX, None, "AB123"),
        LabelledPlate(BOX, QUAD, "AB123"),
        LabelledPlate(BOX, None, None),
        LabelledPlate(Box(-0.9, 0, 100, 40), None, "AB123"),
        LabelledPlate(Box(20, 20, 60, 50), None, "AB123", rows=2),
        LabelledPlate(Box(20, 20, 40, 45), None, "AB12"),
        LabelledPlate(BOX, Quad((18, 20), (102, 22), (102, 42), (18, 38)), "AB123"),
        LabelledPlate(Box(0, 0, 200, 100), None, "AB", rows=1),
    ],
    ids=["plain", "corners", "unread", "rounding", "two rows", "short and high", "slack", "crop"],
)
def test_nothing_is_wrong(plate: LabelledPlate) -> None:
    assert kinds(plate) == []


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        (LabelledPlate(Box(-5, 20, 60, 40), None, "AB123"), "box_cut"),
        (LabelledPlate(Box(150, 20, 203, 40), None, "AB123"), "box_cut"),
        (LabelledPlate(Box(200, 20, 260, 40), None, "AB123"), "box_outside"),
        (LabelledPlate(Box(20, -40, 60, 0), None, "AB123"), "box_outside"),
        (LabelledPlate(Box(20, 20, 34, 30), None, "AB123"), "tiny_box"),
        (LabelledPlate(Box(20, 20, 60, 27), None, None), "tiny_box"),
        (LabelledPlate(BOX, None, "A"), "text_length"),
        (LabelledPlate(BOX, None, "ABCDEFG123456"), "text_length"),
        (LabelledPlate(BOX, None, "AB123", rows=2), "rows_shape"),
        (LabelledPlate(Box(20, 20, 50, 60), None, "AB123"), "rows_shape"),
        (LabelledPlate(BOX, Quad(*QUAD.points[::-1]), "AB123"), "corners_wrong"),
        (
            LabelledPlate(BOX, Quad((20, 20), (100, 40), (100, 22), (20, 38)), "AB123"),
            "corners_wrong",
        ),
        (LabelledPlate(BOX, Quad((20, 20), (20, 20), (100, 40), (20, 38)), "AB"), "corners_wrong"),
        (LabelledPlate(BOX, Quad((20, 20), (130, 22), (130, 40), (20, 38)), "AB"), "corners_off"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_what_is_wrong_is_named(plate: LabelledPlate, kind: str) -> None:
    assert kinds(plate) == [kind]


def test_the_message_and_the_plate() -> None:
    plates = (LabelledPlate(BOX, None, "AB123"), LabelledPlate(Box(190, 5, 260, 30), None, "X"))
    cut, length = check_labels(Sample(Path("a.jpg"), 200, 100, plates))
    assert (cut.kind, cut.plate, length.plate) == ("box_cut", 1, 1)
    assert cut.message == "box (190, 5, 260, 30) in a picture of 200x100"
    assert length.message == "text X: 1 characters"


@pytest.mark.parametrize(
    ("box", "part", "out"),
    [
        (Box(10, 10, 20, 20), Box(10, 10, 20, 20), False),
        (Box(-0.5, 10, 20, 20), Box(0, 10, 20, 20), False),
        (Box(-3, -4, 20, 70), Box(0, 0, 20, 50), True),
        (Box(80, 0, 90, 10), None, True),
    ],
    ids=["inside", "rounding", "cut", "outside"],
)
def test_the_part_inside(box: Box, part: Box | None, out: bool) -> None:
    assert inside(box, (50, 80)) == part
    assert leaves(box, (50, 80)) == out
