"""Plates by classical means: blur, threshold, morphology, and what looks like rows of characters.

No plate's outline is sure to be seen, on a white car least of all; its characters are. So ink is
cut out, what has a character's shape is joined sideways, and each row that comes of it is rated:
how many characters, how even, how level, on how plain a ground. Around a row lies its plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.detection.postprocess import suppress
from platelens.geometry import box_to_quad
from platelens.types import Box, Detection, RgbImage, Step

_PIXELS: Final = 1280 * 720
"""Pictures are brought to about so many pixels: what it costs grows with them."""

_ENLARGEMENT: Final = 2.0
"""Small pictures are enlarged at most so much."""

_BLUR: Final = (3, 3)
_LOOKS: Final = ((1, 19, 7), (2, 25, 10))
"""For local ink: by how much the picture is reduced, for small and for large characters, then
pixels around, and how much darker than their mean it is."""

_HEIGHT_PX: Final = (6, 110)
_ASPECT: Final = (0.1, 1.2)
"""Widths of characters, in heights; what is narrower is an edge."""

_FILL: Final = (0.15, 0.92)
_STROKE_ASPECT: Final = 0.35
"""A "1" may fill its box; what is wider than this and does is a blot."""

_CLASSES: Final = ((6, 13), (10, 22), (18, 42), (34, 110))
"""Characters are joined to rows with others of their size. Pixels."""

_JOIN_PX: Final = 10
"""Each size is brought to this height, at which one kernel joins them all."""

_JOIN: Final = (1, 11)
"""Rows and columns of that kernel: what is less than a height apart sideways is joined."""

_LEAST_CHARACTERS: Final = 3
_SEEDS: Final = 12
_ALIKE: Final = 0.2
_LEVEL: Final = 0.15
_GAP: Final = 1.3
"""A plate has no wider gap than this, in heights."""

_AROUND: Final = (0.8, 0.5, 0.6, 0.5)
"""So far is the edge of a plate from its row: left, top, right and bottom, in heights. Medians of
the training scenes, where the country's mark or a flag often stands at the left."""

_OVERLAP: Final = 0.2
"""Plates that overlap more than this (IoU) are one."""

_EVIDENCE: Final = {
    "count": ((2, 3, 4, 5, 6, 9, 12), (0.0, 0.3, 0.65, 0.9, 1.0, 1.0, 0.4)),
    "off_level": ((0.01, 0.03, 0.06, 0.1), (1.0, 0.85, 0.5, 0.2)),
    "unevenness": ((0.03, 0.06, 0.1, 0.15), (1.0, 0.8, 0.5, 0.2)),
    "gap": ((0.2, 0.4, 0.8), (1.0, 0.7, 0.25)),
    "width": ((0.2, 0.33, 0.65, 0.9, 1.1), (0.4, 1.0, 1.0, 0.5, 0.2)),
    "height": ((6, 15, 25), (0.5, 0.8, 1.0)),
    "roughness": ((0.15, 0.3, 0.5), (1.0, 0.7, 0.2)),
}
"""What each measure of a row says for a plate, 0..1, between the points of training scenes."""


@dataclass(frozen=True, slots=True)
class _Row:
    """Pieces of ink that may be the characters of a plate. Pixels of the scaled picture."""

    boxes: NDArray[np.int64]  # (N, 4) x1, y1, x2, y2, left to right
    score: float  # 0..1

    @property
    def height(self) -> float:
        return float(np.median(self.boxes[:, 3] - self.boxes[:, 1]))

    @property
    def plate(self) -> tuple[float, float, float, float]:
        """The box of the plate around the row."""
        left, top, right, bottom = (share * self.height for share in _AROUND)
        (x1, y1), (x2, y2) = self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)
        return float(x1 - left), float(y1 - top), float(x2 + right), float(y2 + bottom)


