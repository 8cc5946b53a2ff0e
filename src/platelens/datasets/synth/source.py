"""Draws labelled pictures: one plate cut out, one with its surroundings, or whole scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from platelens.datasets.sample import LabelledPlate
from platelens.datasets.synth.backgrounds import Backgrounds
from platelens.datasets.synth.camera import CameraSettings, photograph
from platelens.datasets.synth.catalogue import Catalogue
from platelens.datasets.synth.crops import (
    least_width_px,
    map_points,
    miss_corners,
    put_before,
    serial_corners,
)
from platelens.datasets.synth.fonts import FontSet
from platelens.datasets.synth.paint import between, pick
from platelens.datasets.synth.plate import FlatPlate, draw_flat_plate
from platelens.datasets.synth.scenes import PlacedPlate, apart, cover_plate, place_plate
from platelens.geometry import array_to_quad, cut_plate, picture_corners
from platelens.types import Box, RgbImage

_READABLE: Final = 0.95
"""A plate of which less is in the picture has no text."""
_LARGEST: Final = 0.2
"""Height of a plate in a scene, as part of the scene's shorter side, at most."""

Drawn = tuple[RgbImage, list[LabelledPlate]]
"""A picture and its plates."""


@dataclass(frozen=True, slots=True)
class SynthSettings:
    """What to draw. Pictures of one seed and the same settings are always the same."""

    kind: Literal["crops", "scenes"]
    count: int  # of pictures
    seed: int = 0
    codes: tuple[str, ...] | None = None  # jurisdictions; None = all
    plate_height_px: tuple[float, float] = (16.0, 96.0)  # in the picture, from - to
    loose: bool = False  # crops show what is around the plate, and its exact corners
    plates: tuple[int, int] = (1, 3)  # of a scene, from - to; all known ones are covered besides
    scene_side_px: int = 960  # longer side of a scene, at most
    strength: float = 1.0  # of what the camera does, 0 to 1
    backgrounds: Path | None = None  # folder of pictures; None = colours
    jpeg_quality: int = 92  # of the files


class PictureSource:
    """Draws labelled pictures; picture `i` of a seed is the same in any process."""

    def __init__(self, settings: SynthSettings, fonts: FontSet, catalogue: Catalogue) -> None:
        """Take what to draw; ImageError when the folder of backgrounds has no picture."""
        self.settings = settings
        self._fonts = fonts
        self._catalogue = catalogue
        self._backgrounds = Backgrounds(settings.backgrounds)

    def draw(self, index: int) -> Drawn:
        """Give picture `index` and its plates."""
        rng = np.random.default_rng((self.settings.seed, index))
        return self._crop(rng) if self.settings.kind == "crops" else self._scene(rng)

    def _plate(self, rng: np.random.Generator) -> FlatPlate:
        return draw_flat_plate(rng, self._fonts, self._catalogue)

    def _height_px(self, rng: np.random.Generator, plate: FlatPlate, most: float) -> float:
        """Give how high a plate is seen: small ones as often as large ones, none unreadable."""
        low, high = self.settings.plate_height_px
        height = float(np.exp(between(rng, np.log(low), np.log(min(high, most)))))
        aspect = float(plate.pixels.shape[1] / plate.pixels.shape[0])
        return max(height, least_width_px(plate.text, plate.rows) / aspect)

    def _crop(self, rng: np.random.Generator) -> Drawn:
        plate = self._plate(rng)
        height = self._height_px(rng, plate, np.inf)
        stretch = float(np.exp(rng.normal(0, 0.1)))
        width = height * stretch * plate.pixels.shape[1] / plate.pixels.shape[0]
        ground, least = self._backgrounds.piece, least_width_px(plate.text, plate.rows)
        picture, corners = put_before(rng, ground, plate.pixels, (width, height), least)
        placed = PlacedPlate(plate, corners)
        seen = self._photograph(rng, picture, [placed])
        if self.settings.loose:
            return seen, _labels([placed], seen)
        missed = miss_corners(rng, corners)
        quad = array_to_quad(missed)
        crop = cut_plate(seen, quad)
        whole = picture_corners(crop.shape[:2])
        # Where the true corners are outside of the crop, its own are the nearest that it shows.
        inside = np.clip(map_points(corners, missed, whole), 0, whole[2])
        box = Box(0, 0, *map(float, whole[2]))
        quad = array_to_quad(inside)
        return crop, [LabelledPlate(box, quad, plate.text, plate.rows, plate.region)]

    def _scene(self, rng: np.random.Generator) -> Drawn:
        background = self._backgrounds.whole(rng, self.settings.scene_side_px)
        picture = background.pixels
        placed: list[PlacedPlate] = []
        for old in background.corners:
            picture, covering = cover_plate(rng, picture, self._plate(rng), old)
            placed.append(covering)
        low, high = self.settings.plates
        most = _LARGEST * min(picture.shape[:2])
        for _ in range(int(rng.integers(low, high + 1))):
            plate = self._plate(rng)
            height = self._height_px(rng, plate, most)
            new = place_plate(rng, picture, plate, height, [p.corners for p in placed])
            if new is not None:
                picture, there = new
                placed.append(there)
        seen = self._photograph(rng, picture, placed)
        return seen, _labels(placed, seen)

    def _photograph(
        self, rng: np.random.Generator, picture: RgbImage, placed: Sequence[PlacedPlate]
    ) -> RgbImage:
        """Photograph a picture on a good, a middling or a bad day; its plates stay readable."""
        strength = self.settings.strength * pick(rng, (0.2, 0.6, 1.0))
        blur_px = min([1.6, *(_blur_px(p) for p in placed)])
        focus = pick(rng, placed) if placed else None
        serial = serial_corners(focus.plate, focus.corners) if focus else None
        return photograph(rng, picture, CameraSettings(strength, blur_px), serial)


def _blur_px(placed: PlacedPlate) -> float:
    """Give the strongest blur under which characters can still be told apart."""
    width = float(np.linalg.norm(placed.corners[1] - placed.corners[0]))
    return 0.11 * width / max(7.0, len(placed.plate.text) / placed.plate.rows)


def _labels(placed: Sequence[PlacedPlate], picture: RgbImage) -> list[LabelledPlate]:
    """Give the labels of plates, later ones in front; what is cut off or hidden has no text."""
    labels = []
    limit = np.array(picture.shape[1::-1], np.float32)
    for i, p in enumerate(placed):
        low, high = p.corners.min(axis=0), p.corners.max(axis=0)
        x1, y1, x2, y2 = map(float, (*np.clip(low, 0, limit), *np.clip(high, 0, limit)))
        if x2 - x1 < 1 or y2 - y1 < 1:
            continue
        whole = bool((low >= 0).all() and (high <= limit).all())
        seen = (x2 - x1) * (y2 - y1) / float(np.prod(high - low))
        free = all(apart(p.corners, other.corners) for other in placed[i + 1 :])
        labels.append(
            LabelledPlate(
                box=Box(x1, y1, x2, y2),
                quad=array_to_quad(p.corners) if whole else None,
                text=p.plate.text if seen >= _READABLE and free else None,
                rows=p.plate.rows,
                region=p.plate.region,
            )
        )
    return labels
