"""What torchrun runs for test_processes.py: a toy task, or a recipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

from platelens.training.loop import FitSettings, Numbers, fit
from platelens.training.processes import joined_processes
from platelens.training.recipe import Recipe
from platelens.training.run import run_recipe

WEIGHTS = torch.tensor([[1.0], [-2.0], [0.5]])
SETTINGS = FitSettings(
    samples=1280, batch_size=32, learning_rate=0.05, report_every=1, workers=0, threads=1,
    precision="float32",
)  # fmt: skip


class Points(Dataset[tuple[Tensor, Tensor, int]]):
    """Point `i` of a plane, and `i`."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, int]:
        x = torch.rand(3, generator=torch.Generator().manual_seed(index)) - 0.5
        return x, x @ WEIGHTS + 0.25, index


class PlaneTask:
    """Find the plane, with or without batch normalisation; remembers the samples it saw."""

    def __init__(self, *, with_norm: bool) -> None:
        torch.manual_seed(0)
        norm = [nn.BatchNorm1d(8)] if with_norm else []
        self.network: nn.Module = nn.Sequential(nn.Linear(3, 8), *norm, nn.ReLU(), nn.Linear(8, 1))
        self.seen: list[list[int]] = []

    def dataset(self) -> Points:
        return Points()

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        x, y, index = batch
        self.seen.append(index.tolist())
        loss = (self.network(x) - y).square().mean()
        return loss, {"half": float(loss.detach()) / 2}

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        del count
        return []

    def validate(self, network: nn.Module) -> dict[str, float]:
        del network
        return {"quality": 1.0}

    def finish(self, network: nn.Module) -> Numbers:
        del network
        return Numbers({}, {})


def learn(folder: Path) -> None:
    """Train both networks; each process writes what it saw and ended with."""
    with joined_processes() as (processes, device):
        for name in ("plain", "norm"):
            task = PlaneTask(with_norm=name == "norm")
            network = fit(task, SETTINGS, folder / name, device=device, processes=processes)
            content = {"seen": task.seen, "weights": network.state_dict()}
            torch.save(content, folder / f"{name}-{processes.number}.pt")


def learn_recipe(recipe: Path, data: Path, folder: Path) -> None:
    """Run a recipe that is stored as JSON."""
    run_recipe(Recipe.model_validate_json(recipe.read_text()), data, folder)


if __name__ == "__main__":
    paths = [Path(word) for word in sys.argv[1:]]
    if len(paths) == 1:
        learn(*paths)
    else:
        learn_recipe(*paths)