class ClassicalDetector:
    """Finds plates without a model. Safe to share between threads.

    Args:
        score_threshold: what is less like a plate is left out; 0..1.
    """

    def __init__(self, *, score_threshold: float = 0.3) -> None:
        self._score_threshold = score_threshold

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the plates of `image`, most confident first; [] when there is none."""
        if not image.size:
            return []
        grey, scale_xy = _prepare(image)
        rows = [row for row in _find_rows(grey) if row.score >= self._score_threshold]
        plates = np.array([(*row.plate, row.score) for row in rows], np.float32).reshape(-1, 5)
        plates = plates[np.argsort(-plates[:, 4], kind="stable")]
        kept = plates[suppress(plates, _OVERLAP)]
        return [d for row in kept.tolist() for d in _detection(row, scale_xy, image.shape[:2])]

    def steps(self, image: RgbImage) -> list[Step]:
        """Give the pictures between `image` and its plates, in order."""
        if not image.size:
            return []
        grey, _ = _prepare(image)
        ink = next(_looks(grey)).ink
        characters, joined = np.zeros_like(grey), np.zeros_like(grey)
        for boxes in _by_size(_characters(ink)):
            _fill(characters, boxes)
            mask, _ = _join(boxes, grey.shape)
            joined |= _uint8(cv2.resize(mask, grey.shape[::-1], interpolation=cv2.INTER_NEAREST))
        marked = image.copy()
        for plate in self.detect(image):
            corners = np.asarray(plate.quad.points).round().astype(np.int32)
            cv2.polylines(marked, [corners], isClosed=True, color=(255, 0, 0), thickness=2)
        greys = {"grey": grey, "threshold": ink, "characters": characters, "rows": joined}
        found = [Step(name, _as_rgb(pixels)) for name, pixels in greys.items()]
        return [*found, Step("plates", RgbImage(marked))]


def _prepare(image: RgbImage) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    """Give the picture in grey, scaled and blurred, and its pixels per pixel of `image`."""
    height, width = image.shape[:2]
    scale = min(_ENLARGEMENT, (_PIXELS / (height * width)) ** 0.5)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    blurred = cv2.GaussianBlur(cv2.resize(grey, size, interpolation=method), _BLUR, 0)
    return _uint8(blurred), (size[0] / width, size[1] / height)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is darker than its surroundings."""

    shade: NDArray[np.uint8]  # (H, W) the picture in which it is dark
    ink: NDArray[np.uint8]  # (H, W) 255 = ink
    reduced: int  # pixels of the scaled picture per pixel of these


