from __future__ import annotations

from typing import Any

import pytest

from platelens.datasets import LabelledPlate
from platelens.datasets.readers.attributes import AttributeReader, Place, plate_attributes
from platelens.datasets.readers.labels import LabelLog, RawPlate
from platelens.errors import AnnotationError
from platelens.types import Box

XYXY = (1.0, 2.0, 9.0, 8.0)
PLACE = Place("a.xml:3", XYXY)


@pytest.mark.parametrize(
    ("attributes", "values"),
    [
        ({}, {}),
        ({"text": "AB 12"}, {"text": "AB 12"}),
        ({" Plate_Number ": "AB 12", "colour": ["any", "thing"]}, {"text": "AB 12"}),
        ({"text": "", "number": 123}, {"text": "123"}),
        ({"plate": "B", "text": "A"}, {"text": "A"}),
        ({"text": None, "rows": None, "region": None}, {}),
        ({"rows": 2, "country": "DE"}, {"rows": 2, "region": "de"}),
        ({"rows": "1", "region": "Texas"}, {"region": "us-tx"}),
        ({"other_script": "true"}, {"other_script": True}),
        ({"other_script": True}, {"other_script": True}),
        ({"other_script": "false"}, {}),
    ],
)
def test_what_attributes_say(attributes: dict[str, object], values: dict[str, Any]) -> None:
    log = LabelLog()
    raw = AttributeReader(log).raw_plate(PLACE, attributes)
    assert raw == RawPlate(xyxy=XYXY, where="a.xml:3", **values)
    assert log.problems == []


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"text": ["A"]}, r"a\.xml:3: text: expected a text, got \['A'\]"),
        ({"text": 1.5}, r"a\.xml:3: text: expected a text, got 1\.5"),
        ({"rows": "3"}, r"a\.xml:3: rows: expected 1 or 2, got '3'"),
        ({"rows": "one"}, r"a\.xml:3: rows: expected 1 or 2, got 'one'"),
    ],
    ids=["list", "number", "three", "word"],
)
def test_what_they_cannot_say(attributes: dict[str, object], message: str) -> None:
    with pytest.raises(AnnotationError, match=message):
        AttributeReader(LabelLog()).raw_plate(PLACE, attributes)


@pytest.mark.parametrize(
    "plate",
    [
        LabelledPlate(Box(*XYXY), None, None),
        LabelledPlate(Box(*XYXY), None, "AB12", 2, "us-ca", other_script=True),
    ],
    ids=["nothing", "everything"],
)
def test_what_is_written_is_read_again(plate: LabelledPlate) -> None:
    log = LabelLog()
    raw = AttributeReader(log).raw_plate(PLACE, plate_attributes(plate))
    assert log.plate(raw, (48, 64), "here") == plate
