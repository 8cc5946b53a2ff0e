"""Two pictures, one epoch, and the whole way: recipe, run, export, and the model read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from platelens import imaging
from platelens.detection import PlateDetector
from platelens.detection.preprocess import letterbox
from platelens.errors import TrainingError
from platelens.geometry import fit_crop
from platelens.recognition import PlateRecognizer
from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.runtime import Manifest, load_manifest, open_session
from platelens.training import export
from platelens.training.backbones import Backbone
from platelens.training.detection.task import find_plates
from platelens.training.export import export_run
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.run import make_task, run_recipe

TinyRecipe = Callable[..., Recipe]
FILES = [
    "checkpoint.pt",
    "events.out.tfevents",
    "log.jsonl",
    "numbers.json",
    "recipe.json",
    "weights.pt",
]


def files(run: Path) -> list[str]:
    """Give the names in a run folder; those of TensorBoard without time and machine."""
    return sorted(re.sub(r"(tfevents)\..*", r"\1", path.name) for path in run.iterdir())


def trained(recipe: Recipe, run: Path) -> torch.nn.Module:
    """Give the network of a finished run as torch has it."""
    network = make_network(recipe).eval()
    network.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    return network


def check_manifest(manifest: Manifest, recipe: Recipe, run: Path) -> None:
    numbers = json.loads((run / "numbers.json").read_text(encoding="utf-8"))
    assert manifest.name == manifest.recipe == recipe.name
    assert manifest.task == recipe.task
    assert manifest.input_size == recipe.input_size
    assert manifest.settings == numbers["settings"]
    assert manifest.scores == numbers["scores"]
    assert manifest.trained_on == ("pictures drawn in code (CC0-1.0)",)
    assert Recipe.model_validate_json((run / "recipe.json").read_text()) == recipe


def test_a_detector_is_trained_exported_and_used(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    recipe, run = tiny_recipe("detector_small"), tmp_path / "run"
    run_recipe(recipe, data_root, run)
    assert files(run) == FILES
    (line,) = (run / "log.jsonl").read_text().splitlines()
    assert {"class", "box", "corner", "recall"} <= json.loads(line).keys()

    manifest = export_run(run, tmp_path / "model")
    check_manifest(manifest, recipe, run)
    assert manifest == load_manifest(tmp_path / "model")
    assert set(manifest.settings) == {"score_threshold", "iou_threshold"}

    picture = imaging.load(data_root / "scenes/tiny/images/b.png")
    session = open_session(tmp_path / "model")
    # So little training leaves every score low: look at all there is.
    detections = PlateDetector(session, score_threshold=1e-4).detect(picture)
    assert detections
    for found in detections:
        assert 0 <= found.box.x1 < found.box.x2 <= 128
        assert 0 <= found.box.y1 < found.box.y2 <= 96
        assert 0 < found.confidence < 1
    pixels = letterbox(picture, 128).pixels[None]
    with torch.inference_mode():
        wanted = trained(recipe, run)(torch.from_numpy(pixels)).numpy()
    np.testing.assert_allclose(session.run(pixels)[0], wanted, atol=1e-3)


def test_a_reader_is_trained_exported_and_used(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    recipe, run = tiny_recipe("reader_small"), tmp_path / "run"
    run_recipe(recipe, data_root, run)
    assert files(run) == FILES
    (line,) = (run / "log.jsonl").read_text().splitlines()
    assert {"ctc", "blank", "scenes", "us", "ccpd"} <= json.loads(line).keys()

    manifest = export_run(run, tmp_path / "model")
    check_manifest(manifest, recipe, run)
    assert manifest.alphabet == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert set(manifest.settings) == {"temperature"}

    crops = [imaging.load(data_root / f"us_plates/{i}.png") for i in range(5)]
    readings = PlateRecognizer(open_session(tmp_path / "model"), batch_size=3).read(crops)
    assert len(readings) == 5
    batch = np.stack([fit_crop(c, recipe.input_size) for c in crops])
    with torch.inference_mode():
        logits = trained(recipe, run)(torch.from_numpy(batch)).numpy()
    scores = log_softmax(logits, manifest.setting("temperature"))
    for reading, score in zip(readings, scores, strict=True):
        wanted = decode_ctc(score, manifest.alphabet)
        assert reading.text == wanted.text
        assert reading.confidence == pytest.approx(wanted.confidence, abs=1e-3)


def test_a_run_starts_from_the_weights_beside_it(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    first = tiny_recipe("reader_small")
    run_recipe(first, data_root, tmp_path / "first")
    # At a rate of nothing the weights stay what they were.
    second = tiny_recipe("reader_small", start_from="first", **{"fit.learning_rate": 1e-12})
    run_recipe(second, data_root, tmp_path / "reader_small")
    ours, theirs = (
        trained(first, tmp_path / name).state_dict() for name in ("first", "reader_small")
    )
    weight = "classify.1.weight"
    torch.testing.assert_close(ours[weight], theirs[weight])
    assert not torch.equal(ours[weight], make_network(first).state_dict()[weight])


@pytest.mark.parametrize("name", ["detector_small", "reader_small"])
def test_the_same_recipe_gives_the_same_weights(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path, name: str
) -> None:
    for workers in (0, 1):
        changes = {"fit.samples": 8, "fit.threads": 2, "fit.workers": workers}
        run_recipe(tiny_recipe(name, **changes), data_root, tmp_path / str(workers))
    alone, helped = (
        torch.load(tmp_path / folder / "weights.pt", weights_only=True) for folder in "01"
    )
    assert all(torch.equal(alone[key], helped[key]) for key in alone)


def test_a_network_of_another_kind_keeps_what_it_shares(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    changes = {"fit.learning_rate": 1e-12, "network.hidden": 32}
    run_recipe(tiny_recipe("reader_small"), data_root, tmp_path / "first")
    wider = tiny_recipe("reader_small", start_from="first", **changes)
    run_recipe(wider, data_root, tmp_path / "second")
    given, taken = (
        torch.load(tmp_path / name / "weights.pt", weights_only=True)
        for name in ("first", "second")
    )
    torch.testing.assert_close(given["trunk.0.0.weight"], taken["trunk.0.0.weight"])
    assert given["to_token.weight"].shape != taken["to_token.weight"].shape


def test_weights_of_which_none_fit_are_refused(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    torch.save({"other.weight": torch.ones(3, 3)}, tmp_path / "first" / "weights.pt")
    recipe = tiny_recipe("reader_small", start_from="first")
    with pytest.raises(TrainingError, match="no weights that the network has"):
        run_recipe(recipe, data_root, tmp_path / "second")


def test_weights_that_were_fetched_are_told_of(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after an interruption, when nothing is fetched any more."""
    backbone = {"name": "timm_pyramid", "backbone": "test_resnet", "pretrained": True, "neck": 8}
    # The settings that `tiny_recipe` makes smaller are another network's.
    plain = tiny_recipe("detector_small")
    recipe = Recipe.model_validate(plain.model_dump() | {"network": backbone})
    fetched = []

    def fetch(network: torch.nn.Module) -> None:
        (trunk,) = (part for part in network.modules() if isinstance(part, Backbone))
        trunk.is_pretrained.fill_(True)
        fetched.append(trunk.name)

    monkeypatch.setattr("platelens.training.run.fetch_pretrained", fetch)
    for _ in range(2):
        run_recipe(recipe, data_root, tmp_path / "run")
    assert fetched == ["test_resnet"]
    manifest = export_run(tmp_path / "run", tmp_path / "model")
    assert manifest.scores["pretrained_backbone"] == 1
    assert manifest.trained_on[0] == "pictures drawn in code (CC0-1.0)"
    assert manifest.trained_on[1].startswith("ImageNet-1k weights of timm")


