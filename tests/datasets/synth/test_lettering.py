from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import FontSet
from platelens.datasets.synth.lettering import (
    Lettering,
    draw_lettering,
    draw_row,
    draw_signs,
    put_words,
)
from platelens.datasets.synth.paint import Area, Mask, blend, stamp

PLAIN = Lettering(font=0, cell=None, stretch=1.0, spacing=0.1, gap=0.4, dash="dash")


def row(fonts: FontSet, how: Lettering, line: str, room: Area, align: float = 0.5) -> tuple[
    Mask, Area
]:  # fmt: skip
    ink = np.zeros((100, 400), np.uint8)
    return ink, draw_row(ink, fonts, how, line, room, align)


def extent(ink: Mask) -> Area:
    rows, columns = np.nonzero(ink > 60)
    x1, y1, x2, y2 = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    return float(x1), float(y1), float(x2), float(y2)


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("cell", [None, 0.6], ids=["proportional", "cells"])
def test_a_row_fills_its_height_and_says_where_it_is(
    fonts: FontSet, align: float, cell: float | None
) -> None:
    how = Lettering(0, cell, 1.0, 0.1, 0.4, "dash")
    ink, area = row(fonts, how, "HEN 80", (20, 30, 380, 80), align)
    assert extent(ink) == pytest.approx(area, abs=2)
    assert (area[1], area[3]) == (30, 80)
    assert (area[0] < 24) == (align == 0)
    assert (area[2] > 376) == (align == 1)


def test_a_long_row_is_squeezed_into_its_room(fonts: FontSet) -> None:
    ink, area = row(fonts, PLAIN, "HEN 80808", (20, 10, 180, 90))
    assert area[0] >= 19
    assert area[2] <= 182
    assert extent(ink)[2] <= 183
    assert 30 < area[3] - area[1] < 65  # the height gives way before letters are mere lines


def test_letters_of_one_width_stand_in_one_step(fonts: FontSet) -> None:
    how = Lettering(0, 0.6, 1.0, 0.2, 0.4, "dash")
    ink, _ = row(fonts, how, "HHHH", (0, 20, 400, 70), 0)
    starts = np.flatnonzero(np.diff((ink > 60).any(axis=0).astype(int), prepend=0) == 1)
    np.testing.assert_allclose(np.diff(starts), 40, atol=1)  # (0.6 + 0.2) x 50


@pytest.mark.parametrize(("dash", "ink_there"), [("dash", True), ("dot", True), ("none", False)])
def test_a_dash_may_be_a_dot_or_nothing(fonts: FontSet, dash: str, ink_there: bool) -> None:
    how = Lettering(0, None, 1.0, 0.2, 0.4, dash)
    ink, _ = row(fonts, how, "1-1", (0, 20, 400, 80), 0.5)
    columns = np.nonzero((ink > 60).any(axis=0))[0]
    middle = int(columns.min() + columns.max()) // 2
    assert bool(ink[50, middle - 4 : middle + 4].any()) == ink_there
    assert not ink[20:35, middle - 2 : middle + 2].any()


def test_letterings_differ_and_prefer_fonts_that_come_near(fonts: FontSet) -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_lettering(rng, fonts, ("aileron",)) for _ in range(50)]
    assert len(set(drawn)) == 50
    assert {how.dash for how in drawn} == {"dash", "dot", "none"}
    assert 5 < sum(how.cell is not None for how in drawn) < 40


@pytest.mark.parametrize(("top", "middle"), [(0.0, 30), (0.5, 45), (1.0, 60)])
def test_small_characters_are_small_and_stand_where_they_should(
    fonts: FontSet, top: float, middle: float
) -> None:
    how = Lettering(0, None, 1.0, 0.2, 0.4, "dash", small=0.4, small_top=top)
    ink, _ = row(fonts, how, "H(H)H", (0, 20, 400, 70))
    columns = (ink > 60).any(axis=0).astype(int)
    starts = np.flatnonzero(np.diff(columns, prepend=0) == 1)
    ends = np.flatnonzero(np.diff(columns, append=0) == -1)
    assert len(starts) == 3
    heights = [np.flatnonzero((ink[:, a : b + 1] > 60).any(axis=1)) for a, b in zip(
        starts, ends, strict=True)]  # fmt: skip
    assert [len(h) for h in heights] == [50, pytest.approx(20, abs=1), 50]
    assert heights[1].mean() == pytest.approx(middle, abs=1)


