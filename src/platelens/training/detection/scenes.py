"""Pictures held in memory, and the flat plates that are put into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets import Sample
from platelens.geometry import quad_to_array
from platelens.imaging import load
from platelens.training.recipe import DataRecipe
from platelens.training.sources import load_scene_split
from platelens.types import Box, FloatArray, RgbImage

MAX_SIDE_PX: Final = 1280


@dataclass(frozen=True, slots=True)
class Scene:
    """A street scene in memory; larger pictures are scaled down to MAX_SIDE_PX."""

    pixels: RgbImage
    corners: FloatArray  # (N, 4, 2) pixels, clockwise from top-left
    exact: NDArray[np.bool_]  # (N,) corners are labelled; else they are those of the box
    stretched: bool  # the picture was squeezed into a square by its publisher

    @property
    def boxes(self) -> list[Box]:
        """The boxes around the corners, in pixels."""
        low, high = self.corners.min(axis=1), self.corners.max(axis=1)
        return [Box(*map(float, row)) for row in np.concatenate([low, high], axis=1)]


def load_scene(sample: Sample) -> Scene:
    """Read the picture of `sample` and its plates."""
    pixels = load(sample.image)
    scale = min(1.0, MAX_SIDE_PX / max(pixels.shape[:2]))
    if scale < 1:
        pixels = RgbImage(shrink(pixels, scale))
    quads = [quad_to_array(p.outline) for p in sample.plates]
    return Scene(
        pixels=pixels,
        corners=np.asarray(quads, np.float32).reshape(-1, 4, 2) * np.float32(scale),
        exact=np.array([p.quad is not None for p in sample.plates], dtype=bool),
        stretched=sample.width == sample.height,
    )


def load_pools(data: DataRecipe, root: Path) -> tuple[list[tuple[list[Scene], float]], list[Scene]]:
    """Read all scenes that a recipe names from below `root`.

    Returns:
        The scenes that train, folder by folder, with the share of each; the held-out ones of all.
    """
    pools: list[tuple[list[Scene], float]] = []
    kept: list[Scene] = []
    for source in data.scenes:
        train, held_out = load_scene_split(root, source.folder, source.leave_out)
        pools.append(([load_scene(s) for s in train], source.share))
        kept += [load_scene(s) for s in held_out]
    return pools, kept


def shrink(pixels: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Scale a picture down by `scale` under 1, each new pixel the mean of what it covers."""
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def load_flat_crops(paths: Sequence[Path], height_px: int = 80) -> list[RgbImage]:
    """Read pictures that show nothing but a plate, scaled to one height."""
    crops = []
    for path in paths:
        pixels = load(path)
        width = max(8, round(pixels.shape[1] * height_px / pixels.shape[0]))
        small = cv2.resize(pixels, (width, height_px), interpolation=cv2.INTER_AREA)
        crops.append(RgbImage(np.asarray(small, dtype=np.uint8)))
    return crops
