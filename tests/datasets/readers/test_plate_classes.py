from __future__ import annotations

import pytest

from platelens.datasets.readers.labels import LabelLog
from platelens.datasets.readers.plate_classes import PlateClasses, number_in_class
from platelens.errors import AnnotationError


@pytest.mark.parametrize(
    ("names", "plates"),
    [
        (["car", "plate"], ["plate"]),
        (["Licence", "Vehicle", "number-plate"], ["Licence", "number-plate"]),
        (["LP", "help"], ["LP"]),
        (["lp_front", "lps", "alpr"], ["lp_front", "lps"]),
        (["placa", "carro"], ["placa"]),
        (["object"], ["object"]),
        (["0"], ["0"]),
        (["car", "AB 123"], ["AB 123"]),
        ([], []),
    ],
    ids=["one", "several", "word", "words", "spanish", "only", "only_number", "text", "none"],
)
def test_which_classes_are_plates(names: list[str], plates: list[str]) -> None:
    classes = PlateClasses(names * 2, "here")
    assert [name for name in names if classes.has(name)] == plates


@pytest.mark.parametrize(
    "names",
    [["car"], ["Trucks"], ["motor_bike", "dog"], ["front", "rear"], [str(d) for d in range(9)]],
)
def test_none_is_a_plate(names: list[str]) -> None:
    with pytest.raises(
        AnnotationError, match=f"here: no class is named like a plate: '{min(names)}'"
    ):
        PlateClasses(names, "here")


def test_labels_of_other_classes_are_counted() -> None:
    classes = PlateClasses(["plate", "car", "bus"], "here")
    for name in ("car", "plate", "bus", "car"):
        classes.has(name)
    log = LabelLog()
    classes.note_others(log)
    assert [(p.where, p.what, p.dropped) for p in log.problems] == [
        ("here", "class 'bus' is no plate: 1 labels left out", False),
        ("here", "class 'car' is no plate: 2 labels left out", False),
    ]


@pytest.mark.parametrize(
    "name", ["AB123", "ab-123", "KA 01 AB 1234", "京A12345", "M·AB 1", "123", "CAR123", "12-345-67"]
)
def test_numbers(name: str) -> None:
    assert number_in_class(name) == name


@pytest.mark.parametrize(
    "name", ["", "plate", "plate123", "LP 12", "ABCDEF", "12", "car 2", "class12", "vehicle-1",
             "AB_123", "12345678901", "٣٤٥"],
)  # fmt: skip
def test_no_numbers(name: str) -> None:
    assert number_in_class(name) is None
