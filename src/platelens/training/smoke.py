"""A few steps of a recipe on drawn data, to see that everything of it works."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from platelens.alphabet import CHARACTERS
from platelens.datasets import load_samples
from platelens.datasets.split import is_held_out, split_samples
from platelens.datasets.synth import (
    Catalogue,
    FlatPlate,
    FontSet,
    draw_flat_plate,
    find_fonts,
    save_builtin_font,
)
from platelens.datasets.synth.generate import generate
from platelens.datasets.synth.source import SynthSettings
from platelens.geometry import fit_crop
from platelens.imaging import save
from platelens.training.journal import LOG_NAME
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe, load_recipe, recipe_path
from platelens.training.run import WEIGHTS_NAME, run_recipe
from platelens.types import RgbImage

STEPS: Final = 2
BATCH: Final = 2

# Few are held out: reading what an untrained network says takes long.
_SCENES: Final = 8  # of a folder; one of all is held out
_CROPS: Final = 3  # of each part of a folder of crops
_US_SIZE: Final = (128, 224)
_CCPD_SIZE: Final = (24, 94)
_STATES: Final = {"us-ca": "CALIFORNIA", "us-oh": "OHIO", "us-ny": "NEW YORK"}


@dataclass(frozen=True, slots=True)
class Smoke:
    """What came of it."""

    steps: int
    batch_size: int
    loss: float  # of the last step
    seconds: float


def smoke_recipe(recipe: Recipe) -> Smoke:
    """Run `recipe` for STEPS steps of BATCH samples on data drawn for it, and finish it.

    The network is the recipe's in full, with random weights, and so are those of a recipe that it
    starts from. Nothing is fetched, and nothing is left behind.

    Raises:
        PlatelensError: as `run_recipe`.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        root, runs = Path(name) / "data", Path(name) / "runs"
        draw_data(recipe, root)
        if recipe.start_from:
            first = runs / recipe.start_from
            first.mkdir(parents=True)
            network = make_network(load_recipe(recipe_path(recipe.start_from)))
            torch.save(network.state_dict(), first / WEIGHTS_NAME)
        run_recipe(shorten(recipe), root, runs / recipe.name)
        last = (runs / recipe.name / LOG_NAME).read_text(encoding="utf-8").splitlines()[-1]
    return Smoke(STEPS, BATCH, json.loads(last)["loss"], time.monotonic() - started)


def shorten(recipe: Recipe) -> Recipe:
    """Give a recipe of a few steps, for the data of `draw_data`."""
    machine = {"workers": 0, "precision": "float32"}  # quick on any processor
    length = {"samples": STEPS * BATCH, "batch_size": BATCH, "report_every": 1}
    network: dict[str, Any] = {"pretrained": False} if hasattr(recipe.network, "pretrained") else {}
    return recipe.model_copy(
        update={
            "fit": recipe.fit.model_copy(update=length | machine),
            "data": recipe.data.model_copy(update={"fonts": ("fonts",)}),
            "network": recipe.network.model_copy(update=network),
        }
    )


def draw_data(recipe: Recipe, root: Path) -> None:
    """Draw a data folder with all that `recipe` may ask of it, but EMNIST; a few pictures each.

    Of every set some pictures train and some are held out.
    """
    save_builtin_font(root / "fonts")
    fonts = find_fonts([root / "fonts"])
    for number, source in enumerate(recipe.data.scenes):
        if number < 2:
            drawn = root / source.folder
            _draw_scenes(fonts, drawn, held_out=1 - number)
        else:
            shutil.copytree(drawn, root / source.folder)
    _draw_us_plates(fonts, root / "us_plates")
    _draw_ccpd(fonts, root / "crops" / "ccpd")
    _draw_characters(fonts, root / "chars" / "hongkong")


def _draw_scenes(fonts: FontSet, folder: Path, *, held_out: int) -> None:
    """Draw scenes until so many of them are held out, which their random texts decide."""
    for seed in count():
        settings = SynthSettings(
            "scenes", _SCENES, seed, plates=(1, 1), scene_side_px=320, strength=0.3
        )
        generate(settings, fonts, folder)
        if len(split_samples(load_samples(folder))[1]) == held_out:
            return
        shutil.rmtree(folder)


def _draw_us_plates(fonts: FontSet, folder: Path) -> None:
    rng = np.random.default_rng(0)
    catalogue = Catalogue.default(tuple(_STATES))

    def draw() -> FlatPlate:
        return draw_flat_plate(rng, fonts, catalogue)

    def is_kept(plate: FlatPlate) -> bool:
        return is_held_out(plate.text, one_in=20)

    train = _take(draw, lambda plate: not is_kept(plate))
    parts = [("train", train), ("train", _take(draw, is_kept)), ("valid", _take(draw))]
    rows = [
        (f"{split},{_STATES[plate.region or '']},{plate.text}", plate.pixels)
        for split, plates in parts
        for plate in plates
    ]
    _write(folder, "plates.csv", "image,split,state,text", rows, _US_SIZE)


def _draw_ccpd(fonts: FontSet, folder: Path) -> None:
    rng = np.random.default_rng(1)
    catalogue = Catalogue.default(("cn",))

    def draw() -> FlatPlate:
        return draw_flat_plate(rng, fonts, catalogue)

    def is_kept(plate: FlatPlate) -> bool:
        return is_held_out(plate.text, one_in=4)

    plates = [*_take(draw, is_kept), *_take(draw, lambda plate: not is_kept(plate))]
    rows = [(plate.text, plate.pixels) for plate in plates]
    _write(folder, "labels.csv", "image,text", rows, _CCPD_SIZE)


def _draw_characters(fonts: FontSet, folder: Path) -> None:
    glyphs = ((c, 255 - fonts.glyph(0, c)) for c in CHARACTERS)
    rows = [(c, RgbImage(np.repeat(ink[..., None], 3, axis=2))) for c, ink in glyphs]
    _write(folder, "labels.csv", "image,char", rows, None)


def _take(
    draw: Callable[[], FlatPlate], suits: Callable[[FlatPlate], bool] = lambda _: True
) -> list[FlatPlate]:
    """Draw until there are _CROPS plates that suit."""
    plates: list[FlatPlate] = []
    while len(plates) < _CROPS:
        plate = draw()
        if suits(plate):
            plates.append(plate)
    return plates


def _write(
    folder: Path, name: str, header: str, rows: Sequence[tuple[str, RgbImage]],
    size_hw: tuple[int, int] | None,
) -> None:  # fmt: skip
    """Write pictures, stretched to a size, and the list that says what each of them is."""
    folder.mkdir(parents=True)
    lines = [header]
    for number, (row, pixels) in enumerate(rows):
        fitted = RgbImage(fit_crop(pixels, size_hw)) if size_hw else pixels
        save(fitted, folder / f"{number}.png")
        lines.append(f"{number}.png,{row}")
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
