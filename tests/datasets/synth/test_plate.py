from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from platelens.alphabet import normalise
from platelens.datasets.synth import Catalogue, FlatPlate, FontSet, draw_flat_plate, plate, wear
from platelens.region.formats import Band, Caption

OneKind = Callable[..., Catalogue]
WHITE, BLACK = ("#ffffff",), ("#000000",)


@pytest.fixture(scope="module")
def plates(fonts: FontSet, catalogue: Catalogue) -> list[FlatPlate]:
    return [draw_flat_plate(np.random.default_rng(seed), fonts, catalogue) for seed in range(300)]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plates as they leave the maker: upright, full colours, nothing fixed to them, no wear."""
    monkeypatch.setattr(plate, "_SLANTED", 0)
    monkeypatch.setattr(plate, "_PALE", 0)
    monkeypatch.setattr(plate, "_DATED", 0)
    monkeypatch.setattr(plate, "_STACKED", 0)
    monkeypatch.setattr(plate, "_EMBLEMS", 0)
    monkeypatch.setattr(plate, "_finish", lambda *_: None)
    monkeypatch.setattr(wear, "emboss", lambda *_: None)


def draw_many(fonts: FontSet, catalogue: Catalogue, count: int = 40) -> list[FlatPlate]:
    return [draw_flat_plate(np.random.default_rng(seed), fonts, catalogue) for seed in range(count)]


def runs(line: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    return int(np.count_nonzero(np.diff(line.astype(int), prepend=0) == 1))


def test_a_seed_gives_the_same_plate(
    fonts: FontSet, catalogue: Catalogue, plates: list[FlatPlate]
) -> None:
    for seed in (3, 4, 5):
        again = draw_flat_plate(np.random.default_rng(seed), fonts, catalogue)
        np.testing.assert_array_equal(again.pixels, plates[seed].pixels)
        assert (again.text, again.serial) == (plates[seed].text, plates[seed].serial)
    assert len({p.text for p in plates}) > 290


def test_a_plate_is_a_picture_of_its_proportions(plates: list[FlatPlate]) -> None:
    aspects: dict[tuple[str | None, int], list[float]] = {}
    for drawn in plates:
        height, width = drawn.pixels.shape[:2]
        assert drawn.pixels.dtype == np.uint8
        assert drawn.pixels.shape[2] == 3
        assert drawn.pixels.std() > 5
        assert height * width == pytest.approx(30_000, rel=0.02)
        aspects.setdefault((drawn.region, drawn.rows), []).append(width / height)
    assert np.mean(aspects["xb-c", 2]) == pytest.approx(1.4, abs=0.05)
    assert max(aspects["xa", 1]) > 4
    assert min(aspects["xa", 1]) < 2.4


def test_text_rows_and_region_are_those_of_the_serial(plates: list[FlatPlate]) -> None:
    assert {p.region for p in plates} == {"xa", "xb-c", None}
    for drawn in plates:
        assert normalise(drawn.text) == drawn.text
        assert drawn.rows == 2 if drawn.region == "xb-c" else drawn.rows in (1, 2)
        assert 5 <= len(drawn.text) <= 7


def test_the_serial_is_inside_the_plate(plates: list[FlatPlate]) -> None:
    for drawn in plates:
        height, width = drawn.pixels.shape[:2]
        assert drawn.serial is not None
        assert 0 <= drawn.serial.x1 < drawn.serial.x2 <= width
        assert 0 <= drawn.serial.y1 < drawn.serial.y2 <= height
        assert drawn.serial.height > 0.2 * height


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("pattern", "places"), [("1  1  1", 3), ("1/1", 1)], ids=["one", "two"])
def test_the_ink_stands_where_the_serial_says(
    fonts: FontSet, one_kind: OneKind, pattern: str, places: int
) -> None:
    """Bars of a font, far apart, are dark columns on a white plate."""
    kind = one_kind(pattern, size_mm=(300, 150), ground=WHITE, ink=BLACK)
    for drawn in draw_many(fonts, kind):
        assert drawn.serial is not None
        dark = drawn.pixels.min(axis=2) < 110
        assert runs(dark.any(axis=0)) in (places, 1 if drawn.rows == 1 else 2)
        rows, columns = np.nonzero(dark)
        box = drawn.serial
        assert (columns.min(), columns.max() + 1) == pytest.approx((box.x1, box.x2), abs=3)
        assert (rows.min(), rows.max() + 1) == pytest.approx((box.y1, box.y2), abs=3)
        assert runs(dark.any(axis=1)) == drawn.rows


@pytest.mark.usefixtures("bare")
def test_american_plates_may_have_letters_one_above_the_other(
    fonts: FontSet, one_kind: OneKind
) -> None:
    """Of two bars a plate has one column then; its text is the same."""
    count = {}
    for code in ("xa", "us-oh"):
        kind = one_kind("1111", size_mm=(300, 150), ground=WHITE, ink=BLACK, code=code)
        drawn = draw_many(fonts, kind, 60)
        assert {plate.text for plate in drawn} == {"1111"}
        columns = [runs((plate.pixels.min(axis=2) < 110).any(axis=0)) for plate in drawn]
        count[code] = sum(number < 4 for number in columns)
    assert count["xa"] == 0
    assert 3 < count["us-oh"] < 30


@pytest.mark.usefixtures("bare")
def test_the_upper_of_two_rows_is_small_equal_or_large(fonts: FontSet, one_kind: OneKind) -> None:
    kind = one_kind("1/1", size_mm=(280, 200), ground=WHITE, ink=BLACK)
    ratios = []
    for drawn in draw_many(fonts, kind, 150):
        dark = (drawn.pixels.min(axis=2) < 110).any(axis=1)
        edges = np.flatnonzero(np.diff(dark.astype(int), prepend=0, append=0))
        upper, gap, lower = np.diff(edges)
        assert gap > 0
        ratios.append(upper / lower)
    counts = np.histogram(ratios, [0, 0.7, 1.3, 5])[0] / 150
    assert (counts > 0.12).all()


@pytest.mark.usefixtures("bare")
def test_colours_are_near_those_of_the_law(fonts: FontSet, one_kind: OneKind) -> None:
    kind = one_kind("8888", ground=("#d03030", "#2030c0"), ink=("#ffffff", "#f0d020"))
    seen = set()
    for drawn in draw_many(fonts, kind):
        corner = drawn.pixels[2, 2].astype(int)
        red = corner[0] > corner[2]
        seen.add(bool(red))
        assert drawn.serial is not None
        inside = drawn.pixels[int(drawn.serial.y1) : int(drawn.serial.y2)].reshape(-1, 3)
        brightest = inside[inside.sum(axis=1).argmax()].astype(int)
        assert (brightest[2] > 150) == red  # white on red, yellow on blue
    assert seen == {True, False}


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("side", ["left", "right", "both", "top"])
def test_a_band_takes_its_side_and_the_serial_the_rest(
    fonts: FontSet, one_kind: OneKind, side: str
) -> None:
    band = Band("#0000ff", "D", side=side, stars=True)
    for drawn in draw_many(fonts, one_kind("8888", band=band, ground=WHITE, ink=BLACK), 15):
        blue = drawn.pixels[..., 2].astype(int) - drawn.pixels[..., 0] > 120
        there = {
            "left": blue[3:-3, 1].mean() > 0.9,
            "right": blue[3:-3, -2].mean() > 0.9,
            "top": blue[1, 3:-3].mean() > 0.9,
        }
        wanted = {"left", "right"} if side == "both" else {side}
        assert {name for name, found in there.items() if found} == wanted
        assert drawn.serial is not None
        box = drawn.serial
        assert not blue[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)].any()


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("where", ["top", "bottom", "left", "right"])
def test_words_stand_beside_the_serial(fonts: FontSet, one_kind: OneKind, where: str) -> None:
    words = (Caption("WORDS", where, 0.16, "#ff0000"),)
    kind = one_kind("8888", size_mm=(305, 152), captions=words, ground=WHITE, ink=BLACK)
    for drawn in draw_many(fonts, kind, 15):
        red = drawn.pixels[..., 0].astype(int) - drawn.pixels[..., 2] > 90
        rows, columns = np.nonzero(red)
        assert drawn.serial is not None
        box = drawn.serial
        beside = {
            "top": rows.max() <= box.y1 + 1,
            "bottom": rows.min() >= box.y2 - 1,
            "left": columns.max() <= box.x1 + 1,
            "right": columns.min() >= box.x2 - 1,
        }
        assert beside[where]


def test_words_come_as_often_as_they_should(
    fonts: FontSet, one_kind: OneKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    line = FontSet.line

    def listen(self: FontSet, font: int, text: str) -> Any:
        told.append(text)
        return line(self, font, text)

    monkeypatch.setattr(plate, "_finish", lambda *_: None)
    monkeypatch.setattr(FontSet, "line", listen)
    words = (Caption("RARE", share=0.3), Caption("ALWAYS", "bottom"))
    draw_many(fonts, one_kind("##", captions=words), 300)
    true = told.count("ALWAYS")
    assert 0.8 < true / 300 < 0.95  # the others have words of the owner's choice
    assert 0.2 < told.count("RARE") / true < 0.4
    assert len(set(told)) > 15


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("ink", ["#101010", "#ffffff"], ids=["dark ink", "light ink"])
def test_a_landscape_does_not_hide_the_serial(fonts: FontSet, one_kind: OneKind, ink: str) -> None:
    ground = ("#f0f0f0",) if ink == "#101010" else ("#303038",)
    kind = one_kind("8888", size_mm=(305, 152), ground=ground, ink=(ink,), picture=1.0)
    colours = []
    for drawn in draw_many(fonts, kind):
        grey = drawn.pixels.mean(axis=2)
        assert drawn.serial is not None
        box = drawn.serial
        inside = grey[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
        assert inside.max() - inside.min() > 60
        colours.append(float(drawn.pixels.std(axis=(0, 1)).mean()))
    assert np.mean(colours) > 20


def test_every_shipped_jurisdiction_can_be_drawn(fonts: FontSet) -> None:
    shipped = Catalogue.default()
    for code in sorted(shipped.codes):
        kind = Catalogue.default([code])
        for drawn in draw_many(fonts, kind, 3):
            assert drawn.region == (None if code == "zz" else code)
            assert 1 <= len(drawn.text) <= 14, code


def test_slanted_letters_lean_about_their_middle_and_mostly_to_the_right() -> None:
    leans = []
    for seed in range(60):
        ink = np.zeros((80, 200), np.uint8)
        ink[:, 95:105] = 255
        plate._slant(np.random.default_rng(seed), ink)
        centres = [float(np.flatnonzero(ink[y]).mean()) for y in (5, 40, 75)]
        assert centres[1] == pytest.approx(99.5, abs=1.5)
        leans.append((centres[0] - centres[2]) / 70)
    assert 0.7 < np.mean([lean > 0 for lean in leans]) < 1
    assert all(0.05 < abs(lean) < 0.25 for lean in leans)
