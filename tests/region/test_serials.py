from __future__ import annotations

import json
from pathlib import Path

import pytest

from platelens.region.formats import load_formats, load_jurisdiction
from platelens.region.serials import TABLE, SerialTable, shape_of, shipped_serials

LAND = """
code = "xx"
name = "Land"
share = 2.0
sources = ["law"]

[[plate]]
name = "car"
patterns = ["[AB]@ (##)/{10,2,X}", "@@-##"]
size_mm = [520, 110]
share = 3.0

[[plate]]
name = "lorry"
patterns = ["T-#"]
size_mm = [520, 110]
share = 1.0
"""


@pytest.fixture
def table(tmp_path: Path) -> SerialTable:
    path = tmp_path / "xx.toml"
    path.write_text(LAND, encoding="utf-8")
    return SerialTable.of([load_jurisdiction(path)])


@pytest.mark.parametrize(
    ("text", "density"),
    [
        # kind's share / patterns x free characters / words, place by place
        pytest.param("AC0110", 3 / 4 / 2 * (26 / 2) * (100 / 3), id="word of two digits"),
        pytest.param("AC012", 3 / 4 / 2 * (26 / 2) * (10 / 3), id="word of one digit"),
        pytest.param("AC01X", 3 / 4 / 2 * (26 / 2) * (26 / 3), id="word of a letter"),
        pytest.param("ZC01", 3 / 4 / 2, id="free letters and digits"),
        pytest.param("T7", 1 / 4 * 26, id="other kind"),
        pytest.param("CC0110", 0, id="letter that does not occur"),
        pytest.param("AC0111", 0, id="word that does not occur"),
        pytest.param("AAAA", 0, id="shape that does not occur"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_density_is_relative_to_free_characters(
    table: SerialTable, text: str, density: float
) -> None:
    assert table.densities(text).get("xx", 0) == pytest.approx(density, rel=0.01)


def test_densities_of_all_texts_add_up_to_one(table: SerialTable) -> None:
    # P(text) = density / number of texts of its shape, summed over all two-sign texts.
    total = sum(table.densities(f"T{digit}")["xx"] / (26 * 10) for digit in range(10))
    assert total == pytest.approx(1 / 4, rel=0.01)


def test_table_survives_json(table: SerialTable) -> None:
    again = SerialTable(**json.loads(json.dumps(table.content)))
    assert again.densities("AC0110") == table.densities("AC0110")
    assert again.names == {"xx": "Land"}
    assert again.shares == {"xx": 2.0}


def test_shipped_table_is_that_of_the_formats() -> None:
    made = json.loads(json.dumps(SerialTable.of(load_formats().values()).content))
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    assert made == kept, "run: make serials"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("BD51SMR", "gb", id="Britain"),
        pytest.param("MH12AB1234", "in", id="India"),
        pytest.param("AX8650EI", "ua", id="Ukraine"),
        pytest.param("7ABC123", "us-ca", id="California"),
    ],
)
def test_serials_of_the_world_are_known(text: str, code: str) -> None:
    serials = shipped_serials()
    weighed = {c: d * serials.shares[c] for c, d in serials.densities(text).items()}
    assert max(weighed, key=lambda c: weighed[c]) == code


def test_plates_that_draw_a_pair_alike_are_known() -> None:
    serials = shipped_serials()
    british = serials.alike("BO51SMR", ("O0", "I1"))
    assert british["gb"] == serials.densities("BO51SMR")["gb"]
    assert "gb" not in serials.alike("BO51SMR", ("O0",))
    assert "ua" not in serials.alike("AX8650EI", ("O0", "I1"))


def test_shape_names_letters_and_digits() -> None:
    assert shape_of("AB12C") == "LLDDL"
