from __future__ import annotations

from pathlib import Path

import pytest

from platelens.region.formats import load_jurisdiction
from platelens.region.serials import SerialTable
from platelens.region.spelling import share_spellings

LAND = """
code = "{code}"
name = "Land {code}"
share = 1.0
sources = ["law"]

[[plate]]
name = "car"
patterns = ["{pattern}"]
size_mm = [520, 110]
lookalikes = {pairs}
"""


@pytest.fixture
def serials(tmp_path: Path) -> SerialTable:
    """One land that draws O and I as 0 and 1, one that draws each its own way."""
    lands = []
    for code, pattern, pairs in (
        ("aa", "@@@ ###@", '["O0", "I1"]'),
        ("bb", "##@@###@", "[]"),
        ("cc", "@@-##", '["O0"]'),
    ):
        path = tmp_path / f"{code}.toml"
        path.write_text(LAND.format(code=code, pattern=pattern, pairs=pairs), encoding="utf-8")
        lands.append(load_jurisdiction(path))
    return SerialTable.of(lands)


EVERYWHERE = {"aa": 0.3, "bb": 0.4, "cc": 0.3}


def test_the_spelling_of_the_serial_gets_the_odds_of_its_drawing(serials: SerialTable) -> None:
    shared = share_spellings({"00YI36L": 0.6, "0QYI36L": 0.2}, serials, EVERYWHERE)
    assert shared["OOY136L"] == pytest.approx(shared["00YI36L"], rel=0.01)
    assert sum(odds for text, odds in shared.items() if "Q" in text) == pytest.approx(0.2)
    assert list(shared)[:2] == ["00YI36L", "0QYI36L"]


def test_what_a_drawing_has_together_stays(serials: SerialTable) -> None:
    texts = {"AO01": 0.5, "A001": 0.3, "AB01": 0.1}
    shared = share_spellings(texts, serials, EVERYWHERE)
    assert sum(shared.values()) == pytest.approx(0.9)
    assert shared["AB01"] == pytest.approx(0.1)
    # A001 has no serial, but owners choose.
    assert shared["AO01"] / shared["A001"] == pytest.approx(0.8 / 0.3, rel=0.01)


def test_elsewhere_a_reader_sees_what_it_sees(serials: SerialTable) -> None:
    texts = {"12OB345X": 0.6, "120B345X": 0.3}
    assert share_spellings(texts, serials, EVERYWHERE) == texts
    texts = {"A0I2": 0.6, "A012": 0.3}  # of cc, where only O and 0 are alike
    shared = share_spellings(texts, serials, EVERYWHERE)
    assert shared["AO12"] / shared["A0I2"] == pytest.approx(0.3 / 0.6, rel=0.01)
    assert "AOI2" not in shared


def test_a_region_that_cannot_be_does_not_count(serials: SerialTable) -> None:
    texts = {"00YI36L": 0.6}
    shared = share_spellings(texts, serials, {"aa": 0.0, "bb": 1.0})
    assert shared["00YI36L"] == pytest.approx(0.6)


def test_many_rings_are_left_alone(serials: SerialTable) -> None:
    texts = {"O0I1O0I1": 0.9}
    assert share_spellings(texts, serials, EVERYWHERE) == texts
