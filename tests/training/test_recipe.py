from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from platelens.errors import RecipeError
from platelens.training.networks import make_network
from platelens.training.recipe import RECIPES, PyramidRecipe, load_recipe, recipe_path

FILES = sorted(RECIPES.glob("*.toml"))


def test_there_are_recipes() -> None:
    assert {"detector_small", "reader_small"} <= {file.stem for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recipe_loads_under_its_own_name(file: Path) -> None:
    recipe = load_recipe(file)
    assert recipe.name == file.stem
    assert recipe_path(recipe.name) == file
    if recipe.start_from:
        ours = make_network(recipe).state_dict()
        first = make_network(load_recipe(recipe_path(recipe.start_from))).state_dict()
        shared = [n for n in ours if n in first and ours[n].shape == first[n].shape]
        assert sum(ours[name].numel() for name in shared) > 0.2 * sum(
            value.numel() for value in ours.values()
        )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recipe_makes_a_network(file: Path) -> None:
    assert sum(p.numel() for p in make_network(load_recipe(file)).parameters()) > 10_000


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(FILES[0].read_text(encoding="utf-8"), encoding="utf-8")
    assert recipe_path(str(path)) == path
    assert load_recipe(path) == load_recipe(FILES[0])


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"unknown recipe 'nobody'; known: .*reader_small"):
        recipe_path("nobody")


def test_changes_replace_values() -> None:
    recipe = load_recipe(
        recipe_path("detector_small"),
        {"fit.samples": 64, "seed": 1, "network.depths": [1, 1, 1, 1], "fit.workers": 0},
    )
    assert (recipe.fit.samples, recipe.fit.workers, recipe.seed) == (64, 0, 1)
    assert isinstance(recipe.network, PyramidRecipe)
    assert recipe.network.depths == (1, 1, 1, 1)
    assert recipe.fit.batch_size == load_recipe(recipe_path("detector_small")).fit.batch_size


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"fit.sampels": 64}, r"fit\.sampels"),
        ({"sed": 7}, "sed"),
        ({"network.depth": 3}, r"network\.pyramid\.depth:"),
        ({"data.scenes": [{"folder": "x", "shares": 1}]}, r"data\.scenes\.0\.shares"),
        ({"fit.samples": 0}, r"fit\.samples: .*greater than 0"),
        ({"fit.samples": "many"}, r"fit\.samples"),
        ({"network.name": "piramid"}, r"network: .*pyramid"),
        ({"task": "box"}, "network pyramid is for the task detection"),
        ({"fit.optimizer": "adamax"}, r"fit\.optimizer: .*'adamw', 'adam' or 'sgd'"),
        ({"fit.schedule": "linear"}, r"fit\.schedule: .*'cosine', 'constant' or 'step'"),
        ({"fit.precision": 16}, r"fit\.precision: .*'bfloat16' or 'float32'"),
        ({"task": "finding"}, "task: .*detection"),
        ({"seed.deep": 1}, r"seed\.deep"),
        ({"data.scenes.0.share": 1}, r"data\.scenes\.0\.share"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_with_the_file(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(RecipeError, match=rf"detector_small\.toml: .*{named}") as caught:
        load_recipe(recipe_path("detector_small"), changes)
    assert "\n" not in str(caught.value)


def test_a_recipe_may_choose_how_steps_are_made() -> None:
    changes = {"fit.optimizer": "sgd", "fit.schedule": "step", "fit.precision": "float32"}
    for recipe, chosen in [
        (load_recipe(recipe_path("detector_small")), ("adamw", "cosine", "bfloat16")),
        (load_recipe(recipe_path("detector_small"), changes), ("sgd", "step", "float32")),
    ]:
        assert (recipe.fit.optimizer, recipe.fit.schedule, recipe.fit.precision) == chosen


def test_a_misspelt_key_is_named_even_where_the_right_one_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = recipe_path("detector_small").read_text(encoding="utf-8")
    path.write_text(text.replace("\nbatch_size", "\nbatchsize"), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"fit\.batchsize"):
        load_recipe(path)


@pytest.mark.parametrize("content", [b"name =", b"\xff\xfe"], ids=["no TOML", "no text"])
def test_a_file_that_is_no_recipe_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError, match=r"own\.toml: "):
        load_recipe(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"own\.toml: No such file"):
        load_recipe(tmp_path / "own.toml")


def test_a_recipe_cannot_be_changed_afterwards() -> None:
    recipe = load_recipe(FILES[0])
    with pytest.raises(ValueError, match="frozen"):
        recipe.seed = 1
