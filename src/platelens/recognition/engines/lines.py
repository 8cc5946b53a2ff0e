"""Lines of text, as readers of others report them, and the plates that they make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.alphabet import normalise
from platelens.geometry import array_to_quad
from platelens.types import Box, Candidate, Quad, Reading

_SMALL_PRINT: Final = 0.6
"""Text lower than this part of a plate's tallest is no part of its number (state names, mottos)."""

_NOTHING: Final = Reading("", 0.0, (), (), 1)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A piece of text that stands in one line."""

    box: Box
    quad: Quad
    text: str  # as the engine gave it
    confidence: float  # 0..1


def line_of(corners: Sequence[Sequence[float]], text: str, confidence: float) -> TextLine | None:
    """Make a line of an engine's four corners, clockwise from the text's top-left one.

    Gives None where there is no text or the corners span no area, which some engines report.
    """
    points = np.asarray(corners, dtype=np.float32)  # (4, 2)
    (x1, y1), (x2, y2) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    if not text.strip() or x1 >= x2 or y1 >= y2:
        return None
    sure = min(1.0, max(0.0, float(confidence)))
    return TextLine(Box(x1, y1, x2, y2), array_to_quad(points), text, sure)


def reading_of(lines: Sequence[TextLine]) -> Reading:
    """Join what stands on one plate: the upper row first, each row from left to right.

    Small print is left out. Of more than two rows the two tallest count. The whole is as sure as
    all its lines together (their product); a character is as sure as its line.
    """
    pieces = [piece for line in lines for piece in [_Piece(line)] if piece.text]
    tallest = max((p.height for p in pieces), default=0.0)
    rows = _rows([p for p in pieces if p.height >= _SMALL_PRINT * tallest])
    if not rows:
        return _NOTHING
    used = [piece for row in rows for piece in row]
    text = "".join(p.text for p in used)
    confidence = math.prod(p.confidence for p in used)
    return Reading(
        text=text,
        confidence=confidence,
        char_confidences=tuple(p.confidence for p in used for _ in p.text),
        candidates=(Candidate(text, confidence),),
        rows=len(rows),
    )


class _Piece:
    """A line of text on a plate, normalised."""

    def __init__(self, line: TextLine) -> None:
        self.text = normalise(line.text)
        self.confidence = line.confidence
        self.left = line.box.x1
        self.bottom = line.box.y2
        self.centre = (line.box.y1 + line.box.y2) / 2
        self.height = line.box.height


def _rows(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.centre):
        if rows and piece.centre < rows[-1][0].bottom:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    tallest = sorted(rows, key=lambda row: -max(p.height for p in row))[:2]
    return [sorted(row, key=lambda p: p.left) for row in rows if row in tallest]
