"""Letter shapes from font files, rendered once and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from platelens.alphabet import CHARACTERS
from platelens.errors import RecipeError

_UNSUITED = re.compile(
    r"italic|oblique|thin|light|hairline|outline|slant|ital|-it\.|serif(?!\w*sans)|mono-?bold|"
    r"symbol|dingbat|d050000l|z003|p052|c059|bookman|chorus|schola|termes|pagella|bonum|adventor|"
    r"trainone|u[ib]*__|stay|rg2014e?e?m|emoji|math|standardsym|myeongjo|nimbusroman|tinos|"
    r"pt[fz]\d|quattro|stencil|mona|japanese|freemono|nimbusmono|cousine|ocrbx|engadget|condit|"
    r"smallcaps|wght",
    re.IGNORECASE,
)
# Close to what stands on plates: DIN, road signs, Highway Gothic, condensed and technical faces.
_PLATE_LIKE = re.compile(
    r"din|rg2014|bebas|routed|barlow(semi)?condensed|nationalpark|overpass|dosis|boldcond|osifont|"
    r"narrow-bold|condbold|robotocondensed|ocrb|millimetre|gemunu|leaguespartan|jura-bold|tuffy",
    re.IGNORECASE,
)
_CAP_HEIGHT_PX = 72


class FontSet:
    """Font files whose capital letters and digits can be put on plates."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Take the fonts of `paths`; RecipeError when none has the characters of a plate."""
        self.paths = [path for path in paths if _has_characters(path)]
        if not self.paths:
            raise RecipeError("no usable font was found; install fonts or name their folders")
        self._plate_like = [i for i, p in enumerate(self.paths) if _PLATE_LIKE.search(p.name)]
        self._glyphs: dict[tuple[int, str], NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def draw(self, rng: np.random.Generator) -> int:
        """Choose a font by its number; every other time one that looks like those of plates."""
        if self._plate_like and rng.random() < 0.5:
            return int(rng.choice(self._plate_like))
        return int(rng.integers(len(self.paths)))

    def glyph(self, font: int, character: str) -> NDArray[np.uint8]:
        """Give the ink of a character, cut to its outline: (h, w) uint8, 255 = ink."""
        key = (font, character)
        if key not in self._glyphs:
            self._glyphs[key] = _render(self.paths[font], character)
        return self._glyphs[key]


def find_fonts(folders: Iterable[Path]) -> FontSet:
    """Collect upright, not too thin fonts (TrueType, OpenType) below `folders`, sorted by name."""
    found = {
        path.name: path
        for folder in folders
        for pattern in ("*.ttf", "*.otf")
        for path in sorted(folder.rglob(pattern))
        if not _UNSUITED.search(path.name)
    }
    return FontSet(found[name] for name in sorted(found))


def _has_characters(path: Path) -> bool:
    """Tell whether the font draws every character of a plate, and the letters differ."""
    try:
        shapes = {_render(path, c).tobytes() for c in CHARACTERS}
        upper, lower = _render(path, "G"), _render(path, "H")
    except (OSError, ValueError):
        return False
    # In some fonts O and 0 (or I and 1) are one drawing, as on many real plates.
    return len(shapes) >= len(CHARACTERS) - 3 and upper.shape[0] > 0.8 * lower.shape[0]


def _render(path: Path, character: str) -> NDArray[np.uint8]:
    font = ImageFont.truetype(str(path), _CAP_HEIGHT_PX)
    canvas = Image.new("L", (3 * _CAP_HEIGHT_PX, 3 * _CAP_HEIGHT_PX), 0)
    ImageDraw.Draw(canvas).text((_CAP_HEIGHT_PX, _CAP_HEIGHT_PX), character, fill=255, font=font)
    box = canvas.getbbox()
    if box is None:
        raise ValueError(f"{path.name} has no {character!r}")
    return np.asarray(canvas.crop(box), dtype=np.uint8)
