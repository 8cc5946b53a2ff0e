"""A recipe, run from scratch on a small budget, gives a network that has learnt something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import default_collate

from platelens.alphabet import CHARACTERS, decode
from platelens.datasets.synth import Catalogue
from platelens.metrics import CharErrorRate
from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.region.formats import Jurisdiction, PlateFormat
from platelens.training.loop import Task
from platelens.training.recipe import Recipe
from platelens.training.run import make_task, run_recipe

TinyRecipe = Callable[..., Recipe]
FIRST_HELD_OUT = 1_000_000  # far behind the samples of a tiny run
SMALL_BUDGET: dict[str, Any] = {
    "data.us_plates": 0,
    "fit.average": 0.9,  # these runs are too short for a slower one
    "fit.precision": "float32",  # networks this small gain nothing from bfloat16
    "fit.workers": 1,  # beside the one thread that trains: two cores
}


@pytest.fixture
def three_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """All plates that are drawn bear A, L and X only, so that they are soon learnt."""
    plate = PlateFormat("toy", ("[ALX][ALX][ALX]",), (200, 100))
    toy = Catalogue([Jurisdiction("zz", "Toyland", 1.0, ("drawn",), (plate,))])
    monkeypatch.setattr(Catalogue, "default", classmethod(lambda *_, **__: toy))


def held_out_batch(task: Task, size: int) -> Any:
    dataset = task.dataset()
    return default_collate([dataset[FIRST_HELD_OUT + i] for i in range(size)])


def measured(task: Task, batch: Any) -> dict[str, float]:
    """Give the loss of a batch, and its parts, without training."""
    with torch.inference_mode():
        loss, parts = task.loss(batch)
    return {"loss": float(loss), **parts}


def char_error_rate(network: torch.nn.Module, batch: Any) -> float:
    pixels, numbers, lengths, _ = batch
    with torch.inference_mode():
        scores = log_softmax(network(pixels).float().numpy())
    rate = CharErrorRate()
    for score, number, length in zip(scores, numbers, lengths, strict=True):
        rate.update(decode_ctc(score, CHARACTERS, top_n=1).text, decode(number[:length].tolist()))
    return rate.compute()


def train_anew(recipe: Recipe, root: Path, run: Path) -> tuple[Task, Task]:
    """Give the task with the network as it was before the run, and as it is after it."""
    torch.manual_seed(recipe.seed)
    before, after = make_task(recipe, root), make_task(recipe, root)
    run_recipe(recipe, root, run)
    after.network.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    before.network.eval()
    after.network.eval()
    return before, after


@pytest.mark.usefixtures("three_letters")
def test_a_reader_learns_to_read(data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path) -> None:
    recipe = tiny_recipe(
        "reader_small",
        **SMALL_BUDGET,
        **{
            # The pictures of the folder are for `finish`; next to none of the samples is theirs.
            "data.scenes": [{"folder": "scenes/tiny", "share": 1e-9}],
            "data.ccpd_crops": 0,
            "data.synthetic": 1.0,
            "input_size": [64, 32],
            "network.widths": [8, 16, 24, 32],
            "network.hidden": 32,
            "fit.samples": 5120,
            "fit.batch_size": 16,
            "fit.learning_rate": 4e-3,
            "fit.schedule": "constant",
        },
    )
    before, after = train_anew(recipe, data_root, tmp_path / "run")
    batch = held_out_batch(after, 64)
    # Who only knows which letters there are gets three characters in five wrong.
    assert measured(after, batch)["loss"] < 0.2 * measured(before, batch)["loss"]
    assert char_error_rate(before.network, batch) > 0.9
    assert char_error_rate(after.network, batch) < 0.4


def test_a_detector_learns_to_find(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    recipe = tiny_recipe(
        "detector_small",
        **SMALL_BUDGET,
        **{
            "network.widths": [8, 16, 16, 16, 16],
            "network.neck": 16,
            "fit.samples": 960,
            "fit.batch_size": 8,
            "fit.learning_rate": 5e-3,
        },
    )
    before, after = train_anew(recipe, data_root, tmp_path / "run")
    batch = held_out_batch(after, 64)
    first, last = measured(before, batch), measured(after, batch)
    assert last["loss"] < 0.8 * first["loss"]
    assert last["box"] < 0.65 * first["box"]
