"""Plates of large letters that are easily cut apart, letters one by one, and recipes to suit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.alphabet import CHARACTERS
from platelens.training.recipe import Recipe, load_recipe, recipe_path

PLATES = ["train,ABC12", "train,DEF34", "train,GHK56", "train,", "train,XYZ789", "valid,MNP78"]
"""The last but one shows two characters fewer than its text has."""


def plate(text: str) -> NDArray[np.uint8]:
    """Draw letters as slim as those of plates are."""
    pixels = np.full((128, 400, 3), 225, np.uint8)
    for number, character in enumerate(text):
        at = (25 + 72 * number, 92)
        cv2.putText(pixels, character, at, cv2.FONT_HERSHEY_SIMPLEX, 2.4, (20, 20, 60), 8)
    small = cv2.resize(pixels, (224, 128), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def glyph(character: str, height: int = 60) -> NDArray[np.uint8]:
    """Draw a character dark on white, as `chars/hongkong` has it."""
    pixels = np.full((height, 40, 3), 255, np.uint8)
    cv2.putText(pixels, character, (3, height - 10), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 4)
    return pixels


@pytest.fixture(scope="session")
def characters_root(tmp_path_factory: pytest.TempPathFactory, font_folder: Path) -> Path:
    root = tmp_path_factory.mktemp("characters")
    shutil.copytree(font_folder, root / "fonts")
    lines = ["image,split,text"]
    for number, row in enumerate(PLATES):
        text = row.partition(",")[2]
        _save(plate(text[:4] if text == "XYZ789" else text), root / f"us_plates/{number}.png")
        lines.append(f"{number}.png,{row}")
    (root / "us_plates" / "plates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["image,char"]
    for number, character in enumerate(CHARACTERS):
        _save(glyph(character), root / f"chars/hongkong/{number}.png")
        lines.append(f"{number}.png,{character}")
    (root / "chars/hongkong/labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    imaging.save(imaging.from_array(pixels, order="rgb"), path)


@pytest.fixture
def tiny_characters() -> Callable[..., Recipe]:
    """Give a function that shrinks a published recipe: a network of nothing, two samples."""

    def shrink(name: str = "chars_cnn3", **changes: Any) -> Recipe:
        small: dict[str, Any] = {
            "name": f"tiny_{name}",
            "start_from": "",
            "input_size": [16, 16],
            "network": {"name": "cnn3", "widths": [8, 8, 16], "dense": 16, "dropout": 0.0},
            "data.fonts": ["fonts"],
            "data.trained_on": ["pictures drawn in code (CC0-1.0)"],
            "fit.samples": 2,
            "fit.batch_size": 2,
            "fit.workers": 0,
            "fit.threads": 1,
        }
        return load_recipe(recipe_path(name), small | changes)

    return shrink
