"""Drawn characters: told apart after a short training, exported, and the model read back."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from platelens.recognition.characters import fit_character
from platelens.runtime import load_manifest, open_session
from platelens.training.characters import task as task_module
from platelens.training.characters.labels import LABELS
from platelens.training.characters.pools import load_hongkong
from platelens.training.characters.task import CharactersTask, classify
from platelens.training.export import export_run
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.run import make_task, run_recipe
from tests.training.characters.test_pools import put_emnist

TinyCharacters = Callable[..., Recipe]
NOTHING = 36


@pytest.fixture(autouse=True)
def few_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_module, "_DRAWN", 400)


class Constant(torch.nn.Module):
    """Says the same of every picture, surely."""

    def __init__(self, number: int, classes: int = 37) -> None:
        super().__init__()
        self.logits = torch.nn.Parameter(torch.zeros(classes))
        self.logits.data[number] = 3.0

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(pictures), -1)


def test_characters_are_learnt(
    characters_root: Path, tiny_characters: TinyCharacters, tmp_path: Path
) -> None:
    recipe = tiny_characters(
        **{"network.widths": [16, 16, 32], "network.dense": 64, "fit.samples": 6400,
           "fit.batch_size": 32, "fit.learning_rate": 3e-3}
    )  # fmt: skip
    run_recipe(recipe, characters_root, tmp_path)
    numbers = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert set(numbers["settings"]) == {"temperature"}
    scores = numbers["scores"]
    # A guess is right once in 37 times.
    assert scores["held_out_drawn"] > 0.5
    assert scores["held_out_nothing"] > 0.5
    assert 0.5 < scores["held_out"] <= scores["held_out_alike"]
    assert {"held_out_us_plates", "held_out_hongkong"} <= scores.keys()


@pytest.mark.parametrize("int8", [False, True], ids=["float", "int8"])
@pytest.mark.parametrize("labels", ["plates", "emnist"])
def test_a_model_is_exported_and_read_back(
    characters_root: Path, tiny_characters: TinyCharacters, tmp_path: Path, labels: str, *,
    int8: bool,
) -> None:  # fmt: skip
    recipe = tiny_characters(**{"data.labels": labels})
    run_recipe(recipe, characters_root, tmp_path / "run")
    model = tmp_path / "model"
    manifest = export_run(tmp_path / "run", model, int8_data=characters_root if int8 else None)
    assert manifest == load_manifest(model)
    assert (manifest.task, manifest.alphabet) == ("characters", LABELS[labels])
    assert manifest.classes == ()
    network = make_network(recipe).eval()
    network.load_state_dict(torch.load(tmp_path / "run" / "weights.pt", weights_only=True))
    inks = [ink for inks in load_hongkong(characters_root, held_out=True).values() for ink in inks]
    batch = np.stack([fit_character(ink, recipe.input_size) for ink in inks[:2]])
    wanted = classify(network, batch).numpy()
    (logits,) = open_session(model).run(batch)
    assert logits.shape == (2, len(LABELS[labels]))
    tolerance = 0.5 * float(wanted.std()) if int8 else 1e-3
    np.testing.assert_allclose(logits, wanted, atol=tolerance)


def test_the_measures_find_what_the_network_says(
    characters_root: Path, tiny_characters: TinyCharacters
) -> None:
    task = CharactersTask(tiny_characters(), characters_root)
    shares = task.validate(Constant(NOTHING))
    assert shares == {"us_plates": 0, "hongkong": 0, "drawn": 0, "nothing": 1}
    # "MNP78" is the plate that is kept out.
    assert task.validate(Constant(LABELS["plates"].index("M")))["us_plates"] == pytest.approx(0.2)


def test_look_alikes_are_counted_apart(
    characters_root: Path, tiny_characters: TinyCharacters
) -> None:
    changes = {"data.us_plates": 0, "data.hongkong_characters": 0, "fit.samples": 50}
    recipe = tiny_characters(**changes)
    scores = CharactersTask(recipe, characters_root).finish(Constant(0)).scores
    assert 0.01 < scores["held_out"] < 0.05
    assert 0.03 < scores["held_out_alike"] < 0.09
    assert scores["held_out"] == scores["held_out_drawn"]


def test_the_temperature_warms_who_is_too_sure(
    characters_root: Path, tiny_characters: TinyCharacters
) -> None:
    task = CharactersTask(tiny_characters(), characters_root)
    assert task.finish(Constant(5)).settings["temperature"] == pytest.approx(2.446, abs=1e-3)


def test_emnist_teaches_and_measures(
    characters_root: Path, tiny_characters: TinyCharacters, tmp_path: Path
) -> None:
    pytest.importorskip("torchvision")
    (tmp_path / "fonts").symlink_to(characters_root / "fonts")
    put_emnist(tmp_path, "train", range(47))
    put_emnist(tmp_path, "test", [7, 7, 40])
    task = CharactersTask(_emnist_recipe(tiny_characters), tmp_path)
    assert task.validate(Constant(7, 47)) == pytest.approx({"emnist": 2 / 3})
    assert task.finish(Constant(7, 47)).scores == {
        "held_out_emnist": 0.6667, "held_out": 0.6667, "held_out_alike": 0.6667, "emnist": 1
    }  # fmt: skip


def test_a_class_that_emnist_lacks_is_named(
    characters_root: Path, tiny_characters: TinyCharacters, tmp_path: Path
) -> None:
    pytest.importorskip("torchvision")
    (tmp_path / "fonts").symlink_to(characters_root / "fonts")
    put_emnist(tmp_path, "train", [n for n in range(47) if n not in {10, 46}])
    with pytest.raises(Exception, match="no picture of A, t is in the data"):
        CharactersTask(_emnist_recipe(tiny_characters), tmp_path)


def test_drawn_characters_stand_in_for_emnist_and_it_is_said(
    characters_root: Path, tiny_characters: TinyCharacters, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        task = CharactersTask(_emnist_recipe(tiny_characters), characters_root)
    assert "EMNIST are missing; drawn characters stand in" in caplog.text
    assert task.validate(Constant(0, 47)).keys() == {"drawn"}
    assert task.finish(Constant(0, 47)).scores["emnist"] == 0


def _emnist_recipe(tiny_characters: TinyCharacters) -> Recipe:
    return tiny_characters("chars_resnet50_emnist")


def test_pictures_are_training_pictures(
    characters_root: Path, tiny_characters: TinyCharacters
) -> None:
    task = make_task(tiny_characters(), characters_root)
    dataset = task.dataset()
    for index, picture in enumerate(task.pictures(3)):
        assert picture.shape == (16, 16)
        np.testing.assert_array_equal(picture, dataset[index][0])


def test_the_loss_is_least_where_the_answer_is_right(
    characters_root: Path, tiny_characters: TinyCharacters
) -> None:
    task = CharactersTask(tiny_characters(), characters_root)
    batch = [torch.zeros(4, 16, 16, dtype=torch.uint8), torch.full((4,), 5)]
    losses = []
    for number in (5, 6):
        task.network = Constant(number)
        loss, parts = task.loss(batch)
        losses.append(float(loss.detach()))
        assert parts == {"right": float(number == 5)}
    # The plain cross-entropy, without smoothing: -log(e^3 / (e^3 + 36)).
    assert losses[0] == pytest.approx(float(np.log(1 + 36 * np.exp(-3.0))), abs=1e-4)
    assert losses[0] < losses[1]
