"""The contrast of every pair of colours that the pages put on each other (WCAG 2.2, AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("starlette")

from platelens.serving.web.frame import STATIC

STYLE = (STATIC / "platelens.css").read_text()
BLOCKS = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in BLOCKS[:2])
THEMES = {"light": LIGHT, "dark": LIGHT | DARK}

TEXTS = [
    *((ink, ground) for ink in ("ink", "faint") for ground in ("paper", "card", "raised")),
    *((ink, g) for ink in ("good", "warning", "bad", "accent") for g in ("paper", "card")),
    *((ink, f"{ink}-soft") for ink in ("good", "warning", "bad", "accent")),
    ("ink", "accent-soft"),
    ("faint", "accent-soft"),
    ("accent-ink", "accent"),
    ("plate-ink", "plate"),
]
EDGES = [
    *((edge, ground) for edge in ("edge", "accent", "bad") for ground in ("paper", "card")),
    *((f"series-{i}", ground) for i in range(1, 5) for ground in ("paper", "card")),
    ("mark", "card"),
    ("mark-other", "card"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_lines_can_be_seen(theme: str, edge: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[edge], colours[ground]) >= 3


@pytest.mark.parametrize("sheet", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_colours_are_named_once(sheet: Path) -> None:
    used = set(re.findall(r"var\(--([\w-]+)", sheet.read_text()))
    named = set(re.findall(r"--([\w-]+):", STYLE))
    assert used - named == set()
