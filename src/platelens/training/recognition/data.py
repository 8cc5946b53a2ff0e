"""Training crops for the reader, drawn without end from real and drawn plates.

Every crop takes the way that it takes in use: a picture of some street in which the plate has
four corners, a camera, corners that are not quite right, rectification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth import (
    CameraSettings,
    Catalogue,
    FlatPlate,
    FontSet,
    draw_flat_plate,
    least_width_px,
    miss_corners,
    photograph,
    put_before,
    serial_corners,
)
from platelens.geometry import array_to_quad, cut_plate, fit_crop
from platelens.types import FloatArray, RgbImage

MAX_LENGTH: Final = 14
_TWO_ROWS: Final = 1.8
"""Drawn plates on two rows, relative to what the formats say: there are few real ones."""
_FLAT_LEAST_PX: Final = 52  # width; American serials take less of their plate than others


@dataclass(frozen=True, slots=True)
class Patch:
    """A plate and a little of what is around it."""

    pixels: RgbImage
    corners: FloatArray  # (4, 2) pixels of the patch
    text: str
    rows: int
    serial: FloatArray | None = None  # (4, 2) pixels of the patch; None = not known
    region: str | None = None  # ISO 3166 code; None = not known


@dataclass(frozen=True, slots=True)
class RealPictures:
    """What the data sets give, in memory."""

    pools: Sequence[Sequence[Patch]]  # plates in their surroundings, pool by pool
    flats: Sequence[Patch]  # plates that fill their picture
    places: Sequence[Patch] = ()  # where no plate is


@dataclass(frozen=True, slots=True)
class CropShares:
    """How often each source is drawn."""

    synthetic: float
    flats: float  # real plates that fill their picture
    patches: Sequence[float]  # one for each pool of real plates in their surroundings
    nothing: float = 0.05  # places without a plate; the right text is ""


class CropSource:
    """Draws crops; crop `i` of a seed is the same on any number of workers.

    Args:
        real: plates and places of the data sets.
        fonts: for the plates that are drawn.
        shares: how often each source is drawn.
        size_hw: of the crops.
        catalogue: the plates that are drawn; None = all that platelens knows, `_TWO_ROWS` times as
            many on two rows.
    """

    def __init__(
        self, real: RealPictures, fonts: FontSet, shares: CropShares, size_hw: tuple[int, int],
        catalogue: Catalogue | None = None,
    ) -> None:  # fmt: skip
        self._pools = real.pools
        self._flats = real.flats
        self._places = real.places
        self._fonts = fonts
        self._catalogue = catalogue or Catalogue.default(two_rows=_TWO_ROWS)
        weights = np.array([shares.synthetic, shares.flats, shares.nothing, *shares.patches])
        self._shares = weights / weights.sum()
        self._size_hw = size_hw

    def draw(self, seed: int, index: int) -> tuple[NDArray[np.uint8], str, int]:
        """Give crop `index`: (H, W, 3) uint8, its text and its number of rows."""
        rng = np.random.default_rng((seed, index))
        kind = int(rng.choice(len(self._shares), p=self._shares))
        seen_before = kind >= 2  # by a camera from afar; flats are sharp close-ups
        if kind == 0:
            patch = self._place(rng, draw_flat_plate(rng, self._fonts, self._catalogue))
        elif kind == 1:
            flat = self._flats[int(rng.integers(len(self._flats)))]
            patch = self._place(rng, FlatPlate(flat.pixels, flat.text, flat.rows), _FLAT_LEAST_PX)
        elif kind == 2:
            patch = self._nothing(rng)
        else:
            pool = self._pools[kind - 3]
            patch = _shrink(rng, pool[int(rng.integers(len(pool)))])
        return self.see(rng, patch, seen_before=seen_before), patch.text, patch.rows

    def see(
        self, rng: np.random.Generator, patch: Patch, *, seen_before: bool = False
    ) -> NDArray[np.uint8]:
        """Photograph a patch and cut its plate out, as the pipeline would.

        What a camera has `seen_before` is treated with care: who has to read what nobody can read
        learns to guess.
        """
        strength = float(rng.choice([0.2, 0.6, 1.0])) * (0.7 if seen_before else 1.0)
        width = float(np.linalg.norm(patch.corners[1] - patch.corners[0]))
        blur_px = min(1.6, width / 65) * (0.5 if seen_before else 1.0)
        if patch.rows == 2:  # its letters are smaller, some much smaller
            blur_px *= 0.7
        settings = CameraSettings(strength=strength, blur_px=blur_px)
        pixels = photograph(rng, patch.pixels, settings, patch.serial)
        corners = miss_corners(rng, patch.corners)
        quad = array_to_quad(corners)
        return fit_crop(cut_plate(pixels, quad), self._size_hw)

    def place(
        self, rng: np.random.Generator, flat: FlatPlate, width: float, least_px: int
    ) -> Patch:
        """Put a flat plate somewhere, `width` pixels wide and never under `least_px`."""
        aspect = flat.pixels.shape[1] / flat.pixels.shape[0] * float(np.exp(rng.normal(0, 0.12)))
        height = max(10, width / aspect)
        size_wh = (height * aspect, height)
        pixels, corners = put_before(rng, self._ground, flat.pixels, size_wh, least_px)
        return Patch(pixels, corners, flat.text, flat.rows, serial_corners(flat, corners))

    def _place(self, rng: np.random.Generator, flat: FlatPlate, least_px: int = 0) -> Patch:
        """Put a flat plate somewhere, as large as cameras see it."""
        least = max(least_px, least_width_px(flat.text, flat.rows))
        width = float(np.exp(rng.uniform(np.log(least), np.log(200))))
        return self.place(rng, flat, width, least)

    def _ground(self, rng: np.random.Generator, size_hw: tuple[int, int]) -> RgbImage:
        """Give something to stand behind a plate: a real place, stretched, or colours."""
        height, width = size_hw
        if self._pools and rng.random() < 0.6:
            pool = self._pools[int(rng.integers(len(self._pools)))]
            source: NDArray[np.uint8] = pool[int(rng.integers(len(pool)))].pixels
        else:
            coarse = rng.uniform(0, 255, (int(rng.integers(1, 5)), int(rng.integers(1, 5)), 3))
            source = coarse.astype(np.uint8)
        stretched = cv2.resize(source, (width, height), interpolation=cv2.INTER_LINEAR)
        return RgbImage(np.asarray(stretched, dtype=np.uint8))

    def _nothing(self, rng: np.random.Generator) -> Patch:
        """Give a place somewhere in a scene, or beside a plate, or colours."""
        if self._places and rng.random() < 0.75:
            return _shrink(rng, self._places[int(rng.integers(len(self._places)))])
        pool = self._pools[int(rng.integers(len(self._pools)))] if self._pools else []
        if not pool or rng.random() < 0.3:
            ground = self._ground(rng, (40, 120))
            quad = np.array([[10, 8], [110, 8], [110, 32], [10, 32]], np.float32)
            return Patch(_without_text(ground), quad, "", 1)
        patch = pool[int(rng.integers(len(pool)))]
        height = patch.pixels.shape[0]
        top = patch.corners[:, 1].min()
        below = height - patch.corners[:, 1].max()
        y1, y2 = (0.0, top) if top > below else (height - below, float(height))
        x2 = float(patch.pixels.shape[1])
        quad = np.array([[0, y1], [x2, y1], [x2, y2], [0, y2]], np.float32)
        if y2 - y1 < 6:
            quad[2:, 1] += 8
            return Patch(_without_text(patch.pixels), quad, "", 1)
        return Patch(patch.pixels, quad, "", 1)


def _without_text(pixels: RgbImage) -> RgbImage:
    """Blur until nothing can be read."""
    return RgbImage(np.asarray(cv2.GaussianBlur(pixels, (0, 0), 9), dtype=np.uint8))


def _shrink(rng: np.random.Generator, patch: Patch) -> Patch:
    """Show a real plate as from farther away, and in other proportions."""
    width = float(np.linalg.norm(patch.corners[1] - patch.corners[0]))
    least = least_width_px(patch.text, patch.rows)
    wanted = float(np.exp(rng.uniform(np.log(least), np.log(max(least + 1, width)))))
    scale = 1.0 if rng.random() < 0.35 else min(1.0, wanted / width)
    stretch = float(np.exp(rng.normal(0, 0.08)))
    fx, fy = scale * stretch, scale / stretch
    new = (max(8, round(patch.pixels.shape[1] * fx)), max(8, round(patch.pixels.shape[0] * fy)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(patch.pixels, new, interpolation=method)
    factor = np.array([new[0] / patch.pixels.shape[1], new[1] / patch.pixels.shape[0]], np.float32)
    return Patch(
        RgbImage(np.asarray(pixels, dtype=np.uint8)), patch.corners * factor, patch.text, patch.rows
    )
