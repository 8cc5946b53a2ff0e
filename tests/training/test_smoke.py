"""Every recipe of the package, its network in full, a few steps on drawn data."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

pytest.importorskip("timm")

from platelens.datasets import load_samples
from platelens.datasets.split import split_samples
from platelens.errors import UnknownModelError
from platelens.imaging import load
from platelens.training import run as training_run
from platelens.training.recipe import RECIPES, load_recipe, recipe_path
from platelens.training.smoke import BATCH, STEPS, draw_data, shorten, smoke_recipe
from platelens.training.sources import load_ccpd_crops, load_us_crops, load_us_looks

NAMES = sorted(path.stem for path in RECIPES.glob("*.toml"))


@pytest.fixture(autouse=True)
def _fetch_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_network: object) -> None:
        pytest.fail("weights were fetched")

    monkeypatch.setattr(training_run, "fetch_pretrained", fail)


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_runs(name: str) -> None:
    done = smoke_recipe(load_recipe(recipe_path(name)))
    assert (done.steps, done.batch_size) == (STEPS, BATCH)
    assert math.isfinite(done.loss)
    assert done.loss > 0


def test_the_drawn_data_have_all_parts(tmp_path: Path) -> None:
    recipe = load_recipe(recipe_path("state_small"))
    draw_data(recipe, tmp_path)
    folders = [tmp_path / source.folder for source in recipe.data.scenes]
    splits = [split_samples(load_samples(folder)) for folder in folders]
    assert all(train for train, _ in splits)
    assert sum(len(held_out) for _, held_out in splits) == 1
    assert load_us_crops(tmp_path, "train")
    assert all(load_us_looks(tmp_path, part) for part in ("train", "held_out", "valid"))
    assert all(load_ccpd_crops(tmp_path, held_out=kept) for kept in (True, False))
    assert load(load_us_crops(tmp_path, "valid")[0].image).shape == (128, 224, 3)


def test_a_short_recipe_keeps_its_network_and_what_makes_its_steps() -> None:
    recipe = load_recipe(recipe_path("state_resnet50"))
    short = shorten(recipe)
    assert short.network == recipe.network.model_copy(update={"pretrained": False})
    assert (short.fit.optimizer, short.fit.schedule) == ("sgd", "step")
    assert short.fit.samples == STEPS * BATCH
    assert recipe.network != short.network


def test_what_cannot_run_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    changes = {"network.backbone": "vgg17"}
    with pytest.raises(UnknownModelError, match=r"'vgg17'; known: .*vgg16"):
        smoke_recipe(load_recipe(recipe_path("state_vgg16"), changes))
    assert list(tmp_path.iterdir()) == []
