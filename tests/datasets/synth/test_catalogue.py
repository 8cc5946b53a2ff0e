from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from platelens.datasets.synth import Catalogue, Serial
from platelens.errors import FormatError
from platelens.region.formats import Jurisdiction, PlateFormat

OneKind = Callable[..., Catalogue]


def draw(catalogue: Catalogue, count: int = 300) -> list[Serial]:
    rng = np.random.default_rng(0)
    return [catalogue.draw(rng) for _ in range(count)]


def place(code: str, share: float, *shares: float) -> Jurisdiction:
    plates = tuple(
        PlateFormat(str(number), ("@#",), (300, 100), share=part)
        for number, part in enumerate(shares)
    )
    return Jurisdiction(code, code, share, ("drawn",), plates)


@pytest.mark.parametrize(
    ("pattern", "fields", "lines"),
    [
        ("@@ ###", {}, [r"[A-Z]{2} [0-9]{3}"]),
        ("@-#/@", {"letters": "BCD", "digits": "789"}, [r"[BCD]-[789]", r"[BCD]"]),
        ("{HH,M} #A#", {}, [r"(HH|M) [0-9]A[0-9]"]),
        ("[XY][12]", {}, [r"[XY][12]"]),
        (" # /# ", {}, [r"[0-9]", r"[0-9]"]),
    ],
    ids=["plain", "alphabets", "words", "sets", "outer gaps"],
)
def test_a_serial_has_the_form_of_its_pattern(
    one_kind: OneKind, pattern: str, fields: dict[str, Any], lines: list[str]
) -> None:
    drawn = draw(one_kind(pattern, **fields), 60)
    for serial in drawn:
        assert len(serial.lines) == len(lines)
        for line, form in zip(serial.lines, lines, strict=True):
            assert re.fullmatch(form, line), line
        assert serial.text == re.sub("[ -]", "", "".join(serial.lines))
    assert len({serial.text for serial in drawn}) > 3


def test_all_letters_and_patterns_are_used(one_kind: OneKind) -> None:
    drawn = draw(one_kind("@@@", "####"), 400)
    assert len(set("".join(serial.text for serial in drawn))) == 36
    numbers = sum(serial.text.isdigit() for serial in drawn) / 400
    assert numbers == pytest.approx(0.5, abs=0.1)


def test_kinds_come_in_their_shares() -> None:
    catalogue = Catalogue([place("aa", 3, 1, 3), place("bb", 1, 5), place("cc", 0, 1)])
    drawn = Counter((s.code, s.format.name) for s in draw(catalogue, 2000))
    shares = {kind: number / 2000 for kind, number in drawn.items()}
    wanted = {("aa", "0"): 3 / 16, ("aa", "1"): 9 / 16, ("bb", "0"): 1 / 4}
    assert shares == pytest.approx(wanted, abs=0.04)
    assert catalogue.codes == {"aa", "bb"}


def test_lookalikes_are_one_drawing_and_stay_two_characters(one_kind: OneKind) -> None:
    drawn = draw(one_kind("[O0][O0][I1]@", lookalikes=("O0", "I1")))
    assert {serial.text[0] for serial in drawn} == {"O", "0"}
    shapes = {"".join(serial.drawn)[:2] for serial in drawn}
    assert shapes == {"OO", "00"}
    assert {"".join(serial.drawn)[2] for serial in drawn} == {"I", "1"}


def test_without_lookalikes_the_drawing_is_the_text(one_kind: OneKind) -> None:
    assert all(serial.drawn == serial.lines for serial in draw(one_kind("@@ [O0]/##")))


def test_the_region_is_the_jurisdiction_but_for_anywhere(one_kind: OneKind) -> None:
    assert {s.region for s in draw(one_kind("@#", code="us-ca"), 5)} == {"us-ca"}
    assert {s.region for s in draw(one_kind("@#", code="zz"), 5)} == {None}


def test_a_seed_gives_the_same_serials(catalogue: Catalogue) -> None:
    assert draw(catalogue) == draw(catalogue)


@pytest.mark.parametrize("places", [[], [place("aa", 0, 1)]], ids=["none", "share of 0"])
def test_nothing_to_draw_is_an_error(places: list[Jurisdiction]) -> None:
    with pytest.raises(FormatError, match="no plate to draw"):
        Catalogue(places)


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    from platelens.datasets.synth import catalogue

    known = {code: place(code, 1, 1) for code in ("us-ca", "us-co", "de", "zz")}
    monkeypatch.setattr(catalogue, "load_formats", lambda: known)


@pytest.mark.usefixtures("shipped")
def test_the_shipped_ones_or_some_of_them() -> None:
    assert Catalogue.default().codes == {"us-ca", "us-co", "de", "zz"}
    assert Catalogue.default(["de", "zz", "de"]).codes == {"de", "zz"}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    ("code", "hint"), [("us-cd", "near: us-co, us-ca"), ("qqq", "'qqq'$")], ids=["near", "far"]
)
def test_an_unknown_code_is_an_error_with_near_ones(code: str, hint: str) -> None:
    with pytest.raises(FormatError, match=f"unknown jurisdiction '{code}'|{hint}") as caught:
        Catalogue.default(["de", code])
    assert ("near" in str(caught.value)) == (code == "us-cd")


@pytest.mark.usefixtures("shipped")
def test_no_code_at_all_is_an_error() -> None:
    with pytest.raises(FormatError, match="no plate to draw"):
        Catalogue.default([])


def test_kinds_on_two_rows_may_come_more_often() -> None:
    plates = tuple(PlateFormat(p, (p,), (300, 100)) for p in ("@#", "@/#"))
    land = Jurisdiction("xx", "Land", 1.0, ("drawn",), plates)
    for more, part in ((1.0, 1 / 2), (3.0, 3 / 4)):
        drawn = draw(Catalogue([land], two_rows=more), 600)
        assert sum(len(s.lines) == 2 for s in drawn) / 600 == pytest.approx(part, abs=0.06)
    assert drawn[0].place == "Land"