def test_a_first_stage_that_is_missing_is_named(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    recipe = tiny_recipe("reader_small", start_from="first")
    with pytest.raises(TrainingError, match=r"weights\.pt: no such file; train .* first"):
        run_recipe(recipe, data_root, tmp_path / "reader_small")


def test_a_run_that_is_not_finished_cannot_be_exported(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not a finished run"):
        export_run(tmp_path, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_model_that_runs_differently_is_not_exported(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_recipe(tiny_recipe("reader_small"), data_root, tmp_path / "run")
    monkeypatch.setattr(export, "_TOLERANCE", 0.0)
    with pytest.raises(TrainingError, match="reader_small: ONNX Runtime is off by"):
        export_run(tmp_path / "run", tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_measure_finds_what_the_network_says(data_root: Path, tiny_recipe: TinyRecipe) -> None:
    """A detector that knows the plate by its place reaches recall 1, one that is blind 0."""
    task = make_task(tiny_recipe("detector_small"), data_root)

    class Knowing(torch.nn.Module):
        def __init__(self, logit: float) -> None:
            super().__init__()
            self.logit = torch.nn.Parameter(torch.tensor(logit))

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            cells = torch.full((len(pixels), 13, *(s // 8 for s in pixels.shape[1:3])), -9.0)
            cells[:, 5:] = 0
            cells[:, 0, 7, 7] = (
                self.logit
            )  # its centre is at 60, 60; the plate is 30 to 94, 40 to 72
            cells[:, 1:5, 7, 7] = torch.log(torch.tensor([30, 20, 34, 12]) / 8)
            return cells

    assert task.validate(Knowing(5.0)) == {"recall": 1, "false_per_image": 0}
    assert task.validate(Knowing(-5.0)) == {"recall": 0, "false_per_image": 0}
    numbers = task.finish(Knowing(0.0))
    assert numbers.scores == {"held_out_recall": 1, "held_out_false_per_image": 0}
    assert numbers.settings["score_threshold"] <= 0.5
    picture = imaging.load(data_root / "scenes/tiny/images/a.png")
    (found,) = find_plates(Knowing(0.0), picture, 128)
    assert (found.box.x1, found.box.y2) == pytest.approx((30, 72), abs=1e-3)


def test_a_folder_holds_one_recipe_only(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path
) -> None:
    recipe = tiny_recipe("detector_small")
    run_recipe(recipe, data_root, tmp_path)
    # What suits the machine may change from one session to the next, the rest may not.
    machine = recipe.fit.model_copy(update={"threads": 3, "precision": "float32"})
    run_recipe(recipe.model_copy(update={"fit": machine}), data_root, tmp_path)
    other = recipe.fit.model_copy(update={"optimizer": "sgd"})
    with pytest.raises(TrainingError, match="another recipe"):
        run_recipe(recipe.model_copy(update={"fit": other}), data_root, tmp_path)
    with pytest.raises(TrainingError, match="another recipe"):
        run_recipe(recipe.model_copy(update={"seed": recipe.seed + 1}), data_root, tmp_path)


@pytest.mark.parametrize("name", ["recipe.json", "numbers.json", "weights.pt"])
def test_a_damaged_run_is_not_exported(
    data_root: Path, tiny_recipe: TinyRecipe, tmp_path: Path, name: str
) -> None:
    run_recipe(tiny_recipe("reader_small"), data_root, tmp_path / "run")
    (tmp_path / "run" / name).write_text("junk")
    with pytest.raises(TrainingError, match="is not a finished run") as caught:
        export_run(tmp_path / "run", tmp_path / "model")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "model").exists()