def _looks(grey: NDArray[np.uint8]) -> Iterator[_Look]:
    """Look for dark ink and for light ink, for small characters and for large ones."""
    method, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    for reduced, around, contrast in _LOOKS:
        size = [max(1, side // reduced) for side in grey.shape[::-1]]
        small = _uint8(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
        for shade in (small, 255 - small):
            ink = cv2.adaptiveThreshold(shade, 255, method, kind, around, contrast)
            yield _Look(shade, _uint8(ink), reduced)


def _find_rows(grey: NDArray[np.uint8]) -> list[_Row]:
    """Find rows of characters; the same row may be found several times."""
    found = []
    for look in _looks(grey):
        for boxes in _by_size(_characters(look.ink)):
            _, numbers = _join(boxes, look.ink.shape)
            counts = np.bincount(numbers)
            for number in np.flatnonzero(counts >= _LEAST_CHARACTERS).tolist():
                row = _even_part(boxes[numbers == number])
                if row is not None:
                    found.append(_Row(row * look.reduced, _rate(row, look)))
    return found


def _characters(ink: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give the boxes (N, 4) of the pieces of ink that have the shape of a character."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    x, y, w, h, area = stats[1:].astype(np.int64).T  # without the ground, which is 0
    shaped = (h >= _HEIGHT_PX[0]) & (h <= _HEIGHT_PX[1]) & (w >= 2)
    shaped &= (w >= _ASPECT[0] * h) & (w <= _ASPECT[1] * h) & (area > _FILL[0] * w * h)
    shaped &= (area < _FILL[1] * w * h) | (w < _STROKE_ASPECT * h)
    boxes: NDArray[np.int64] = np.stack([x, y, x + w, y + h], axis=1)[shaped]
    return boxes


def _by_size(boxes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Give boxes of about one height, for every height that has enough of them."""
    heights = boxes[:, 3] - boxes[:, 1]
    for low, high in _CLASSES:
        alike = boxes[(heights >= low) & (heights <= high)]
        if len(alike) >= _LEAST_CHARACTERS:
            yield alike


def _join(
    boxes: NDArray[np.int64], size_hw: tuple[int, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Join boxes of about one height sideways.

    Gives the closed picture, which is smaller, and (N,) for each box the number of its row.
    """
    heights = boxes[:, 3] - boxes[:, 1]
    scale = _JOIN_PX / float(np.sqrt(heights.min() * heights.max()))
    mask = np.zeros([int(side * scale) + 2 for side in size_hw], np.uint8)
    _fill(mask, (boxes * scale).round().astype(np.int64))
    closed = _uint8(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(_JOIN, np.uint8)))
    _, numbers = cv2.connectedComponents(closed)
    middles = ((boxes[:, :2] + boxes[:, 2:]) / 2 * scale).astype(np.int64)
    of_boxes = np.asarray(numbers, np.int64)[middles[:, 1], middles[:, 0]]
    return closed, of_boxes


def _fill(picture: NDArray[np.uint8], boxes: NDArray[np.int64]) -> None:
    for x1, y1, x2, y2 in boxes.tolist():
        picture[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)] = 255


def _even_part(boxes: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Give the most of a row that is of one height, level and without wide gaps, left to right.

    None where that is less than _LEAST_CHARACTERS.
    """
    heights = (boxes[:, 3] - boxes[:, 1]).astype(np.float64)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    best = np.zeros(len(boxes), bool)
    for seed in np.linspace(0, len(boxes) - 1, min(len(boxes), _SEEDS)).astype(int).tolist():
        height = heights[seed]
        level = np.abs(y - y[seed]) < _ALIKE * (height + np.abs(x - x[seed]))
        alike = level & (np.abs(heights - height) < _ALIKE * height)
        best = max(best, alike, key=np.count_nonzero)
    if np.count_nonzero(best) < _LEAST_CHARACTERS:
        return None
    height, (offset, slope) = float(np.median(heights[best])), _fit(x[best], y[best])
    level = np.abs(y - offset - slope * x) < _LEVEL * height
    found = boxes[level & (np.abs(heights - height) < _ALIKE * height)]
    part = _widest_part(found[np.argsort(found[:, 0], kind="stable")], height)
    return part if len(part) >= _LEAST_CHARACTERS else None


def _widest_part(boxes: NDArray[np.int64], height: float) -> NDArray[np.int64]:
    """Give the longest stretch of boxes, left to right, without overlaps and wide gaps."""
    parts: list[list[int]] = [[]]
    for n, (x1, _, x2, _) in enumerate(boxes.tolist()):
        end = boxes[parts[-1][-1], 2] if parts[-1] else x1
        if x1 < end - height / 8 and x2 - end < height / 8:
            continue
        if x1 - end > _GAP * height:
            parts.append([])
        parts[-1].append(n)
    return boxes[max(parts, key=len)]


def _fit(x: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
    """Give offset and slope of the line with the least squares; slope 0 for a single x."""
    apart = x - x.mean()
    spread = float((apart**2).sum())
    slope = float((apart * y).sum()) / spread if spread > 0 else 0.0
    return float(y.mean() - slope * x.mean()), slope


def _rate(boxes: NDArray[np.int64], look: _Look) -> float:
    """Tell how much a row of a look, left to right, is like the number of a plate: 0..1."""
    width, height = (boxes[:, 2:] - boxes[:, :2]).T.astype(np.float64)
    unit = float(np.median(height))
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    offset, slope = _fit(x, y)
    (x1, y1), (x2, y2) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    part, inked = look.shade[y1:y2, x1:x2], look.ink[y1:y2, x1:x2] > 0
    ground = part[~inked].astype(np.float64)
    contrast = max(1.0, float(ground.mean() - part[inked].mean())) if ground.size else 1.0
    measures = {
        "count": len(boxes),
        "off_level": float(np.abs(y - offset - slope * x).mean()) / unit,
        "unevenness": float(height.std()) / unit,
        "gap": float(np.median(boxes[1:, 0] - boxes[:-1, 2])) / unit,
        "width": float(np.median(width)) / unit,
        "height": unit * look.reduced,
        "roughness": float(ground.std()) / contrast if ground.size else 1.0,
    }
    return float(np.prod([np.interp(v, *_EVIDENCE[name]) for name, v in measures.items()]))


def _detection(
    plate: Sequence[float], scale_xy: tuple[float, float], size_hw: tuple[int, ...]
) -> list[Detection]:
    """Bring a plate back to pixels of the picture, cut at its border; [] if nothing is left."""
    height, width = size_hw
    x1, x2 = (min(float(width), max(0.0, x / scale_xy[0])) for x in (plate[0], plate[2]))
    y1, y2 = (min(float(height), max(0.0, y / scale_xy[1])) for y in (plate[1], plate[3]))
    if x2 - x1 < 1 or y2 - y1 < 1:
        return []
    box = Box(x1, y1, x2, y2)
    return [Detection(box, box_to_quad(box), plate[4])]


def _as_rgb(grey: NDArray[np.uint8]) -> RgbImage:
    return RgbImage(np.repeat(grey[..., None], 3, axis=2))


def _uint8(pixels: object) -> NDArray[np.uint8]:
    return np.asarray(pixels, dtype=np.uint8)
