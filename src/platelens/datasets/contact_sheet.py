"""Many labelled pictures on one, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from platelens import imaging
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.sample import Sample
from platelens.errors import ImageError
from platelens.types import RgbImage

_GROUND: Final = 40  # grey, 0..255
_CAPTION_PX: Final = 22
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class SheetSettings:
    """How a contact sheet is laid out."""

    columns: int = 6
    cell_px: int = 240  # width and height of a picture's place
    seed: int = 0  # of the choice, when there are more pictures than places


def draw_contact_sheet(loaded: Loaded, count: int, settings: SheetSettings) -> RgbImage:
    """Draw up to `count` pictures with their boxes and texts, chosen by chance.

    A picture that cannot be read is a dark place with its name.

    Args:
        loaded: what to choose from; the samples keep their order.
        count: how many at most.
        settings: layout and seed.

    Raises:
        ImageError: there is no picture.
    """
    samples = loaded.samples
    if not samples:
        raise ImageError("a contact sheet needs a picture")
    chance = np.random.default_rng(settings.seed)
    chosen = sorted(chance.permutation(len(samples))[:count])
    cells = [_cell(loaded, samples[i], settings.cell_px) for i in chosen]
    columns = min(settings.columns, len(cells))
    empty = np.full_like(cells[0], _GROUND)
    cells += [empty] * (-len(cells) % columns)
    rows = [np.concatenate(cells[i : i + columns], axis=1) for i in range(0, len(cells), columns)]
    return RgbImage(np.concatenate(rows))


def _cell(loaded: Loaded, sample: Sample, side: int) -> RgbImage:
    cell = np.full((side + _CAPTION_PX, side, 3), _GROUND, np.uint8)
    texts = ", ".join(plate.text or "?" for plate in sample.plates) or "no plate"
    try:
        image = _drawn(sample, loaded.load(sample))
        scale = (side - 8) / max(image.shape[:2])
        size_wh = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(image, size_wh, interpolation=method)
        y, x = (side - size_wh[1]) // 2, (side - size_wh[0]) // 2
        cell[y : y + size_wh[1], x : x + size_wh[0]] = small
    except ImageError:
        texts = f"unreadable: {sample.image.name}"
    place = (6, side + _CAPTION_PX - 7)
    cv2.putText(cell, texts[: side // 9], place, _FONT, 0.5, (235, 235, 235), 1, cv2.LINE_AA)
    return RgbImage(cell)


def _drawn(sample: Sample, image: RgbImage) -> RgbImage:
    if sample.is_crop:
        return image
    for plate in sample.plates:
        image = imaging.draw_plate(image, plate.outline, plate.text or "")
    return image
