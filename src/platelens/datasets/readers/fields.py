"""Text files of "key: value" lines, as UFPR-ALPR and RodoSol-ALPR keep their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from platelens.datasets.readers.labels import LabelLog
from platelens.datasets.readers.pictures import find_files, find_pictures
from platelens.errors import AnnotationError
from platelens.types import FloatArray


@dataclass(frozen=True, slots=True)
class Field:
    """One line of such a file."""

    path: Path
    line: int  # from 1
    key: str  # lower case
    value: str

    def error(self, what: str) -> AnnotationError:
        """Give the error that says what is wrong with this field."""
        return AnnotationError(f"{self.path}:{self.line}: {self.key}: {what}")

    def xywh_to_xyxy(self) -> tuple[float, float, float, float]:
        """Read "x y width height", pixels.

        Raises:
            AnnotationError: not four finite numbers.
        """
        x, y, width, height = self._numbers(self.value.split(), 4, "x y width height")
        return x, y, x + width, y + height

    def corners(self) -> FloatArray:
        """Read "x,y x,y x,y x,y", pixels, clockwise from the top-left: shape (4, 2).

        Raises:
            AnnotationError: not eight finite numbers.
        """
        words = self.value.replace(",", " ").split()
        numbers = self._numbers(words, 8, "x1,y1 x2,y2 x3,y3 x4,y4")
        return np.array(numbers, dtype=np.float32).reshape(4, 2)

    def _numbers(self, words: list[str], count: int, form: str) -> list[float]:
        try:
            numbers = [float(word) for word in words]
        except ValueError:
            numbers = []
        if len(numbers) != count or not all(map(math.isfinite, numbers)):
            raise self.error(f"expected {form!r}, got {self.value!r}")
        return numbers


def finite_number(word: str, where: str) -> float:
    """Give a word as a finite number; AnnotationError, which begins with `where`, if it is none."""
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise AnnotationError(f"{where}: expected a number, got {word!r}")
    return number


def read_lines(path: Path) -> list[str]:
    """Give the lines of a text file in UTF-8.

    Raises:
        AnnotationError: it cannot be read, or is no such text.
    """
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise AnnotationError(f"{path}: is not UTF-8 text") from None


def read_fields(path: Path) -> list[Field]:
    """Read the fields of a file in their order; empty lines count for nothing.

    Raises:
        AnnotationError: the file cannot be read, or a line has no colon.
    """
    fields = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon:
            raise AnnotationError(f"{path}:{number}: expected 'key: value', got {line[:40]!r}")
        fields.append(Field(path, number, key.strip().lower(), value.strip()))
    return fields


def find_pairs(source: Path, log: LabelLog, *, skip: str = "") -> list[tuple[Path, Path]]:
    """Give the pictures below a folder that have a text file beside them, and these files.

    A picture without one, and the other way round, is noted. Text files called `skip` are others.

    Raises:
        AnnotationError: there is no such pair, or `source` is no folder.
    """
    pictures = {path.with_suffix(""): path for path in find_pictures(source)}
    found = find_files(source, frozenset({".txt"}))
    texts = {path.with_suffix(""): path for path in found if path.name != skip}
    for stem in sorted(pictures.keys() - texts.keys()):
        log.note(str(pictures[stem]), "no text file beside the picture: left out", dropped=True)
    for stem in sorted(texts.keys() - pictures.keys()):
        log.note(str(texts[stem]), "no picture beside the text file: left out", dropped=True)
    pairs = [(pictures[stem], texts[stem]) for stem in sorted(pictures.keys() & texts.keys())]
    if not pairs:
        raise AnnotationError(f"{source}: no picture with a text file beside it is there")
    return pairs


def corners_text(corners: FloatArray) -> str:
    """Write (4, 2) corners as `Field.corners` reads them, in whole pixels."""
    return " ".join(f"{round(float(x))},{round(float(y))}" for x, y in corners)
