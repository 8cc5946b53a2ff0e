"""Pictures to stand behind plates: those of a folder, or colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from platelens.datasets.index import INDEX_NAME, load_samples
from platelens.datasets.synth.paint import between, pick
from platelens.errors import ImageError
from platelens.geometry import quad_to_array
from platelens.imaging import IMAGE_SUFFIXES, load
from platelens.types import FloatArray, RgbImage

_PIECES_FROM: Final = 200
"""Pictures that pieces are cut from, kept in memory; more of them would tell nobody more."""

_PIECE_SIDE_PX: Final = 320


@dataclass(frozen=True, slots=True)
class Background:
    """A picture and the plates that are known to be in it."""

    pixels: RgbImage
    corners: Sequence[FloatArray]  # (4, 2) pixels each


class Backgrounds:
    """The pictures of a folder; without one, colours that run into each other.

    Plates in a picture are known where the folder is a data set in the form of platelens.
    """

    def __init__(self, folder: Path | None) -> None:
        """Look for pictures below `folder`; ImageError when there is none."""
        self._plates: dict[Path, list[FloatArray]] = {}
        if folder is None:
            self._paths: list[Path] = []
            return
        if (folder / INDEX_NAME).exists():
            for sample in load_samples(folder):
                quads = [p.outline for p in sample.plates]
                self._plates[sample.image] = [quad_to_array(quad) for quad in quads]
            self._paths = sorted(self._plates)
        else:
            self._paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
        if not self._paths:
            raise ImageError(f"{folder}: no picture was found in it; name a folder of pictures")
        self._kept = self._paths[:: -(-len(self._paths) // _PIECES_FROM)]
        self._pieces: dict[Path, RgbImage] = {}

    def piece(self, rng: np.random.Generator, size_hw: tuple[int, int]) -> RgbImage:
        """Give a part of some picture, or colours, of a size."""
        if not self._paths or rng.random() < 0.25:
            return draw_colours(rng, size_hw)
        path = pick(rng, self._kept)
        if path not in self._pieces:
            self._pieces[path] = _shrunk(load(path), _PIECE_SIDE_PX)[0]
        source = self._pieces[path]
        height, width = source.shape[:2]
        part = between(rng, 0.2, 0.9)
        w = max(1, int(part * min(width, height * size_hw[1] / size_hw[0])))
        h = max(1, int(w * size_hw[0] / size_hw[1]))
        x, y = int(rng.random() * (width - w)), int(rng.random() * max(1, height - h))
        return _resized(source[y : y + h, x : x + w], size_hw)

    def whole(self, rng: np.random.Generator, side_px: int) -> Background:
        """Give a whole picture, or colours; the longer side is `side_px`, or less of a picture."""
        if not self._paths:
            size = (int(side_px * between(rng, 0.55, 0.8)), side_px)
            return Background(draw_colours(rng, size), ())
        path = pick(rng, self._paths)
        pixels, scale = _shrunk(load(path), side_px)
        return Background(pixels, [c * np.float32(scale) for c in self._plates.get(path, ())])


def draw_colours(rng: np.random.Generator, size_hw: tuple[int, int]) -> RgbImage:
    """Give a few colours that run into each other."""
    coarse = rng.integers(0, 256, (int(rng.integers(1, 5)), int(rng.integers(1, 5)), 3), np.uint8)
    return _resized(coarse, size_hw)


def _resized(
    source: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], size_hw: tuple[int, int]
) -> RgbImage:
    size = (size_hw[1], size_hw[0])
    return RgbImage(
        np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    )


def _shrunk(pixels: RgbImage, side_px: int) -> tuple[RgbImage, float]:
    """Give a picture no longer than `side_px`, and its scale."""
    scale = min(1.0, side_px / max(pixels.shape[:2]))
    if scale == 1:
        return pixels, scale
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return RgbImage(np.asarray(small, dtype=np.uint8)), scale
