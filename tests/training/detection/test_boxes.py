"""A detector of a single box: its loss, its task, and the whole way to a model that is used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from platelens import imaging
from platelens.detection import SingleBoxDetector
from platelens.geometry import fit_crop
from platelens.runtime import load_manifest, open_session
from platelens.training.detection.boxes import BoxTask, find_boxes
from platelens.training.detection.loss import box_loss
from platelens.training.export import export_run
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe, load_recipe, recipe_path
from platelens.training.run import run_recipe

TinyBox = Callable[..., Recipe]
SIZE = (96, 128)
PLATE = (30 / 128, 40 / 96, 94 / 128, 72 / 96)  # of every scene of `data_root`


@pytest.fixture
def tiny_box() -> TinyBox:
    """Give a function that shrinks the published recipe: a tiny backbone, two samples."""

    def shrink(**changes: Any) -> Recipe:
        small: dict[str, Any] = {
            "name": "tiny_box",
            "input_size": list(SIZE),
            "network.backbone": "test_resnet",
            "network.pretrained": False,
            "network.dropout": 0.0,
            "data.scenes": [{"folder": "scenes/tiny", "share": 1}],
            "data.trained_on": ["pictures drawn in code (CC0-1.0)"],
            "fit.samples": 2,
            "fit.batch_size": 2,
            "fit.workers": 0,
            "fit.threads": 1,
            "fit.precision": "float32",
        }
        return load_recipe(recipe_path("detect_inception_resnet_v2"), small | changes)

    return shrink


class Knowing(torch.nn.Module):
    """Says of every picture that its plate is at PLATE, more or less surely."""

    def __init__(self, logit: float) -> None:
        super().__init__()
        self.logit = torch.nn.Parameter(torch.tensor(logit))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.logit[None], torch.tensor(PLATE)]).expand(len(pixels), 5)


def test_a_measure_finds_what_the_network_says(data_root: Path, tiny_box: TinyBox) -> None:
    task = BoxTask(tiny_box(), data_root)
    assert task.validate(Knowing(5.0)) == {"recall": 1, "false_per_image": 0}
    assert task.validate(Knowing(-5.0)) == {"recall": 0, "false_per_image": 0}
    numbers = task.finish(Knowing(0.0))
    assert numbers.scores == {"held_out_recall": 1, "held_out_false_per_image": 0}
    assert numbers.settings == {"score_threshold": 0.1}


def test_boxes_are_in_pixels_of_each_picture() -> None:
    blank = [imaging.from_array(np.zeros((*s, 3), np.uint8), order="rgb") for s in [SIZE, (48, 64)]]
    (large,), (small,) = find_boxes(Knowing(5.0), blank, SIZE)
    assert (large.box.x1, large.box.y2) == pytest.approx((30, 72), abs=1e-3)
    assert (small.box.x1, small.box.y2) == pytest.approx((15, 36), abs=1e-3)


def test_what_calibrates_is_as_in_use(data_root: Path, tiny_box: TinyBox) -> None:
    pictures = BoxTask(tiny_box(), data_root).pictures(10)
    assert [p.shape for p in pictures] == [(*SIZE, 3)] * 2  # two of the four scenes are held out


def test_a_box_costs_only_where_there_is_a_plate() -> None:
    found = torch.tensor([[2.0, 0.1, 0.1, 0.3, 0.2], [-2.0, 0.9, 0.9, 1.0, 1.0]])
    target = torch.tensor([[1.0, 0.1, 0.1, 0.3, 0.2], [0.0, 0.0, 0.0, 0.0, 0.0]])
    loss, parts = box_loss(found, target)
    assert parts["box"] == 0
    assert float(loss) == pytest.approx(np.log1p(np.exp(-2)), abs=1e-6)
    off, parts = box_loss(found + torch.tensor([0, 0.1, 0.1, 0.1, 0.1]), target)
    assert parts["box"] == pytest.approx(0.1 - 0.02 / 2, abs=1e-6)
    assert float(off - loss) == pytest.approx(10 * parts["box"], abs=1e-5)


def test_a_batch_without_plates_has_a_finite_loss() -> None:
    found = torch.zeros(3, 5, requires_grad=True)
    loss, _ = box_loss(found, torch.zeros(3, 5))
    (slope,) = torch.autograd.grad(loss, found)
    assert float(loss.detach()) == pytest.approx(np.log(2), abs=1e-6)
    assert slope[:, 0].all()
    assert not slope[:, 1:].any()


def test_it_is_trained_exported_and_used(
    data_root: Path, tiny_box: TinyBox, tmp_path: Path
) -> None:
    recipe, run = tiny_box(), tmp_path / "run"
    run_recipe(recipe, data_root, run)
    line = json.loads((run / "log.jsonl").read_text().splitlines()[-1])
    assert {"presence", "box", "recall", "false_per_image"} <= line.keys()

    manifest = export_run(run, tmp_path / "model")
    assert manifest == load_manifest(tmp_path / "model")
    assert (manifest.task, manifest.input_size) == ("box", SIZE)
    assert set(manifest.settings) == {"score_threshold"}
    assert manifest.scores["pretrained_backbone"] == 0
    assert manifest.trained_on == ("pictures drawn in code (CC0-1.0)",)

    picture = imaging.load(data_root / "scenes/tiny/images/b.png")
    session = open_session(tmp_path / "model")
    (found,) = SingleBoxDetector(session, score_threshold=0.0).detect(picture)
    network = make_network(recipe).eval()
    network.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    with torch.inference_mode():
        wanted = network(torch.from_numpy(fit_crop(picture, SIZE)[None]))[0].numpy()
    np.testing.assert_allclose(session.run(fit_crop(picture, SIZE)[None])[0][0], wanted, atol=1e-3)
    assert found.box.x1 == pytest.approx(max(0, wanted[1]) * 128, abs=0.2)
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-wanted[0])), abs=1e-3)


def test_it_learns_where_the_plate_is(data_root: Path, tiny_box: TinyBox, tmp_path: Path) -> None:
    recipe = tiny_box(
        **{"fit.samples": 640, "fit.batch_size": 8, "fit.learning_rate": 2e-3, "fit.average": 0.9}
    )
    run_recipe(recipe, data_root, tmp_path / "run")
    log = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    network = make_network(recipe)
    task = BoxTask(recipe, data_root)
    dataset = task.dataset()
    batch = torch.utils.data.default_collate([dataset[10_000 + i] for i in range(48)])

    def box_cost(weights: torch.nn.Module) -> float:
        with torch.inference_mode():
            return box_loss(weights.eval()(batch[0]), batch[1])[1]["box"]

    before = box_cost(network)
    network.load_state_dict(torch.load(tmp_path / "run/weights.pt", weights_only=True))
    assert box_cost(network) < 0.6 * before
    assert log[-1]["step"] == 80
