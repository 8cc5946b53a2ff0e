"""A plate: characters drawn as strokes of even width, as on embossed plates, on a painted sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from examples.drawing.paint import Colour, Floats, Points, blur, cloudiness

_PX_PER_MM = 2


def _arc(cx: float, cy: float, rx: float, ry: float, turn: tuple[float, float]) -> Points:
    angles = np.radians(np.linspace(*turn, 24))
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


# Each character as lines through points of a unit square, y down.
_STROKES: Final[dict[str, Sequence[Points]]] = {
    "1": [[(0.15, 0.2), (0.6, 0.0), (0.6, 1.0)]],
    "2": [[*_arc(0.5, 0.27, 0.5, 0.27, (-172, 28)), (0.0, 1.0), (1.0, 1.0)]],
    "3": [
        [
            *_arc(0.47, 0.25, 0.45, 0.25, (-160, 90)),
            *_arc(0.47, 0.75, 0.53, 0.25, (-90, 160)),
        ]
    ],
    "4": [[(0.6, 0.0), (0.0, 0.72), (1.0, 0.72)], [(0.76, 0.42), (0.76, 1.0)]],
    "5": [[(0.94, 0.0), (0.1, 0.0), (0.04, 0.47), *_arc(0.48, 0.69, 0.52, 0.31, (-138, 152))]],
    "8": [_arc(0.5, 0.24, 0.44, 0.24, (0, 360)), _arc(0.5, 0.74, 0.5, 0.26, (0, 360))],
    "E": [[(1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)], [(0.0, 0.49), (0.85, 0.49)]],
    "L": [[(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]],
    "N": [[(0.0, 1.0), (0.0, 0.0), (1.0, 1.0), (1.0, 0.0)]],
    "P": [[(0.0, 1.0), (0.0, 0.0), *_arc(0.55, 0.27, 0.45, 0.27, (-90, 90)), (0.0, 0.54)]],
    "S": [
        [
            *_arc(0.5, 0.245, 0.5, 0.245, (-18, -270)),
            *_arc(0.5, 0.745, 0.5, 0.255, (-90, 162)),
        ]
    ],
}


@dataclass(frozen=True, slots=True)
class PlateStyle:
    """What a plate looks like. Lengths in millimetres."""

    rows: tuple[str, ...]  # a space is half a character wide
    size_hw: tuple[int, int]
    ground: Colour = (0.93, 0.93, 0.9)
    ink: Colour = (0.05, 0.05, 0.07)
    band: Colour | None = None  # at the left edge
    glyph_hw: tuple[int, int] = (75, 44)
    stroke: int = 11
    gap: int = 10

    @property
    def text(self) -> str:
        """The registration number, top row first."""
        return "".join(self.rows).replace(" ", "")


def draw_plate_face(style: PlateStyle, draw: np.random.Generator) -> Floats:
    """Draw a plate seen straight on: (H, W, 3), 2 pixels a millimetre."""
    height, width = (side * _PX_PER_MM for side in style.size_hw)
    face = np.empty((height, width, 3), dtype=np.float32)
    face[:] = style.ground
    left = 0
    if style.band is not None:
        left = 44 * _PX_PER_MM
        face[:, :left] = style.band
    ink = _ink(style, (height, width), left)
    face = face * (1 - ink[..., None]) + np.asarray(style.ink, np.float32) * ink[..., None]
    # Pressed metal catches the light from above: bright below a raised edge, dark above it.
    relief = np.roll(blur(ink, 2), 3, axis=0) - np.roll(blur(ink, 2), -3, axis=0)
    face += 0.16 * relief[..., None]
    _border(face, style.ink)
    _bolts(face)
    shade = np.linspace(1.03, 0.93, height, dtype=np.float32)[:, None, None]
    dirt = cloudiness(draw, (height, width), coarsest=128, finest=8)[..., None]
    return np.asarray(np.clip(face * shade * (1 + 0.03 * dirt), 0, 1), dtype=np.float32)


def _ink(style: PlateStyle, size_hw: tuple[int, int], left: int) -> Floats:
    """Give where the characters are, 0..1."""
    ink = np.zeros(size_hw, dtype=np.uint8)
    glyph_height, glyph_width = (side * _PX_PER_MM for side in style.glyph_hw)
    gap, stroke = style.gap * _PX_PER_MM, style.stroke * _PX_PER_MM
    row_gap = (size_hw[0] - len(style.rows) * glyph_height) // (len(style.rows) + 1)
    for number, row in enumerate(style.rows):
        advance = [(glyph_width if c != " " else glyph_width // 2) + gap for c in row]
        x = left + (size_hw[1] - left - sum(advance) + gap) // 2
        y = row_gap + number * (glyph_height + row_gap)
        for character, step in zip(row, advance, strict=True):
            inner = np.array([glyph_width - stroke, glyph_height - stroke], dtype=np.float32)
            corner = np.array([x, y], dtype=np.float32) + stroke / 2
            for line in _STROKES.get(character, ()):
                points = np.round((np.asarray(line, np.float32) * inner + corner) * 16)
                cv2.polylines(
                    ink, [points.astype(np.int32)], False, 255, stroke, cv2.LINE_AA, shift=4
                )
            x += step
    return np.divide(ink, 255, dtype=np.float32)


def _border(face: Floats, colour: Colour) -> None:
    height, width = face.shape[:2]
    inset, line = 4 * _PX_PER_MM, 3 * _PX_PER_MM
    corners = (inset, inset), (width - inset, height - inset)
    cv2.rectangle(face, *corners, colour, line, cv2.LINE_AA)


def _bolts(face: Floats) -> None:
    """Put two screws where the text leaves room: beside it, or above it on a high plate."""
    height, width = face.shape[:2]
    low = height < 150 * _PX_PER_MM
    y = height // 2 if low else 15 * _PX_PER_MM
    from_edge = 14 * _PX_PER_MM if low else width // 6
    for x in (from_edge, width - from_edge):
        cv2.circle(face, (x, y), 5 * _PX_PER_MM, (0.5, 0.5, 0.5), -1, cv2.LINE_AA)
        cv2.circle(face, (x, y - 2), 4 * _PX_PER_MM, (0.78, 0.78, 0.78), -1, cv2.LINE_AA)
