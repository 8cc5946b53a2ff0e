"""Plate crop -> the array that a reader takes, ours (training uses the same code) or another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage

GreyImage = NDArray[np.uint8]
"""uint8, shape (H, W)."""

_PLATE_PX: Final = 96
"""Height at which plates are looked at for readers of others."""

_WIDEST_PX: Final = 1024
"""Crops that would be wider at that height are no plates, and more than some readers can bear."""

_BORDER_PX: Final = 32
"""Text detectors miss what touches the edge."""

_LETTER_PX: Final = 40
"""Height of letters that Tesseract reads best; they stand half as far from the edge."""

_PHOTOGRAPH_AROUND_PX: Final = 60
"""Letters of photographs are compared with this much of what is around them."""

_CONTRAST: Final = 12
"""Ink is so much darker than what surrounds it."""


def enlarge_with_border(crop: RgbImage) -> RgbImage:
    """Scale a plate to a height at which text is found, and repeat its edge around it."""
    scaled = _scale(crop, _plate_scale(crop))
    border = (_BORDER_PX, _BORDER_PX)
    return RgbImage(np.pad(scaled, (border, border, (0, 0)), mode="edge"))


def plate_on_white(crop: RgbImage) -> GreyImage:
    """Give a plate in grey on a white ground, its letters the darker part."""
    grey = _grey(crop)
    height, width = grey.shape
    edge_y, edge_x = height // 5, width // 10
    middle = _ink(grey)[edge_y : height - edge_y, edge_x : width - edge_x]
    return _on_white(255 - grey if middle.mean() > 127 else grey)


def photograph_ink(image: RgbImage) -> GreyImage:
    """Give what is darker than its surroundings in black on white, whatever the light."""
    return 255 - _local_ink(_uint8(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)), _PHOTOGRAPH_AROUND_PX)


def letter_rows(crop: RgbImage) -> list[GreyImage]:
    """Cut the letters of a plate out of all else: frame, bolts, small print, surroundings.

    Gives one picture for each row, at most two, the upper one first: dark letters 40 pixels high
    on white. [] where nothing looks like letters.
    """
    grey = _grey(crop)
    best: list[_Blob] = []
    best_ink = picture = grey
    for shade in (grey, 255 - grey):  # dark on light is more usual, so it goes first
        for ink in (_ink(shade), _local_ink(shade, _PLATE_PX // 2)):
            blobs = _alike(_letter_like(ink))
            if _weight(blobs) > _weight(best):
                best, best_ink, picture = blobs, ink, shade
    if len(best) < 2:
        return []
    labels = np.asarray(cv2.connectedComponents(best_ink, connectivity=8)[1])
    return [_cut(picture, labels, row) for row in _rows(best)]


@dataclass(frozen=True, slots=True)
class _Blob:
    """A connected piece of ink."""

    label: int
    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> float:
        return self.y + self.height / 2


def _grey(crop: RgbImage) -> GreyImage:
    return _scale(_uint8(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)), _plate_scale(crop))


def _plate_scale(crop: RgbImage) -> float:
    height, width = crop.shape[:2]
    return min(_PLATE_PX / int(height), _WIDEST_PX / int(width))


def _scale(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    return _uint8(cv2.resize(pixels, (width, height), interpolation=method))


def _ink(grey: GreyImage) -> GreyImage:
    """Give 255 where it is dark by the threshold of Otsu (1979), else 0."""
    return _uint8(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1])


def _local_ink(grey: GreyImage, around_px: int) -> GreyImage:
    """Give 255 where it is darker than the mean around, which uneven light asks for, else 0."""
    method, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    # OpenCV wants an odd size, so that there is a middle.
    return _uint8(cv2.adaptiveThreshold(grey, 255, method, kind, around_px | 1, _CONTRAST))


def _letter_like(ink: GreyImage) -> list[_Blob]:
    """Give the pieces of ink that may be letters by size and shape and touch no edge."""
    height, width = ink.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    blobs = []
    for label, (x, y, w, h, area) in zip(range(count), stats.tolist(), strict=True):
        inside = x > 0 and y > 0 and x + w < width and y + h < height
        shaped = 0.2 * height <= h <= 0.92 * height and 0.08 * h <= w <= 1.3 * h
        if label and inside and shaped and area > 0.12 * w * h:
            blobs.append(_Blob(label, x, y, w, h))
    return blobs


def _alike(blobs: list[_Blob]) -> list[_Blob]:
    """Give the blobs of similar height that make the most of a number."""
    groups = [[b for b in blobs if 0.75 <= b.height / a.height <= 1.3] for a in blobs]
    return max(groups, key=_weight, default=[])


def _weight(blobs: list[_Blob]) -> float:
    """Rate blobs as letters of a number: many and tall."""
    return len(blobs) * float(np.median([b.height for b in blobs])) if blobs else 0.0


def _rows(blobs: list[_Blob]) -> list[list[_Blob]]:
    rows: list[list[_Blob]] = []
    for blob in sorted(blobs, key=lambda b: b.centre):
        if rows and blob.centre - np.mean([b.centre for b in rows[-1]]) < 0.6 * blob.height:
            rows[-1].append(blob)
        else:
            rows.append([blob])
    longest = sorted(rows, key=len, reverse=True)[:2]
    # One blob alone is a speck rather than a row.
    kept = longest[:1] + [row for row in longest[1:] if len(row) > 1]
    return sorted(kept, key=lambda row: row[0].centre)


def _cut(grey: GreyImage, labels: NDArray[Any], row: list[_Blob]) -> GreyImage:
    """Give the blobs of a row on white, in their greys: a hard edge would cost shape."""
    x1, x2 = min(b.x for b in row) - 3, max(b.x + b.width for b in row) + 3
    y1, y2 = min(b.y for b in row) - 3, max(b.y + b.height for b in row) + 3
    part = np.s_[max(0, y1) : y2, max(0, x1) : x2]
    letters = np.isin(labels[part], [b.label for b in row])
    near = cv2.dilate(letters.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    dark, light = np.median(grey[part][letters]), np.median(grey[part][~letters])
    stretched = (grey[part] - dark) * (255 / max(1.0, light - dark))
    white = np.where(near, np.clip(stretched, 0, 255), 255).astype(np.uint8)
    return _on_white(_scale(white, _LETTER_PX / float(np.median([b.height for b in row]))))


def _on_white(grey: GreyImage) -> GreyImage:
    return np.pad(grey, _LETTER_PX // 2, constant_values=255)


def _uint8(pixels: object) -> NDArray[np.uint8]:
    return np.asarray(pixels, dtype=np.uint8)
