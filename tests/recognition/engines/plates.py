"""Plates drawn for readers of others, and stand-ins for their libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from platelens import imaging
from platelens.types import RgbImage


def drawn_plate(*rows: str, dark: bool = False) -> RgbImage:
    """Draw a plate with a frame; light letters on a dark ground if wanted."""
    ink, ground = ((240, 240, 240), (20, 30, 90)) if dark else ((20, 20, 20), (235, 235, 225))
    width = 60 + 50 * max(len(row) for row in rows)
    picture = Image.new("RGB", (width, 30 + 90 * len(rows)), ground)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((2, 2, picture.width - 3, picture.height - 3), outline=ink, width=4)
    font = ImageFont.load_default(72)
    for number, row in enumerate(rows):
        middle = picture.width / 2, 60 + 90 * number
        pen.text(middle, row, fill=ink, font=font, anchor="mm")
    return imaging.from_array(np.asarray(picture), order="rgb")


def on_street(plate: RgbImage, top: int = 200, left: int = 250) -> RgbImage:
    """Put a plate into a grey picture of 600 x 900."""
    pixels = np.full((600, 900, 3), 128, np.uint8)
    pixels[top : top + plate.shape[0], left : left + plate.shape[1]] = plate
    return imaging.from_array(pixels, order="rgb")


def on_paper(text: str) -> RgbImage:
    """Draw text in the middle of a white picture of 600 x 900."""
    picture = Image.new("RGB", (900, 600), "white")
    font = ImageFont.load_default(72)
    ImageDraw.Draw(picture).text((450, 300), text, fill="black", font=font, anchor="mm")
    return imaging.from_array(np.asarray(picture), order="rgb")


def corners(x1: float, y1: float, x2: float, y2: float) -> list[list[float]]:
    """Give four corners as engines do."""
    return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]]


class FakeLibrary:
    """Stands in `sys.modules`; holds whatever it is given."""

    def __init__(self, **members: Any) -> None:
        self.__dict__.update(members)
