"""What a recipe chooses of a training step, by name: optimizer, schedule and precision.

The names are those of `training.recipe.FitRecipe`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, Final, TypeVar

import torch

from platelens.errors import TrainingError

Groups = list[dict[str, Any]]
"""Parameters with their weight decay, as `torch.optim` takes them."""

Shape = Callable[[int, int, int], float]
"""(step, steps of warm-up, steps in all) -> share of the peak rate, after the warm-up."""

_Choice = TypeVar("_Choice")


def _half_cosine(step: int, warm: int, steps: int) -> float:
    """Down to 1 %, without a jump (Loshchilov and Hutter 2017, one period)."""
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def _constant(_step: int, _warm: int, _steps: int) -> float:
    return 1.0


def _two_drops(step: int, _warm: int, steps: int) -> float:
    """A tenth after 60 % of all steps, and a tenth of that after 85 %."""
    # In whole numbers, so that no rounding moves a drop by a step.
    return 1.0 if 100 * step < 60 * steps else 0.1 if 100 * step < 85 * steps else 0.01


OPTIMIZERS: Final[Mapping[str, Callable[[Groups, float], torch.optim.Optimizer]]] = {
    "adamw": torch.optim.AdamW,
    "adam": torch.optim.Adam,  # weight decay is added to the gradient
    "sgd": partial(torch.optim.SGD, momentum=0.9, nesterov=True),
}

SCHEDULES: Final[Mapping[str, Shape]] = {
    "cosine": _half_cosine,
    "constant": _constant,
    "step": _two_drops,
}

PRECISIONS: Final[Mapping[str, Callable[[str], AbstractContextManager[Any]]]] = {
    "bfloat16": lambda device: torch.autocast(device, torch.bfloat16),
    "float32": lambda _: nullcontext(),
}


def choose(table: Mapping[str, _Choice], name: str) -> _Choice:
    """Give the entry `name` of one of the tables above.

    Raises:
        TrainingError: there is no such entry; the message lists the known ones.
    """
    try:
        return table[name]
    except KeyError:
        raise TrainingError(f"unknown {name!r}; known: {', '.join(table)}") from None


def rate_at(step: int, warm: int, steps: int, shape: Shape) -> float:
    """Give the share of the peak learning rate at `step`: a linear warm-up, then `shape`.

    Args:
        step: from 0.
        warm: steps of the warm-up, at least 1; the first step after it has the full rate.
        steps: in all.
        shape: one of `SCHEDULES`.
    """
    return (step + 1) / warm if step < warm else shape(step, warm, steps)
