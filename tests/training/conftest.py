"""A data folder in the documented form, a few pictures large, and recipes shrunk to suit it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from platelens import imaging
from platelens.training.recipe import Recipe, load_recipe, recipe_path
from platelens.types import RgbImage

# "A" and "V" are held out, "B" and "C" train; of the crops a quarter is held out, as "A".
SCENES = ("A", "B", "C", "V")
BOX = (30, 40, 94, 72)


def plate_picture(text: str, height: int = 32, width: int = 64) -> RgbImage:
    pixels = np.full((height, width, 3), 230, np.uint8)
    at, face = (width // 6, height - 6), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(pixels, text, at, face, height / 32, (10, 10, 10), 2)
    return imaging.from_array(pixels, order="rgb")


def street(text: str) -> RgbImage:
    pixels = np.full((96, 128, 3), (30, 60, 90), np.uint8)
    x1, y1, x2, y2 = BOX
    pixels[y1:y2, x1:x2] = plate_picture(text)
    return imaging.from_array(pixels, order="rgb")


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory, font_folder: Path) -> Path:
    root = tmp_path_factory.mktemp("data")
    shutil.copytree(font_folder, root / "fonts")
    records = []
    for text in SCENES:
        name = f"images/{text.lower()}.png"
        imaging.save(street(text), _made(root / "scenes" / "tiny" / name))
        plates = [{"box": BOX, "text": text, "rows": 1}]
        records.append({"image": name, "width": 128, "height": 96, "plates": plates})
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (root / "scenes" / "tiny" / "annotations.jsonl").write_text(lines, encoding="utf-8")
    # A plate of "train" that is also in "valid", and one that nobody could read.
    us = ["train,B", "train,D", "train,A", "train,", "valid,A"]
    _write_crops(root / "us_plates", "plates.csv", "image,split,text", us)
    _write_crops(root / "crops" / "ccpd", "labels.csv", "image,text", ["B", "D", "A", ""])
    return root


def _write_crops(folder: Path, name: str, header: str, rows: list[str]) -> None:
    lines = [header]
    for number, row in enumerate(rows):
        imaging.save(plate_picture(row.rpartition(",")[2]), _made(folder / f"{number}.png"))
        lines.append(f"{number}.png,{row}")
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def tiny_recipe() -> Callable[..., Recipe]:
    """Give a function that shrinks a published recipe: a network of nothing, two samples."""

    def shrink(name: str, **changes: Any) -> Recipe:
        detection = name.startswith("detector")
        small: dict[str, Any] = {
            "name": f"tiny_{name}",
            "start_from": "",
            "input_size": [128, 128] if detection else [64, 64],
            "window": 64,
            "network.widths": [8] * (5 if detection else 4),
            "network.depths": [0, 0, 0, 0],
            "network." + ("neck" if detection else "hidden"): 8,
            "data.scenes": [{"folder": "scenes/tiny", "share": 0.5}],
            "data.fonts": ["fonts"],
            "data.trained_on": ["pictures drawn in code (CC0-1.0)"],
            "fit.samples": 2,
            "fit.batch_size": 2,
            "fit.workers": 0,
            "fit.threads": 1,
        }
        if not detection:
            small["data.corners_from"] = ""
        return load_recipe(recipe_path(name), small | changes)

    return shrink
