from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
import torch

from platelens.errors import TrainingError
from platelens.training.optimizers import OPTIMIZERS, PRECISIONS, SCHEDULES, choose, rate_at
from platelens.training.recipe import FitRecipe

TABLES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "precision": PRECISIONS}


def rates(name: str, warm: int = 10, steps: int = 100) -> list[float]:
    return [rate_at(step, warm, steps, SCHEDULES[name]) for step in range(steps)]


def first_step(name: str, weight_decay: float) -> float:
    """Give where a weight of 1 with a slope of 2 is after a step of rate 0.1."""
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = OPTIMIZERS[name]([{"params": [weight], "weight_decay": weight_decay}], 0.1)
    weight.grad = torch.full((1,), 2.0)
    optimizer.step()
    return float(weight.detach())


@pytest.mark.parametrize("key", TABLES)
def test_the_recipe_knows_the_names_of_the_table(key: str) -> None:
    field = FitRecipe.model_fields[key]
    assert set(get_args(field.annotation)) == set(TABLES[key])
    assert field.default == next(iter(TABLES[key]))


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_warms_up(name: str) -> None:
    assert rates(name)[:11] == pytest.approx([0.1 * (i + 1) for i in range(10)] + [1.0])


def test_cosine_comes_down_to_a_hundredth() -> None:
    cosine = rates("cosine")
    assert cosine[55] == pytest.approx(0.505)
    assert all(a > b for a, b in pairwise(cosine[10:]))
    assert 0.01 < cosine[-1] < 0.012


def test_constant_stays() -> None:
    assert rates("constant")[10:] == [1.0] * 90


def test_step_drops_twice() -> None:
    dropping = rates("step")
    assert dropping[10:60] == [1.0] * 50
    assert dropping[60:85] == [0.1] * 25
    assert dropping[85:] == [0.01] * 15


@pytest.mark.parametrize(
    ("name", "decayed"),
    [
        # The decay shrinks the weight by 0.1 * 0.5; the step itself is the rate.
        ("adamw", 1 - 0.05 - 0.1),
        # The decay turns the slope into 2.5, of which Adam's first step sees the sign only.
        ("adam", 1 - 0.1),
        # 0.1 * 2.5, and 0.9 of it once more: Nesterov looks ahead.
        ("sgd", 1 - 0.25 - 0.225),
    ],
)
def test_the_first_step_is_what_the_name_says(name: str, decayed: float) -> None:
    plain = 1 - 0.2 - 0.18 if name == "sgd" else 1 - 0.1
    assert first_step(name, 0.0) == pytest.approx(plain)
    assert first_step(name, 0.5) == pytest.approx(decayed)


@pytest.mark.parametrize(
    ("name", "dtype"), [("bfloat16", torch.bfloat16), ("float32", torch.float32)]
)
def test_the_precision_is_that_of_the_products(name: str, dtype: torch.dtype) -> None:
    layer = torch.nn.Linear(2, 2)
    with PRECISIONS[name]("cpu"):
        assert layer(torch.ones(1, 2)).dtype == dtype


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(TrainingError, match=r"unknown 'adamax'; known: adamw, adam, sgd"):
        choose(OPTIMIZERS, "adamax")
