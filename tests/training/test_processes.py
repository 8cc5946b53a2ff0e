from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from platelens.errors import TrainingError
from platelens.training.processes import Processes
from platelens.training.recipe import Recipe
from tests.training.planes import SETTINGS, learn

ROOT = Path(__file__).parents[2]


def torchrun(*words: object) -> None:
    """Run a module in two processes."""
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*run, *map(str, words)],
        capture_output=True, text=True, timeout=240, check=False, cwd=ROOT, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def log_of(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_each_step_has_the_same_samples(count: int) -> None:
    orders = [list(Processes(number, count).order(3, 6, 8)) for number in range(count)]
    part = 8 // count
    for step in range(3):
        taken = [n for order in orders for n in order[step * part : (step + 1) * part]]
        assert taken == list(range((3 + step) * 8, (4 + step) * 8))
    assert len(Processes(0, count).order(3, 6, 8)) == len(orders[0])


def test_a_batch_that_cannot_be_split_is_refused() -> None:
    with pytest.raises(TrainingError, match="batch of 8 cannot be split among 3 processes"):
        Processes(0, 3).order(0, 1, 8)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The toy task learnt by one process, and by two that torchrun started."""
    one, two = (tmp_path_factory.mktemp(name) for name in ("one", "two"))
    learn(one)
    torchrun("-m", "tests.training.planes", two)
    return one, two


def content(folder: Path, name: str) -> Any:
    return torch.load(folder / name, weights_only=True)


def test_two_processes_learn_as_one_does(learnt: tuple[Path, Path]) -> None:
    one, two = (log_of(folder / "plain") for folder in learnt)
    assert len(one) == len(two) == SETTINGS.samples // SETTINGS.batch_size
    for key in ("loss", "half", "learning_rate"):
        assert [line[key] for line in two] == pytest.approx([line[key] for line in one], abs=2e-4)
    assert one[-1]["loss"] < one[0]["loss"] / 3
    alone, together = (content(folder, "plain-0.pt")["weights"] for folder in learnt)
    for name, value in alone.items():
        assert torch.allclose(value, together[name], atol=1e-4)


def test_both_processes_end_with_the_same_weights(learnt: tuple[Path, Path]) -> None:
    first, second = (content(learnt[1], f"plain-{n}.pt") for n in (0, 1))
    assert all(torch.equal(v, second["weights"][k]) for k, v in first["weights"].items())
    both = [a + b for a, b in zip(first["seen"], second["seen"], strict=True)]
    assert both == content(learnt[0], "plain-0.pt")["seen"]


def test_batch_normalisation_changes_the_curve_by_little(learnt: tuple[Path, Path]) -> None:
    """On CPUs each process normalises by its own half of the batch."""
    one, two = ([line["loss"] for line in log_of(folder / "norm")] for folder in learnt)
    differences = [abs(a - b) for a, b in zip(one, two, strict=True)]
    assert sum(differences) / len(differences) < 0.1 * one[0]
    assert sum(two[-10:]) / 10 < two[0] / 3


def test_a_recipe_runs_in_two_processes(
    tmp_path: Path, data_root: Path, tiny_recipe: Callable[..., Recipe]
) -> None:
    recipe = tiny_recipe("detector_small")
    (tmp_path / "recipe.json").write_text(recipe.model_dump_json())
    torchrun("-m", "tests.training.planes", tmp_path / "recipe.json", data_root, tmp_path / "run")
    run = tmp_path / "run"
    assert [line["step"] for line in log_of(run)] == [1]
    assert json.loads((run / "numbers.json").read_text())["scores"]
    assert (run / "weights.pt").exists()
