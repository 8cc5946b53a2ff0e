from __future__ import annotations

import re

import numpy as np
import pytest

from platelens.datasets.synth import serials
from platelens.datasets.synth.serials import STYLES, Style, draw_serial, draw_style

PATTERNS = sorted({p for style in STYLES for p in style.patterns} - {"?"})


def shape_of(pattern: str) -> re.Pattern[str]:
    return re.compile(
        "".join({"L": "[A-Z]", "N": "[0-9]"}.get(place, re.escape(place)) for place in pattern)
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_fills(pattern: str) -> None:
    rng = np.random.default_rng(0)
    drawn = {draw_serial(rng, Style((pattern,))) for _ in range(20)}
    assert all(shape_of(pattern).fullmatch(serial) for serial in drawn)
    assert len(drawn) > 10


def test_letters_and_digits_are_all_used() -> None:
    rng = np.random.default_rng(0)
    serial = "".join(draw_serial(rng, Style(("LLLLLLNNNN",))) for _ in range(100))
    assert len(set(serial)) == 36


def test_free_serials_take_many_forms() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_serial(rng, Style(("?",))) for _ in range(500)]
    assert all(re.fullmatch(r"[A-Z0-9]+([ |-][A-Z0-9]+)?", serial) for serial in drawn)
    lengths = {len(re.sub("[ |-]", "", serial)) for serial in drawn}
    assert lengths == set(range(2, 13))
    assert 30 < sum("|" in serial for serial in drawn) < 250


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.patterns[0])
def test_styles_are_sound(style: Style) -> None:
    low, high = style.aspects
    assert 1 < low <= high < 6
    for probability in (style.band, style.captions, style.script):
        assert 0 <= probability <= 1
    assert style.share > 0
    assert all(pattern.count("|") <= 1 for pattern in style.patterns)


def test_styles_come_as_often_as_they_should() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_style(rng) for _ in range(3000)]
    shares = np.array([sum(d is style for d in drawn) for style in STYLES]) / 3000
    assert serials._SHARES.sum() == pytest.approx(1)
    np.testing.assert_allclose(shares, serials._SHARES, atol=0.03)


def test_a_seed_gives_the_same_serial() -> None:
    rngs = np.random.default_rng(5), np.random.default_rng(5)
    one, other = ([draw_serial(r, draw_style(r)) for _ in range(50)] for r in rngs)
    assert one == other
