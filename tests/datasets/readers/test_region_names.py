from __future__ import annotations

import pytest

from platelens.datasets.readers.labels import LabelLog
from platelens.datasets.readers.region_names import CODES, RegionCodes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ALABAMA", "us-al"),
        ("Hawaii", "us-hi"),
        ("HAWAI", "us-hi"),
        ("MISSIPPI", "us-ms"),
        ("WEST_VIRGINIA", "us-wv"),
        (" new  hampshire ", "us-nh"),
        ("Washington", "us-wa"),
        ("WASHINGTON DC", "us-dc"),
        ("Washington, D.C.", "us-dc"),
        ("U_S_VIRGIN_ISLANDS", "us-vi"),
        ("CNMI", "us-mp"),
        ("皖", "cn-ah"),
        ("新", "cn-xj"),
        ("us-al", "us-al"),
        ("DE", "de"),
        ("gb-eng", "gb-eng"),
        ("", None),
        (" - ", None),
    ],
)
def test_names_and_codes(name: str, code: str | None) -> None:
    log = LabelLog()
    assert RegionCodes(log).code(name, "here") == code
    assert log.problems == []


def test_all_states_territories_and_provinces_are_there() -> None:
    codes = set(CODES.values())
    assert len({code for code in codes if code.startswith("us-")}) == 50 + 1 + 5
    assert len({code for code in codes if code.startswith("cn-")}) == 31
    assert all(len(code) == 5 for code in codes)


def test_an_unknown_name_is_kept_and_noted_once() -> None:
    log = LabelLog()
    regions = RegionCodes(log)
    assert [regions.code("Côte d'Or", f"row {n}") for n in (1, 2)] == ["côte-d-or"] * 2
    assert regions.code("Elsewhere", "row 3") == "elsewhere"
    assert [(p.where, p.dropped) for p in log.problems] == [("row 1", False), ("row 3", False)]
    assert "Côte d'Or" in log.problems[0].what
