from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from platelens.alphabet import decode
from platelens.datasets import load_samples
from platelens.geometry import array_to_quad, rectify
from platelens.runtime import open_session
from platelens.training.export import export_run
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.recognition.corners import corner_finder
from platelens.training.recognition.data import MAX_LENGTH
from platelens.training.recognition.networks import SlotReader
from platelens.training.recognition.task import RecognitionTask, cut_patches, mistrust
from platelens.training.run import run_recipe
from platelens.types import Reading


def reading(text: str, confidence: float) -> Reading:
    return Reading(text, confidence, (confidence,) * len(text), (), 1)


def test_a_sample_is_pixels_and_the_numbers_of_its_text(
    data_root: Path, tiny_recipe: Callable[..., Recipe]
) -> None:
    dataset = RecognitionTask(tiny_recipe("reader_small"), data_root).dataset()
    texts = set()
    for index in range(40):
        pixels, numbers, length, rows = dataset[index]
        assert pixels.shape == (64, 64, 3)
        assert numbers.shape == (MAX_LENGTH,)
        assert (numbers[:length] > 0).all()
        assert (numbers[length:] == 0).all()
        assert rows in (1, 2)
        texts.add(decode(numbers[:length].tolist()))
    assert {"B", "C", "D"} <= texts
    assert not {"A", "V"} & texts  # they are held out


def test_a_patch_is_the_plate_with_a_margin(data_root: Path) -> None:
    (sample,) = (s for s in load_samples(data_root / "scenes/tiny") if s.plates[0].text == "B")
    (patch,) = cut_patches([sample], corner_finder(None))
    assert (patch.text, patch.rows) == ("B", 1)
    assert patch.pixels.shape[0] < 96
    assert patch.pixels.shape[1] < 128
    plate = rectify(patch.pixels, array_to_quad(patch.corners), (32, 64))
    assert (plate[0] == 230).all()
    assert (plate[:, -1] == 230).all()
    assert (patch.pixels[0, 0] == (30, 60, 90)).all()


def test_mistrust_is_the_cross_entropy_of_the_confidences() -> None:
    readings = [reading("A", 0.9), reading("B", 0.7)]
    assert mistrust(readings, ["A", "X"]) == pytest.approx(-(math.log(0.9) + math.log(0.3)) / 2)
    assert np.isfinite(mistrust([reading("A", 1.0), reading("B", 0.0)], ["X", "B"]))


def test_a_slot_reader_is_trained_and_exported(
    data_root: Path, tiny_recipe: Callable[..., Recipe], tmp_path: Path
) -> None:
    recipe, run = tiny_recipe("reader_small", **{"network.name": "slots"}), tmp_path / "run"
    run_recipe(recipe, data_root, run)
    (line,) = (run / "log.jsonl").read_text().splitlines()
    assert {"slots", "rows", "scenes", "us", "ccpd"} <= json.loads(line).keys()

    # One plate said to have one row, one to have two: both arrangements are in the graph.
    weights = torch.load(run / "weights.pt", weights_only=True)
    weights["count_rows.weight"] *= 100
    network = make_network(recipe).eval()
    assert isinstance(network, SlotReader)
    network.load_state_dict(weights)
    pixels = torch.zeros(2, 64, 64, 3, dtype=torch.uint8)
    pixels[1, :, ::8] = 255
    with torch.inference_mode():
        weights["count_rows.bias"] -= network.slots(pixels)[1].mean()
        network.load_state_dict(weights)
        wanted = network(pixels).numpy()
        below, above = sorted(network.slots(pixels)[1].tolist())
        assert below < 0 < above
    torch.save(weights, run / "weights.pt")
    export_run(run, tmp_path / "model")
    (given,) = open_session(tmp_path / "model").run(pixels.numpy())
    assert given.shape == (2, 4 * MAX_LENGTH, 37)
    np.testing.assert_allclose(given, wanted, atol=1e-3)
