"""Runs a recipe: recipe in, run folder out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch

from platelens.errors import TrainingError
from platelens.training.detection.task import DetectionTask
from platelens.training.loop import FitSettings, Task, fit
from platelens.training.recipe import Recipe
from platelens.training.recognition.task import RecognitionTask

WEIGHTS_NAME = "weights.pt"
RECIPE_NAME = "recipe.json"
NUMBERS_NAME = "numbers.json"


def make_task(recipe: Recipe, root: Path) -> Task:
    """Load what `recipe` learns from; `root` is the data folder."""
    if recipe.task == "detection":
        return DetectionTask(recipe, root)
    return RecognitionTask(recipe, root)


def run_recipe(recipe: Recipe, root: Path, folder: Path) -> None:
    """Train by `recipe` and fill the run folder.

    It then holds `recipe.json`, `log.jsonl`, `checkpoint.pt`, `numbers.json` and `weights.pt`. A
    run that was interrupted goes on from its last checkpoint. A recipe with `start_from` takes its
    first weights from the folder of that name beside `folder`.

    Raises:
        TrainingError: there are no weights to start from, or the loss is not finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECIPE_NAME).write_text(recipe.model_dump_json(indent=2), encoding="utf-8")
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    task = make_task(recipe, root)
    if recipe.start_from:
        first = folder.parent / recipe.start_from / WEIGHTS_NAME
        if not first.exists():
            raise TrainingError(
                f"{first}: no such file; train the recipe {recipe.start_from} first"
            )
        task.network.load_state_dict(torch.load(first, map_location="cpu", weights_only=True))
    network = fit(task, FitSettings(**recipe.fit.model_dump()), folder, device=device)
    numbers = asdict(task.finish(network))
    (folder / NUMBERS_NAME).write_text(json.dumps(numbers, indent=2), encoding="utf-8")
    torch.save(network.state_dict(), folder / WEIGHTS_NAME)
