"""Tiny pictures and samples for the tests of readers and writers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.types import Box, Quad

DrawPicture = Callable[..., Path]
"""Called with (path, width=64, height=48): writes a small picture there and gives its path."""


@pytest.fixture(scope="session")
def draw_picture() -> DrawPicture:
    def draw(path: Path, width: int = 64, height: int = 48, shade: int = 128) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((height, width, 3), shade, dtype=np.uint8)
        imaging.save(imaging.from_array(pixels, order="rgb"), path)
        return path

    return draw


@pytest.fixture
def streets(tmp_path: Path, draw_picture: DrawPicture) -> list[Sample]:
    """Pictures of all splits, three of one name, with plates of every kind; none leaves a trace."""
    quad = Quad((10, 20), (30, 21), (30, 28), (10, 27))
    full = LabelledPlate(Box(10, 20, 30, 28), quad, "AB1234", 2, "us-ca", other_script=True)
    plain = LabelledPlate(Box(2, 4, 20, 10), None, "X1", region="de")
    unread = LabelledPlate(Box(30, 30, 64, 48), None, None)
    root = tmp_path / "source"
    return [
        Sample(draw_picture(root / "a/car.png", shade=10), 64, 48, (full,), split="train"),
        Sample(draw_picture(root / "b/Car.png", shade=20), 64, 48, (plain, unread), split="valid"),
        Sample(draw_picture(root / "c/car.png", shade=30), 64, 48, (), split="test"),
        Sample(draw_picture(root / "d e/x.y.png", 50, 40, 40), 50, 40, (full, plain)),
        Sample(draw_picture(root / "f.png", shade=50), 64, 48, (plain,), split="night"),
    ]
