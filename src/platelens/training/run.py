"""Runs a recipe: recipe in, run folder out."""

from __future__ import annotations

from pathlib import Path

import torch

from platelens.training.detection.task import DetectionTask
from platelens.training.loop import FitSettings, Task, fit
from platelens.training.recipe import Recipe


def make_task(recipe: Recipe, root: Path) -> Task:
    """Load what `recipe` learns from; `root` is the data folder."""
    if recipe.task == "detection":
        return DetectionTask(recipe, root)
    from platelens.training.recognition.task import RecognitionTask

    return RecognitionTask(recipe, root)


def run_recipe(recipe: Recipe, root: Path, folder: Path) -> None:
    """Train; `folder` then holds `recipe.json`, `log.jsonl`, `checkpoint.pt`, `weights.pt`.

    A run that was interrupted goes on from its last checkpoint.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.json").write_text(recipe.model_dump_json(indent=2), encoding="utf-8")
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    task = make_task(recipe, root)
    network = fit(task, FitSettings(**recipe.fit.model_dump()), folder, device=device)
    torch.save(network.state_dict(), folder / "weights.pt")
