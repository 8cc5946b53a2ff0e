"""Tesseract, the program, through pytesseract."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from platelens.alphabet import CHARACTERS
from platelens.errors import EngineError
from platelens.recognition.engines.library import load_library, version_of
from platelens.recognition.engines.lines import TextLine, line_of, reading_of
from platelens.recognition.preprocess import photograph_ink, plate_on_white
from platelens.recognition.segmentation import letter_rows
from platelens.types import Reading, RgbImage

LANGUAGE: Final = "eng"
TIMEOUT_S: Final = 120
"""For one picture. Sparse text in a large photograph takes seconds."""

_LSTM: Final = "--oem 1"
_PLATE: Final = f"{_LSTM} -c tessedit_char_whitelist={CHARACTERS}"
_ONE_LINE: Final = f"{_PLATE} --psm 7"
_BLOCK: Final = f"{_PLATE} --psm 6"
_SPARSE: Final = f"{_LSTM} --psm 11"

_WORD: Final = 5
"""The level of words in Tesseract's table; pages, blocks, paragraphs and lines come before."""


class TesseractRecognizer:
    """Reads plates and photographs with Tesseract. Safe to share: every call is a process.

    Raises:
        EngineError: pytesseract, the program or its English data is missing.
    """

    def __init__(self) -> None:
        self._library = load_library("pytesseract", "tesseract")
        try:
            program = self._library.get_tesseract_version()
            languages = self._library.get_languages()
        except (OSError, RuntimeError, SystemExit) as error:  # an odd version makes it exit
            raise EngineError(
                "the program tesseract cannot be run; install it with: apt install tesseract-ocr"
            ) from error
        if LANGUAGE not in languages:
            raise EngineError(
                f"Tesseract has no data for {LANGUAGE!r}; "
                f"install it with: apt install tesseract-ocr-{LANGUAGE}"
            )
        self.version = f"tesseract {program}, {version_of('pytesseract')}"

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives []."""
        return [self._read(crop) for crop in crops]

    def read_lines(self, image: RgbImage) -> list[TextLine]:
        """Find and read every line of text of a photograph, however sparse."""
        table = self._run(photograph_ink(image), _SPARSE)
        places = zip(table["block_num"], table["par_num"], table["line_num"], strict=True)
        words = groupby(zip(places, _words(table), strict=True), key=lambda pair: pair[0])
        lines = [_join([word for _, word in group if word]) for _, group in words]
        return [line for line in lines if line]

    def _read(self, crop: RgbImage) -> Reading:
        rows = letter_rows(crop)
        if rows:
            table = self._run(_page(rows), _ONE_LINE if len(rows) == 1 else _BLOCK)
        else:
            table = self._run(plate_on_white(crop), _ONE_LINE)
        return reading_of([word for word in _words(table) if word])

    def _run(self, pixels: NDArray[np.uint8], config: str) -> Mapping[str, Any]:
        try:
            table = self._library.image_to_data(
                pixels, lang=LANGUAGE, config=config, timeout=TIMEOUT_S, output_type="dict"
            )
        except (OSError, RuntimeError) as error:  # of these two are pytesseract's own
            raise EngineError(f"Tesseract failed: {error}") from error
        return dict(table)


def _page(rows: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Set pictures of rows under each other, on white."""
    width = max(row.shape[1] for row in rows)
    return np.vstack(
        [np.pad(row, ((0, 0), (0, width - row.shape[1])), constant_values=255) for row in rows]
    )


def _words(table: Mapping[str, Any]) -> Iterator[TextLine | None]:
    """Give for every row of Tesseract's table the word that it holds; None where it has none."""
    places = zip(table["left"], table["top"], table["width"], table["height"], strict=True)
    said = zip(table["level"], table["text"], table["conf"], strict=True)
    for (x, y, width, height), (level, text, percent) in zip(places, said, strict=True):
        corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
        yield line_of(corners, text, float(percent) / 100) if level == _WORD else None


def _join(words: Sequence[TextLine]) -> TextLine | None:
    """Make one line of its words, as sure as all of them together."""
    if not words:
        return None
    x1, y1 = min(w.box.x1 for w in words), min(w.box.y1 for w in words)
    x2, y2 = max(w.box.x2 for w in words), max(w.box.y2 for w in words)
    corners = [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]
    text = " ".join(w.text for w in words)
    return line_of(corners, text, math.prod(w.confidence for w in words))
