"""Plates of two states, one red and one blue, and a few from elsewhere; a recipe to suit them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from platelens import imaging
from platelens.training.recipe import Recipe, load_recipe, recipe_path

COLOURS = {"OHIO": (200, 60, 50), "MISSIPPI": (50, 70, 200)}
TWINS = ["train,OHIO,TWIN1", "valid,OHIO,TWIN1", "valid,MISSIPPI,", "train,MISSIPPI,"]


@pytest.fixture(scope="session")
def states_root(data_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("states")
    for part in ("fonts", "scenes", "crops"):
        shutil.copytree(data_root / part, root / part)
    folder = root / "us_plates"
    folder.mkdir()
    lines = ["image,split,state,text"]
    rows = [f"train,{state},{state[:2]}{i:02d}" for state in COLOURS for i in range(40)]
    for number, row in enumerate(rows + TWINS):
        _, state, text = row.split(",")
        pixels = np.full((64, 112, 3), COLOURS[state], np.uint8)
        cv2.putText(pixels, text, (6, 42), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (240, 240, 240), 2)
        imaging.save(imaging.from_array(pixels, order="rgb"), folder / f"{number}.png")
        lines.append(f"{number}.png,{row}")
    (folder / "plates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


@pytest.fixture
def tiny_look() -> Callable[..., Recipe]:
    """Give a function that shrinks the published recipe: a network of nothing, two samples."""

    def shrink(**changes: Any) -> Recipe:
        small: dict[str, Any] = {
            "name": "tiny_state",
            "start_from": "",
            "input_size": [32, 56],
            "network.widths": [8, 8, 8, 16],
            "network.depths": [0, 0, 0, 0],
            "network.dropout": 0.0,
            "data.scenes": [{"folder": "scenes/tiny", "share": 0.1, "foreign": True}],
            "data.corners_from": "",
            "data.fonts": ["fonts"],
            "data.trained_on": ["pictures drawn in code (CC0-1.0)"],
            "fit.samples": 2,
            "fit.batch_size": 2,
            "fit.workers": 0,
            "fit.threads": 1,
        }
        return load_recipe(recipe_path("state_small"), small | changes)

    return shrink
