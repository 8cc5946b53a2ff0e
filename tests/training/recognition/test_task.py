from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from platelens.alphabet import decode
from platelens.datasets import load_samples
from platelens.geometry import array_to_quad, rectify
from platelens.training.recipe import Recipe
from platelens.training.recognition.corners import corner_finder
from platelens.training.recognition.data import MAX_LENGTH
from platelens.training.recognition.task import RecognitionTask, cut_patches, mistrust
from platelens.types import Reading


def reading(text: str, confidence: float) -> Reading:
    return Reading(text, confidence, (confidence,) * len(text), (), 1)


def test_a_sample_is_pixels_and_the_numbers_of_its_text(
    data_root: Path, tiny_recipe: Callable[..., Recipe]
) -> None:
    dataset = RecognitionTask(tiny_recipe("reader_base"), data_root).dataset()
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
    (patch,) = cut_patches([sample], corner_finder(""))
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
