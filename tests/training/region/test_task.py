"""Two states of different colours: told apart, exported, and the model read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from platelens import imaging
from platelens.geometry import fit_crop
from platelens.runtime import Manifest, load_manifest, open_session
from platelens.training.export import export_run
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.region.data import CLASSES
from platelens.training.region.task import RegionTask
from platelens.training.run import make_task, run_recipe
from platelens.training.sources import load_us_looks

TinyLook = Callable[..., Recipe]
OHIO, MISSISSIPPI, ELSEWHERE = (CLASSES.index(code) for code in ("us-oh", "us-ms", ""))


class Constant(torch.nn.Module):
    """Says the same of every picture, surely."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(len(CLASSES)))
        self.logits.data[number] = 3.0

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(pixels), -1)


class Reddish(torch.nn.Module):
    """Red means Ohio, blue means Mississippi, always; nothing is from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.sure = torch.nn.Parameter(torch.tensor(1.0))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        red, _, blue = pixels.float().mean(dim=(1, 2)).unbind(1)
        logits = torch.zeros(len(pixels), len(CLASSES))
        logits[:, OHIO] = self.sure * (red - blue)
        logits[:, MISSISSIPPI] = self.sure * (blue - red)
        return logits


def test_a_classifier_learns_to_tell_states_apart(
    states_root: Path, tiny_look: TinyLook, tmp_path: Path
) -> None:
    recipe = tiny_look(
        **{
            "data.synthetic": 0,
            "data.synthetic_elsewhere": 0,
            "fit.samples": 1280,
            "fit.batch_size": 16,
            "fit.learning_rate": 1e-2,
            "fit.average": 0.9,  # so short a run needs a fast one
            "fit.precision": "float32",
        }
    )
    task = make_task(recipe, states_root)
    before = task.validate(task.network.eval())
    run_recipe(recipe, states_root, tmp_path)
    numbers = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    # A guess between the two states is right half the time.
    assert before["us"] < 0.7
    assert numbers["scores"]["held_out_top1_us"] > 0.85
    assert numbers["scores"]["held_out_top1_us_80px"] > 0.85
    assert numbers["scores"]["valid_top1_us"] == 1
    assert numbers["scores"]["held_out_elsewhere"] > 0.5


@pytest.mark.parametrize("int8", [False, True], ids=["float", "int8"])
def test_a_model_is_exported_and_read_back(
    states_root: Path, tiny_look: TinyLook, tmp_path: Path, *, int8: bool
) -> None:
    recipe = tiny_look()
    run_recipe(recipe, states_root, tmp_path / "run")
    model = tmp_path / "model"
    manifest = export_run(tmp_path / "run", model, int8_data=states_root if int8 else None)
    assert manifest == load_manifest(model)
    check_manifest(manifest, recipe)
    network = make_network(recipe).eval()
    network.load_state_dict(torch.load(tmp_path / "run" / "weights.pt", weights_only=True))
    pictures = [imaging.load(states_root / f"us_plates/{i}.png") for i in (0, 45, 7)]
    batch = np.stack([fit_crop(picture, recipe.input_size) for picture in pictures])
    with torch.inference_mode():
        wanted = network(torch.from_numpy(batch)).numpy()
    (logits,) = open_session(model).run(batch)
    assert logits.shape == (3, 57)
    tolerance = 0.5 * float(wanted.std()) if int8 else 1e-3
    np.testing.assert_allclose(logits, wanted, atol=tolerance)


def check_manifest(manifest: Manifest, recipe: Recipe) -> None:
    assert (manifest.task, manifest.alphabet) == ("region", "")
    assert manifest.input_size == recipe.input_size
    assert len(manifest.classes) == 57
    assert manifest.classes[-1] == ""
    assert {"us-al", "us-dc", "us-vi"} <= set(manifest.classes)
    assert manifest.settings.keys() == {"temperature", "elsewhere_share"}


def test_the_measures_find_what_the_network_says(states_root: Path, tiny_look: TinyLook) -> None:
    task = RegionTask(tiny_look(), states_root)
    assert task.validate(Constant(ELSEWHERE)) == {"elsewhere": 1, "us": 0, "us_80px": 0}
    assert task.validate(Reddish()) == {"elsewhere": 0, "us": 1, "us_80px": 1}
    kept = [c.region for c in load_us_looks(states_root, "held_out")]
    assert task.validate(Constant(OHIO))["us"] == pytest.approx(kept.count("us-oh") / len(kept))


def test_the_pictures_of_valid_are_measured_at_the_end(
    states_root: Path, tiny_look: TinyLook
) -> None:
    task = RegionTask(tiny_look(), states_root)
    assert task.finish(Constant(OHIO)).scores["valid_top1_us"] == 0.5
    assert task.finish(Reddish()).scores["valid_top1_us"] == 1


def test_the_temperature_warms_who_is_too_sure(states_root: Path, tiny_look: TinyLook) -> None:
    task = RegionTask(tiny_look(), states_root)
    right, wrong = task.finish(Reddish()), task.finish(Constant(OHIO + 1))
    # Never right, so surer than it ever should be.
    assert wrong.settings["temperature"] == pytest.approx(2.446, abs=1e-3)
    assert right.settings["temperature"] > 1  # sure that none is from elsewhere


def test_the_elsewhere_share_is_that_of_the_crops(states_root: Path, tiny_look: TinyLook) -> None:
    task = RegionTask(tiny_look(**{"data.ccpd_crops": 0}), states_root)
    share = task.finish(Constant(OHIO)).settings["elsewhere_share"]
    # 0.1 of scenes, 0.075 drawn, 0.035 places; 0.65 and 0.08 are American
    assert share == pytest.approx(0.21 / 0.94, abs=1e-3)
    dataset = task.dataset()
    found = np.mean([dataset[i][1] == ELSEWHERE for i in range(400)])
    assert found == pytest.approx(share, abs=0.07)


def test_the_loss_is_least_where_the_answer_is_right(
    states_root: Path, tiny_look: TinyLook
) -> None:
    task = RegionTask(tiny_look(), states_root)
    batch = [torch.zeros(4, 32, 56, 3, dtype=torch.uint8), torch.full((4,), OHIO)]
    losses = []
    for number in (OHIO, OHIO + 1):
        task.network = Constant(number)
        loss, parts = task.loss(batch)
        losses.append(float(loss.detach()))
        assert parts == {"right": float(number == OHIO)}
    assert losses[0] < losses[1]


def test_pictures_are_training_crops(states_root: Path, tiny_look: TinyLook) -> None:
    task = RegionTask(tiny_look(), states_root)
    pictures = task.pictures(3)
    dataset = task.dataset()
    for index, picture in enumerate(pictures):
        assert picture.shape == (32, 56, 3)
        np.testing.assert_array_equal(picture, dataset[index][0])
