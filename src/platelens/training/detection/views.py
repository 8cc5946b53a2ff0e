"""Pictures with one plate to find, drawn without end from scenes: for detectors of a single box.

A view is a scene as it is, a part of it around its largest plate, or a part without any plate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth import CameraSettings, photograph
from platelens.detection.preprocess import PAD_VALUE
from platelens.detection.single import BOX_CHANNELS
from platelens.geometry import fit_crop
from platelens.training.detection.scenes import Scene
from platelens.types import FloatArray, RgbImage

_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How views are cut."""

    size_hw: tuple[int, int]  # of the views, pixels
    empty: float = 0.15  # share of views that show no plate, where a scene has room for one
    whole: float = 0.35  # share of the others that are the scene as it is, as in use
    beyond: float = 0.2  # parts reach so far beyond their scene, in shares of its sides
    flip: float = 0.5


class ViewSource:
    """Draws views; view `i` of a seed is the same on any number of workers.

    Args:
        scenes: pools of scenes with the share of views each gives.
        settings: how views are cut.
    """

    def __init__(
        self, scenes: Sequence[tuple[Sequence[Scene], float]], settings: ViewSettings
    ) -> None:
        filled = [(pool, share) for pool, share in scenes if pool]
        self._pools = [pool for pool, _ in filled]
        shares = np.array([share for _, share in filled])
        self._shares = shares / shares.sum()
        self._settings = settings

    def draw(self, seed: int, index: int) -> tuple[NDArray[np.uint8], FloatArray]:
        """Give view `index`: (H, W, 3) uint8 and its target.

        Returns:
            The pixels; (BOX_CHANNELS,): 1 where there is a plate, else 0, and its box as shares
            of width and height, 0 where there is none.
        """
        rng = np.random.default_rng((seed, index))
        pool = self._pools[int(rng.choice(len(self._pools), p=self._shares))]
        scene = pool[int(rng.integers(len(pool)))]
        frame = None
        if len(scene.corners) == 0 or rng.random() < self._settings.empty:
            frame = frame_without_plate(rng, scene)
        target = np.zeros(BOX_CHANNELS, np.float32)
        if frame is None:
            plate = largest_plate(scene)
            frame = self._frame_around(rng, scene, plate)
            target[0], target[1:] = 1, _share_of(plate, frame)
        pixels = fit_crop(cut_frame(scene.pixels, frame), self._settings.size_hw)
        if rng.random() < self._settings.flip:  # a mirrored plate is still one to find
            pixels = np.ascontiguousarray(pixels[:, ::-1])
            target[[1, 3]] = target[0] - target[[3, 1]]
        settings = CameraSettings(strength=0.65, blur_px=1.0, jpeg=0.3)
        return photograph(rng, RgbImage(pixels), settings), target

    def _frame_around(
        self, rng: np.random.Generator, scene: Scene, plate: FloatArray
    ) -> NDArray[np.int64]:
        """Give the picture's frame, or one that has all of the plate and more or less around."""
        height, width = scene.pixels.shape[:2]
        if rng.random() < self._settings.whole:
            return np.array([0, 0, width, height])
        beyond = self._settings.beyond
        outer = np.array([-beyond, -beyond, 1 + beyond, 1 + beyond]) * (
            width,
            height,
            width,
            height,
        )
        # Rather roomy: plates that fill the view are few in use.
        room = 1 - rng.random(4) ** 2
        frame = plate + (outer - plate) * room
        return np.concatenate([np.floor(frame[:2]), np.ceil(frame[2:])]).astype(np.int64)


def largest_plate(scene: Scene) -> FloatArray:
    """Give the box of the largest plate of a scene that has one: x1, y1, x2, y2 in pixels of it.

    It ends where the picture ends.
    """
    box = max(scene.boxes, key=lambda b: b.width * b.height)
    height, width = scene.pixels.shape[:2]
    end = np.array([width, height, width, height])
    return np.clip([box.x1, box.y1, box.x2, box.y2], 0, end).astype(np.float32)


def frame_without_plate(rng: np.random.Generator, scene: Scene) -> NDArray[np.int64] | None:
    """Give the frame of a part that shows nothing of any plate; None where none was found."""
    height, width = scene.pixels.shape[:2]
    plates = np.array([(b.x1, b.y1, b.x2, b.y2) for b in scene.boxes]).reshape(-1, 4)
    for most in np.linspace(1, 0.15, _TRIES):  # smaller and smaller
        share = rng.uniform(0.15, most, 2)
        size = np.maximum(1, np.array([width, height]) * share).astype(np.int64)
        start = rng.integers(0, np.array([width, height]) - size + 1)
        frame = np.concatenate([start, start + size])
        overlaps = (plates[:, :2] < frame[2:]).all(axis=1) & (plates[:, 2:] > frame[:2]).all(axis=1)
        if not overlaps.any():
            return frame
    return None


def cut_frame(pixels: RgbImage, frame: NDArray[np.int64]) -> RgbImage:
    """Cut x1, y1, x2, y2 out of a picture; grey where the frame reaches beyond it."""
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = (int(edge) for edge in frame)
    inside = pixels[max(0, y1) : min(height, y2), max(0, x1) : min(width, x2)]
    if inside.shape[:2] == (y2 - y1, x2 - x1):
        return RgbImage(inside)
    padded = cv2.copyMakeBorder(
        inside, max(0, -y1), max(0, y2 - height), max(0, -x1), max(0, x2 - width),
        cv2.BORDER_CONSTANT, value=(PAD_VALUE,) * 3,
    )  # fmt: skip
    return RgbImage(np.asarray(padded, dtype=np.uint8))


def _share_of(plate: FloatArray, frame: NDArray[np.int64]) -> FloatArray:
    """Give a box in pixels of a scene as shares of a frame's sides."""
    start, size = np.tile(frame[:2], 2), np.tile(frame[2:] - frame[:2], 2)
    return np.asarray((plate - start) / size, dtype=np.float32)
