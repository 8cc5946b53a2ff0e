"""Runs a recipe: recipe in, run folder out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from platelens.errors import TrainingError
from platelens.training.backbones import fetch_pretrained, pretrained_score
from platelens.training.characters.task import CharactersTask
from platelens.training.detection.boxes import BoxTask
from platelens.training.detection.task import DetectionTask
from platelens.training.journal import Report
from platelens.training.loop import CHECKPOINT_NAME, FitSettings, Task, fit
from platelens.training.processes import joined_processes
from platelens.training.recipe import Recipe
from platelens.training.recognition.task import RecognitionTask
from platelens.training.region.task import RegionTask

WEIGHTS_NAME = "weights.pt"
RECIPE_NAME = "recipe.json"
NUMBERS_NAME = "numbers.json"


def make_task(recipe: Recipe, root: Path) -> Task:
    """Load what `recipe` learns from; `root` is the data folder."""
    if recipe.task == "detection":
        return DetectionTask(recipe, root)
    if recipe.task == "box":
        return BoxTask(recipe, root)
    if recipe.task == "region":
        return RegionTask(recipe, root)
    if recipe.task == "characters":
        return CharactersTask(recipe, root)
    return RecognitionTask(recipe, root)


def run_recipe(
    recipe: Recipe,
    root: Path,
    folder: Path,
    *,
    on_report: Callable[[Report], None] | None = None,
) -> None:
    """Train by `recipe` and fill the run folder.

    It then holds `recipe.json`, `log.jsonl`, TensorBoard's `events.out.tfevents...`,
    `checkpoint.pt`, `numbers.json` and `weights.pt`. A run that was interrupted goes on from its
    last checkpoint. Started by `torchrun`, all its processes train together, and the first one
    writes; they must see the same folder. A recipe with `start_from` takes its first weights from
    the folder of that name beside `folder`: those that its network has too, by name and shape. One
    whose network is `pretrained` fetches ImageNet's weights of its backbone; where they cannot be
    had it starts from random ones. The score `pretrained_backbone` tells which it was.

    Args:
        recipe: what to train.
        root: the data folder.
        folder: the run folder; made if need be.
        on_report: called with every report of the training, in the first process.

    Raises:
        TrainingError: `folder` holds a run of another recipe, there are no weights to start from
            or none of them fits, or the loss is not finite.
    """
    with joined_processes() as (processes, device):
        if processes.is_first:
            _claim(folder, recipe)
        processes.wait()
        task = _start_task(recipe, root, folder)
        settings = FitSettings(**recipe.fit.model_dump())
        network = fit(
            task, settings, folder, device=device, processes=processes, on_report=on_report
        )
        if processes.is_first:
            _finish(task, network, folder)


def _start_task(recipe: Recipe, root: Path, folder: Path) -> Task:
    """Load what a recipe learns from, and the first weights."""
    torch.manual_seed(recipe.seed)
    task = make_task(recipe, root)
    if recipe.start_from:
        first = folder.parent / recipe.start_from / WEIGHTS_NAME
        if not first.exists():
            raise TrainingError(
                f"{first}: no such file; train the recipe {recipe.start_from} first"
            )
        _start(task.network, torch.load(first, map_location="cpu", weights_only=True), first)
    elif _wants_pretrained(recipe) and not (folder / CHECKPOINT_NAME).exists():
        fetch_pretrained(task.network)
    return task


def _finish(task: Task, network: torch.nn.Module, folder: Path) -> None:
    """Measure the network, and write it and its numbers."""
    numbers = asdict(task.finish(network))
    numbers["scores"] |= pretrained_score(network)
    (folder / NUMBERS_NAME).write_text(json.dumps(numbers, indent=2), encoding="utf-8")
    torch.save(network.state_dict(), folder / WEIGHTS_NAME)


def _wants_pretrained(recipe: Recipe) -> bool:
    return bool(getattr(recipe.network, "pretrained", False))


def _start(network: torch.nn.Module, given: dict[str, torch.Tensor], source: Path) -> None:
    """Take the weights of `given` that `network` has too; the others stay random."""
    own = network.state_dict()
    shared = {
        name: value
        for name, value in given.items()
        if name in own and own[name].shape == value.shape
    }
    if not any(value.ndim > 1 for value in shared.values()):
        raise TrainingError(f"{source}: has no weights that the network has")
    network.load_state_dict(own | shared)


def _claim(folder: Path, recipe: Recipe) -> None:
    """Write the recipe into the run folder, unless another one is being trained there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RECIPE_NAME
    if path.exists():
        other = Recipe.model_validate_json(path.read_text(encoding="utf-8"))
        if _essence(other) != _essence(recipe):
            raise TrainingError(f"{folder}: holds a run of another recipe; give another folder")
    path.write_text(recipe.model_dump_json(indent=2), encoding="utf-8")


def _essence(recipe: Recipe) -> dict[str, Any]:
    """Give what decides the result, but for rounding: not what suits the machine or who watches."""
    return recipe.model_dump(exclude={"fit": {"threads", "workers", "report_every", "precision"}})