@pytest.mark.parametrize(("column", "most"), [("HH", 24), ("HHH", 15)])
def test_stacked_characters_fill_the_height_of_one(fonts: FontSet, column: str, most: int) -> None:
    ink, area = row(fonts, PLAIN, f"H<{column}>H", (0, 20, 400, 70))
    columns = (ink > 60).any(axis=0).astype(int)
    starts = np.flatnonzero(np.diff(columns, prepend=0) == 1)
    assert len(starts) == 3
    inside = (ink[:, starts[1] : starts[2]] > 60).any(axis=1).astype(int)
    tops = np.flatnonzero(np.diff(inside, prepend=0) == 1)
    ends = np.flatnonzero(np.diff(inside, append=0) == -1)
    assert len(tops) == len(column)
    assert (ends - tops + 1).max() <= most
    assert (tops[0], ends[-1]) == (pytest.approx(20, abs=1), pytest.approx(69, abs=2))
    assert (area[1], area[3]) == (20, 70)


@pytest.mark.parametrize(
    "area", [(-50, -50, -10, -10), (500, 10, 600, 30), (10, 10, 11, 90)],
    ids=["left", "right", "thin"],
)  # fmt: skip
def test_words_outside_or_without_room_are_left_out(area: Area) -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    put_words(pixels, np.full((10, 30), 255, np.uint8), area, (255, 255, 255))
    assert not pixels.any()


def test_ink_covers_as_much_as_the_mask_says() -> None:
    pixels = np.full((1, 3, 3), 100, np.uint8)
    blend(pixels, np.array([[0, 128, 255]], np.uint8), (200, 0, 50))
    np.testing.assert_allclose(
        pixels[0].astype(int), [[100] * 3, [150, 50, 75], [200, 0, 50]], atol=1
    )


@pytest.mark.parametrize(
    ("x", "y", "count"), [(1, 1, 4), (-1, -1, 1), (4, 4, 1), (9, 0, 0), (-9, 0, 0)]
)
def test_a_stamp_is_cut_at_the_edge(x: int, y: int, count: int) -> None:
    ink = np.zeros((5, 5), np.uint8)
    stamp(ink, np.full((2, 2), 255, np.uint8), x, y)
    assert np.count_nonzero(ink) == count


class Crosses(FontSet):
    """Has one sign, twice as high as wide."""

    def __init__(self) -> None:
        self.drawn = 0

    def sign(self, rng: np.random.Generator) -> Mask:
        del rng
        self.drawn += 1
        return np.full((40, 20), 255, np.uint8)


def test_signs_stand_side_by_side_and_keep_their_form() -> None:
    fonts, ink = Crosses(), np.zeros((60, 200), np.uint8)
    rng = np.random.default_rng(1)
    while fonts.drawn < 3:  # some are mere strokes instead
        fonts.drawn, ink = 0, np.zeros((60, 200), np.uint8)
        draw_signs(rng, fonts, ink, (10, 10, 130, 50), 3)
    assert extent(ink)[0] == pytest.approx(10, abs=1)
    assert (extent(ink)[1], extent(ink)[3]) == (10, 50)
    inked = np.flatnonzero(ink.any(axis=0))
    assert len(inked) == 3 * 20
    assert ink[:, 130:].max() == 0


def test_without_fonts_signs_are_strokes(fonts: FontSet) -> None:
    ink = np.zeros((60, 200), np.uint8)
    draw_signs(np.random.default_rng(0), fonts, ink, (50, 10, 90, 50), 1)
    x1, y1, x2, y2 = extent(ink)
    assert 45 <= x1 < x2 <= 95
    assert 5 <= y1 < y2 <= 55
