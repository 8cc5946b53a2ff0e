from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from platelens.alphabet import CHARACTERS
from platelens.datasets.synth import FontSet, find_fonts, save_builtin_font
from platelens.errors import RecipeError


@pytest.fixture
def folder(tmp_path: Path, font_folder: Path) -> Path:
    """A tree with one font under several names, some of which are unsuited, and other files."""
    (source,) = font_folder.iterdir()
    for name in ("b/Zebra.ttf", "a/Overpass-Bold.otf", "a/Alpha.ttf", "a/Alpha-Italic.ttf",
                 "a/Alpha-Thin.ttf", "b/DejaVuMathTeX.ttf", "b/Beta.woff"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(source, tmp_path / name)
    (tmp_path / "a" / "Broken.ttf").write_bytes(b"no font at all")
    (tmp_path / "a" / "OFL.txt").write_text("licence", encoding="utf-8")
    return tmp_path


def test_suited_fonts_are_found_below_the_folders_in_order(folder: Path) -> None:
    found = find_fonts([folder])
    assert [p.name for p in found.paths] == ["Alpha.ttf", "Overpass-Bold.otf", "Zebra.ttf"]
    assert len(found) == 3


def test_the_order_of_the_folders_does_not_matter(folder: Path) -> None:
    one = find_fonts([folder / "a", folder / "b"])
    other = find_fonts([folder / "b", folder / "a", folder / "missing"])
    assert one.paths == other.paths


@pytest.mark.parametrize("name", ["Alpha-Italic.ttf", "Broken.ttf"])
def test_no_usable_font_is_a_recipe_error(folder: Path, tmp_path: Path, name: str) -> None:
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    shutil.copy(folder / "a" / name, lonely)
    with pytest.raises(RecipeError, match="no usable font"):
        find_fonts([lonely])


def test_a_glyph_is_cut_to_its_ink(fonts: FontSet) -> None:
    for character in CHARACTERS:
        ink = fonts.glyph(0, character)
        assert ink.dtype == np.uint8
        assert ink.max() == 255
        for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
            assert edge.any(), character


def test_glyphs_have_the_shapes_of_letters(fonts: FontSet) -> None:
    bar, wide = fonts.glyph(0, "I"), fonts.glyph(0, "W")
    assert bar.shape[1] < bar.shape[0] / 3
    assert (bar[5:-5] == bar[5]).all()  # the same at every height
    assert wide.shape[1] > wide.shape[0]
    ring = fonts.glyph(0, "O")
    assert ring[ring.shape[0] // 2, ring.shape[1] // 2] == 0


def test_the_font_of_pillow_will_do(tmp_path: Path) -> None:
    save_builtin_font(tmp_path / "new" / "fonts")
    assert len(find_fonts([tmp_path])) == 1


def test_a_glyph_is_rendered_once(fonts: FontSet) -> None:
    assert fonts.glyph(0, "Q") is fonts.glyph(0, "Q")


def test_every_other_font_looks_like_those_of_plates(folder: Path) -> None:
    found = find_fonts([folder])
    rng = np.random.default_rng(0)
    drawn = np.bincount([found.draw(rng) for _ in range(600)], minlength=3) / 600
    assert drawn == pytest.approx([1 / 6, 1 / 2 + 1 / 6, 1 / 6], abs=0.06)


def test_half_of_the_time_a_font_that_comes_near_is_chosen(folder: Path) -> None:
    found = find_fonts([folder])
    rng = np.random.default_rng(0)
    near = [found.draw_near(rng, ("zebra", "beta")) for _ in range(600)]
    drawn = np.bincount(near, minlength=3) / 600
    assert drawn == pytest.approx([1 / 12, 1 / 4 + 1 / 12, 1 / 2 + 1 / 12], abs=0.06)
    far = [found.draw_near(rng, ("nowhere",)) for _ in range(600)]
    assert np.bincount(far, minlength=3)[1] / 600 == pytest.approx(2 / 3, abs=0.06)


def test_words_are_drawn_whole(fonts: FontSet) -> None:
    words, capital = fonts.line(0, "Land of x")
    assert words.dtype == np.uint8
    for edge in (words[0], words[-1], words[:, 0], words[:, -1]):
        assert edge.any()
    assert capital == pytest.approx(fonts.line(0, "H")[0].shape[0], abs=1)
    assert words.shape[1] > fonts.line(0, "Land")[0].shape[1] * 1.5
    assert fonts.line(0, "Land of x")[0] is words


def test_nothing_but_spaces_is_one_empty_pixel(fonts: FontSet) -> None:
    np.testing.assert_array_equal(fonts.line(0, "  ")[0], [[0]])


@pytest.mark.parametrize("change", ["slanted", "outlined", "small"])
def test_slanted_outlined_and_small_letters_are_refused(fonts: FontSet, change: str) -> None:
    from platelens.datasets.synth import fonts as module

    shapes = {c: fonts.glyph(0, c) for c in "GH"}
    assert module._upright(shapes)
    if change == "slanted":
        rows = [
            np.roll(row, -i // 5) for i, row in enumerate(np.pad(shapes["H"], ((0, 0), (20, 0))))
        ]
        shapes["H"] = np.array(rows)
    elif change == "outlined":
        shapes["H"] = np.where(np.arange(shapes["H"].shape[1]) % 6 < 3, shapes["H"], 0)
    else:
        shapes["G"] = shapes["G"][: shapes["G"].shape[0] // 2]
    assert not module._upright(shapes)


def test_fonts_travel_to_other_processes(fonts: FontSet) -> None:
    import pickle

    copy = pickle.loads(pickle.dumps(fonts))
    np.testing.assert_array_equal(copy.glyph(0, "A"), fonts.glyph(0, "A"))
    np.testing.assert_array_equal(copy.line(0, "Word")[0], fonts.line(0, "Word")[0])


def test_fonts_without_other_signs_give_none(folder: Path) -> None:
    shutil.copy(folder / "a" / "Alpha.ttf", folder / "NanumPlain.ttf")  # a name as of those
    assert find_fonts([folder]).sign(np.random.default_rng(0)) is None


def test_signs_are_those_that_a_font_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The font has no kanji: only its own "A" and "B" of these are drawn, never the empty box.
    monkeypatch.setattr("platelens.datasets.synth.fonts._SIGN_CHARACTERS", "A品B")
    paths = [folder / "a" / "Alpha.ttf"]
    fonts = FontSet(paths, paths)
    rng = np.random.default_rng(0)
    found = {sign.tobytes() for _ in range(50) if (sign := fonts.sign(rng)) is not None}
    assert len(found) == 2
