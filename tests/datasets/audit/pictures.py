"""Plates as one state makes them, all on the same ground, and folders full of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from platelens import imaging
from platelens.types import RgbImage

HW = 128, 224


class Looks:
    """Keeps how many pairs were looked at, as `on_pairs`."""

    def __init__(self) -> None:
        self.pairs = -1

    def __call__(self, pairs: int) -> Callable[[], None]:
        self.pairs = pairs
        return lambda: None


def draw_plate(text: str, state: int = 0) -> RgbImage:
    """Draw a serial on the ground of a state."""
    ground = np.random.default_rng(state).integers(60, 250, (9, 14, 3)).astype(np.uint8)
    pixels = cv2.resize(ground, HW[::-1], interpolation=cv2.INTER_CUBIC)
    cv2.putText(pixels, text, (12, 86), cv2.FONT_HERSHEY_DUPLEX, 1.7, (20, 20, 60), 5, cv2.LINE_AA)
    cv2.putText(pixels, f"STATE {state}", (60, 24), cv2.FONT_HERSHEY_DUPLEX, 0.7, (90, 20, 20), 2)
    return imaging.from_array(np.asarray(pixels, dtype=np.uint8), order="rgb")


def recut(image: RgbImage, *, border: int = 4, gain: float = 0.85) -> RgbImage:
    """Give the same photograph cut closer, darker and coded again."""
    part = image[border:-border, border : -2 * border]
    darker = np.clip(part * gain + 8, 0, 255).astype(np.uint8)
    grown = cv2.resize(darker, (260, 150), interpolation=cv2.INTER_CUBIC)
    return imaging.decode(
        imaging.encode(imaging.from_array(np.asarray(grown, np.uint8), "rgb"), ".jpg")
    )


def record(name: str, text: str | None, size_hw: tuple[int, int] = HW, **more: Any) -> Any:
    """Give the line of a picture that is one plate."""
    height, width = size_hw
    plate = {"box": [0, 0, width, height], "text": text}
    line = {"image": f"images/{name}", "width": width, "height": height, "plates": [plate]}
    return line | more


def write_index(folder: Path, *records: Any) -> Path:
    """Write `annotations.jsonl`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(each) + "\n" for each in records)
    (folder / "annotations.jsonl").write_text(lines, "utf-8")
    return folder


def read_index(folder: Path) -> list[Any]:
    """Read `annotations.jsonl` back."""
    lines = (folder / "annotations.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def write_picture(folder: Path, name: str, image: RgbImage) -> None:
    """Write a picture of a data set."""
    path = folder / "images" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    imaging.save(image, path)
