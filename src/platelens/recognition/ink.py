"""Grey pictures of plates -> ink, and the connected pieces of it.

No single threshold shows every character of a plate whole: emblems, shadows and worn paint stand
behind them. So ink is looked for in several ways, and a piece that most of them show is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.recognition.preprocess import GreyImage, global_ink, local_ink
from platelens.types import FloatArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

NARROWEST: Final = 0.07
"""Pieces are at least this wide, in heights: a "1" of a narrow script is."""

_LEAST_INK: Final = 0.12
"""Pieces fill at least this share of their box; frames and scratches do not."""

_PLATE_WINDOWS: Final = ((64, 8), (48, 14), (24, 8))
"""For local ink: pixels around, and how much darker than their mean it is."""

_CLOSING: Final = (7, 1)
"""Rows and columns of the gaps that are closed within broken characters."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Connected pieces of ink, of several black-and-white pictures of the same place."""

    boxes: IntArray  # (N, 4) x1, y1, x2, y2 in whole pixels; x2, y2 exclusive
    sources: IntArray  # (N,) in which of `pictures`
    labels: IntArray  # (N,) its number there
    pictures: tuple[NDArray[np.int32], ...]  # (H, W), each with the numbers of its pieces

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def width(self) -> IntArray:
        """Widths in pixels."""
        return self.boxes[:, 2] - self.boxes[:, 0]

    @property
    def height(self) -> IntArray:
        """Heights in pixels."""
        return self.boxes[:, 3] - self.boxes[:, 1]

    @property
    def centre(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The middles of the boxes: x and y."""
        return (self.boxes[:, 0] + self.boxes[:, 2]) / 2, (self.boxes[:, 1] + self.boxes[:, 3]) / 2

    def take(self, which: NDArray[Any] | Sequence[int]) -> Pieces:
        """Give some of the pieces, by their numbers or by one boolean each."""
        return Pieces(self.boxes[which], self.sources[which], self.labels[which], self.pictures)

    def mask(self, n: int) -> BoolArray:
        """Give where, in the box of piece `n`, its ink is."""
        x1, y1, x2, y2 = self.boxes[n].tolist()
        return np.asarray(self.pictures[self.sources[n]][y1:y2, x1:x2] == self.labels[n])


@dataclass(frozen=True, slots=True)
class Levels:
    """The greys of a row of characters."""

    ink: float  # dark
    ground: float  # light
    between: float  # the threshold of Otsu (1979)

    @property
    def contrast(self) -> float:
        """How much lighter the ground is, at least 1."""
        return max(1.0, self.ground - self.ink)

    def at(self, share: float) -> float:
        """Give the grey at a share of the way from the ink to the ground."""
        return self.ink + share * (self.ground - self.ink)


def plate_inks(grey: GreyImage) -> list[GreyImage]:
    """Give the dark ink of a whole plate, seen in several ways; 255 is ink, 0 is none."""
    height, width = grey.shape
    # What is around a plate, and its frame, would shift the threshold.
    inner = grey[height // 5 : height - height // 5, width // 10 : width - width // 10]
    middle = _under(grey, _otsu(inner) if inner.size else 127.0)
    return [global_ink(grey), middle, *(local_ink(grey, px, c) for px, c in _PLATE_WINDOWS)]


def row_levels(strip: GreyImage) -> Levels:
    """Tell the greys of the ink and the ground of a row of dark characters."""
    between = _otsu(strip)
    dark, light = strip[strip <= between], strip[strip > between]
    ink = float(np.median(dark)) if dark.size else between
    return Levels(ink, float(np.median(light)) if light.size else ink, between)


def row_inks(strip: GreyImage, levels: Levels) -> list[GreyImage]:
    """Give the dark ink of a row of characters, seen in several ways that suit its greys.

    The first and the two of local ink come first. The last four are of ink with its gaps closed,
    for broken characters, and without its hair lines, for joined ones.
    """
    contrast = max(4.0, 0.12 * levels.contrast)
    even = _under(strip, levels.between)
    wide, near = local_ink(strip, 48, contrast), local_ink(strip, 26, contrast)
    closing, opening = np.ones(_CLOSING, np.uint8), np.ones((2, 2), np.uint8)
    return [
        even,
        wide,
        near,
        _under(strip, levels.at(0.3)),
        _under(strip, levels.at(0.68)),
        local_ink(strip, 64, 1.8 * contrast),
        *(_uint8(cv2.morphologyEx(ink, cv2.MORPH_OPEN, opening)) for ink in (even, near)),
        *(_uint8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, closing)) for ink in (even, wide)),
    ]


CLOSED_FROM: Final = 8
"""Of `row_inks`, those from this one on have their gaps closed."""


def find_pieces(inks: Sequence[GreyImage], height: tuple[float, float], widest: float) -> Pieces:
    """Give the connected pieces of ink of a character's shape.

    Args:
        inks: pictures of the same size, 255 = ink.
        height: least and most, in pixels.
        widest: the most width, in heights.
    """
    boxes, sources, labels, pictures = [], [], [], []
    for source, ink in enumerate(inks):
        _, picture, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        x, y, w, h, area = stats[1:].astype(np.int64).T  # without the ground, which is 0
        shaped = (w >= NARROWEST * h) & (w <= widest * h) & (area > _LEAST_INK * w * h)
        found = np.flatnonzero((h >= height[0]) & (h <= height[1]) & shaped)
        boxes.append(np.stack([x, y, x + w, y + h], axis=1)[found])
        sources.append(np.full(len(found), source))
        labels.append(found + 1)
        pictures.append(np.asarray(picture, dtype=np.int32))
    return Pieces(
        np.concatenate(boxes), np.concatenate(sources), np.concatenate(labels), tuple(pictures)
    )


def merge_alike(
    pieces: Pieces, near_px: int, last: BoolArray | None = None
) -> tuple[Pieces, IntArray, IntArray]:
    """Keep one of the pieces that have nearly the same box.

    Args:
        pieces: at least one.
        near_px: sides of the same box differ by at most this.
        last: pieces that are kept only where there is no other; None = none of them.

    Returns:
        The kept pieces, their numbers, and in how many of the pictures each was found.
    """
    boxes = pieces.boxes
    same = np.abs(boxes[:, None] - boxes[None]).max(axis=2) <= near_px
    seen = np.zeros((len(pieces.pictures), len(pieces)), bool)
    seen[pieces.sources, np.arange(len(pieces))] = True
    support = (seen @ same).sum(axis=0)  # of bool @ bool, "or" of "and"
    alive, kept = np.ones(len(pieces), bool), []
    rank = support if last is None else support - 100 * last
    for i in np.argsort(-rank, kind="stable").tolist():
        if alive[i]:
            kept.append(i)
            alive &= ~same[i]
    numbers = np.asarray(kept, dtype=np.int64)
    return pieces.take(numbers), numbers, support[numbers]


def look_of(pieces: Pieces, colours: FloatArray, inks: Sequence[GreyImage]) -> FloatArray:
    """Give (N, 4): the mean colour of each piece's ink, and how wide its strokes are in pixels.

    Args:
        pieces: found in `inks`.
        colours: (H, W, 3) of the same place, in the colour space in which they are compared.
        inks: what the pieces were found in.
    """
    # The mean distance from the edge of a bar is a quarter of its width.
    used = set(pieces.sources.tolist())
    depth = {i: 4 * cv2.distanceTransform(inks[i], cv2.DIST_L2, 3) for i in used}
    looks = np.zeros((len(pieces), 4), np.float32)
    for n, (x1, y1, x2, y2) in enumerate(pieces.boxes.tolist()):
        mask, part = pieces.mask(n), np.s_[y1:y2, x1:x2]
        looks[n, :3] = cv2.mean(colours[part], mask.astype(np.uint8))[:3]
        looks[n, 3] = cv2.mean(depth[int(pieces.sources[n])][part], mask.astype(np.uint8))[0]
    return looks


def cut_ink(grey: GreyImage, mask: BoolArray, levels: Levels) -> GreyImage:
    """Give the ink light on dark in its greys, a hard edge would cost shape; black elsewhere."""
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    light = np.clip((levels.ground - grey) * (255 / levels.contrast), 0, 255)
    return np.where(near, light, 0).astype(np.uint8)


def to_lab(pixels: NDArray[np.uint8]) -> FloatArray:
    """Give R, G, B as L*, a*, b* (0..255 each), in which distances are as people see them."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), dtype=np.float32)


def level_strip(
    pixels: NDArray[np.uint8], line: tuple[float, float], scale: float, height: int
) -> NDArray[np.uint8]:
    """Cut out the surroundings of a sloping line over the whole width, so that it lies level.

    Args:
        pixels: (H, W) or (H, W, 3).
        line: its y at x = 0, and how much it falls a pixel; it comes to lie in the middle.
        scale: pixels of the result per pixel.
        height: of the result in pixels.
    """
    offset, slope = line
    width = max(1, round(pixels.shape[1] * scale))
    # Pixel centres are at half coordinates for us and at whole ones for OpenCV.
    x0 = 0.5 / scale - 0.5
    y0 = (0.5 - height / 2) / scale - 0.5 + offset + slope * 0.5 / scale
    matrix = np.array([[1 / scale, 0, x0], [slope / scale, 1 / scale, y0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _uint8(
        cv2.warpAffine(
            pixels, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
    )


def _otsu(grey: GreyImage) -> float:
    flags = cv2.THRESH_BINARY | cv2.THRESH_OTSU
    return float(cv2.threshold(np.ascontiguousarray(grey), 0, 255, flags)[0])


def _under(grey: GreyImage, level: float) -> GreyImage:
    return _uint8((grey <= level) * np.uint8(255))


def _uint8(pixels: object) -> NDArray[np.uint8]:
    return np.asarray(pixels, dtype=np.uint8)
