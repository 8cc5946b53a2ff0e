"""Letter shapes from font files, rendered once and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
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
_SIGNS = re.compile(
    r"nanum|mona|japanese|dejavusans(-bold)?\.|freesans(bold)?\.|cjk|symbola", re.IGNORECASE
)
# Other scripts of plates, and the crowns, stars and emblems beside a serial.
_SIGN_CHARACTERS = (
    "品川横浜名古屋大阪神戸福岡熊本千葉春日部京都北海道札幌仙台新潟長野静岡金沢広島松山高知沖縄足立世田谷多摩練馬"
    "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろを"
    "京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使領警学港澳"
    "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자하허호배서울경기인천부산"
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي٠١٢٣٤٥٦٧٨٩"
    "กขคฆงจฉชซฌญฎฐณดตถทธนบปผพภมยรลวศษสหฬอฮ"
    "ЖЏЂЉЊЋЗИЛФЦЧШЩЭЮЯДГБ"
    "★☆☪✠✡❖◆●♔♕♖♜⚜⚙☸♥☀✈⚓▲"
)
_CAP_HEIGHT_PX = 72  # font size of the characters of serials
_SIGN_PX = 48  # of signs of other scripts
_LINE_PX = 26  # font size of small words
_LINES_KEPT = 4096


class FontSet:
    """Font files whose capital letters and digits can be put on plates."""

    def __init__(self, paths: Iterable[Path], sign_paths: Iterable[Path] = ()) -> None:
        """Take the fonts of `paths`, and `sign_paths` for the signs of other scripts.

        Raises:
            RecipeError: none of `paths` has the characters of a plate.
        """
        found = {path: shapes for path in paths if (shapes := _shapes(path))}
        self.paths = list(found)
        if not self.paths:
            raise RecipeError("no usable font was found; install fonts or name their folders")
        self._plate_like = [i for i, p in enumerate(self.paths) if _PLATE_LIKE.search(p.name)]
        self._glyphs = [found[path] for path in self.paths]
        self._signs = [sign for path in sign_paths for sign in _signs(path)]
        self._lines: dict[tuple[int, str], NDArray[np.uint8]] = {}
        self._near: dict[tuple[str, ...], list[int]] = {}

    def __len__(self) -> int:
        return len(self.paths)

    def draw(self, rng: np.random.Generator) -> int:
        """Choose a font by its number; every other time one that looks like those of plates."""
        if self._plate_like and rng.random() < 0.5:
            return self._plate_like[int(rng.random() * len(self._plate_like))]
        return int(rng.random() * len(self.paths))

    def draw_near(self, rng: np.random.Generator, parts: tuple[str, ...]) -> int:
        """Choose a font; half of the time one with one of `parts` in its name, if there is any."""
        if parts not in self._near:
            names = [path.name.lower() for path in self.paths]
            near = [i for i, name in enumerate(names) if any(part in name for part in parts)]
            self._near[parts] = near
        near = self._near[parts]
        if near and rng.random() < 0.5:
            return near[int(rng.random() * len(near))]
        return self.draw(rng)

    def glyph(self, font: int, character: str) -> NDArray[np.uint8]:
        """Give the ink of one of CHARACTERS, cut to its outline: (h, w) uint8, 255 = ink."""
        return self._glyphs[font][character]

    def sign(self, rng: np.random.Generator) -> NDArray[np.uint8] | None:
        """Give the ink of a sign that is not Latin, as `glyph`; None when no font has any."""
        return self._signs[int(rng.random() * len(self._signs))] if self._signs else None

    def line(self, font: int, text: str) -> tuple[NDArray[np.uint8], float]:
        """Give the ink of any words, cut to its outline, and the height of a capital in it.

        Returns:
            (h, w) uint8, 255 = ink; the height in pixels of its picture. Nothing but spaces, or
            what the font does not draw, gives one empty pixel.
        """
        key = (font, text)
        if key not in self._lines:
            if len(self._lines) >= _LINES_KEPT:
                self._lines.clear()
            self._lines[key] = _render(self.paths[font], text, _LINE_PX)
        return self._lines[key], self.glyph(font, "H").shape[0] * _LINE_PX / _CAP_HEIGHT_PX


def find_fonts(folders: Iterable[Path]) -> FontSet:
    """Collect upright, not too thin fonts (TrueType, OpenType) below `folders`, sorted by name."""
    found = {
        path.name: path
        for folder in folders
        for pattern in ("*.ttf", "*.otf")
        for path in sorted(folder.rglob(pattern))
    }
    paths = [found[name] for name in sorted(found)]
    return FontSet(
        (path for path in paths if not _UNSUITED.search(path.name)),
        (path for path in paths if _SIGNS.search(path.name)),
    )


def save_builtin_font(folder: Path) -> None:
    """Put the font that Pillow carries into `folder`: one that is there on every machine."""
    font = ImageFont.load_default(_CAP_HEIGHT_PX)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RecipeError("this build of Pillow carries no font; install one with FreeType")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "builtin.ttf").write_bytes(font.font_bytes)


def _shapes(path: Path) -> dict[str, NDArray[np.uint8]]:
    """Give every character of a plate; {} when the font lacks some, or its letters are small."""
    try:
        shapes = {c: _render(path, c, _CAP_HEIGHT_PX) for c in CHARACTERS}
    except (OSError, ValueError):
        return {}
    # In some fonts O and 0 (or I and 1) are one drawing, as on many real plates.
    differ = len({shape.tobytes() for shape in shapes.values()}) >= len(CHARACTERS) - 3
    drawn = all(shape.any() for shape in shapes.values())
    return shapes if drawn and differ and _upright(shapes) else {}


def _signs(path: Path) -> list[NDArray[np.uint8]]:
    """Give those of the other signs that a font has."""
    try:
        missing = _render(path, "\uffff", _SIGN_PX).tobytes()
        shapes = [_render(path, sign, _SIGN_PX) for sign in _SIGN_CHARACTERS]
    except (OSError, ValueError):
        return []
    return [shape for shape in shapes if shape.any() and shape.tobytes() != missing]


def _upright(shapes: dict[str, NDArray[np.uint8]]) -> bool:
    """Tell whether the capitals are large, neither slanted nor mere outlines."""
    h = shapes["H"] > 127
    height = h.shape[0]
    rows = h[height // 8], h[height // 4], h[-1 - height // 8]
    if not all(row.any() for row in rows):
        return False
    slanted = abs(int(rows[0].argmax()) - int(rows[2].argmax())) > 0.08 * height
    stems = np.count_nonzero(np.diff(rows[1].astype(int), prepend=0) == 1)
    return shapes["G"].shape[0] > 0.8 * height and not slanted and stems == 2


def _render(path: Path, text: str, size_px: int) -> NDArray[np.uint8]:
    font = _open(path, size_px)
    canvas = Image.new("L", (round(1.3 * size_px * (len(text) + 2)), 3 * size_px), 0)
    ImageDraw.Draw(canvas).text((size_px, size_px), text, fill=255, font=font)
    box = canvas.getbbox() or (0, 0, 1, 1)
    return np.asarray(canvas.crop(box), dtype=np.uint8)


@lru_cache(maxsize=256)
def _open(path: Path, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px)
