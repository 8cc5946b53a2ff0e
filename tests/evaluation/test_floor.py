"""The shipped models may not get worse: a little under the scores of docs/models.md.

Runs on the real pictures where they lie beside the repository (see ../shared/data/README.md).
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from platelens.evaluation import (
    EngineOptions,
    Selection,
    load_sets,
    open_engine,
    run_engine,
    score,
)
from platelens.geometry import array_to_quad, cut_for_reading, picture_corners
from platelens.imaging import load
from platelens.metrics import Classification
from platelens.region import LookClassifier
from platelens.runtime import model_folder, open_session
from platelens.types import RgbImage

DATA = Path(os.environ.get("PLATELENS_DATA", Path(__file__).parents[3] / "shared/data"))

FLOORS = {
    "dev/world": (None, {"recall_50": 0.975, "exact": 0.895, "ap_50": 0.97}),
    "us_plates": ("valid", {"exact": 0.90, "region": 0.885, "region_f1": 0.915}),
}
CEILINGS = {
    "dev/world": {"false_plates": 0.1, "char_errors": 0.04, "calibration_error": 0.045},
    "us_plates": {},
}


LOOK_FLOOR = 0.925
FAR_PX = 80
FAR_FLOOR = 0.85


@pytest.mark.parametrize("name", FLOORS)
def test_scores_stay_above_the_floor(name: str) -> None:
    folder = DATA / name
    if not folder.exists():
        pytest.skip(f"{folder} is not there: nothing was measured")
    split, floors = FLOORS[name]
    sets = load_sets([folder], Selection(split=split))
    engine = open_engine("platelens", EngineOptions())
    rates = score(engine.name, engine.version, run_engine(engine, sets, {})).rates
    values = {key: rate.value for key, rate in rates.items()}
    assert {k: values[k] for k, least in floors.items() if values[k] < least} == {}
    assert {k: values[k] for k, most in CEILINGS[name].items() if values[k] > most} == {}


def test_states_are_told_by_their_look() -> None:
    folder = DATA / "us_plates"
    if not folder.exists():
        pytest.skip(f"{folder} is not there: nothing was measured")
    (kept,) = load_sets([folder], Selection(split="valid"))
    pictures = [load(sample.image) for sample in kept.samples]
    look = LookClassifier(open_session(model_folder("state_small"), threads=2))
    near, far = Classification(), Classification()
    for scores, seen in ((near, pictures), (far, [_far(picture) for picture in pictures])):
        told = look.classify([_cut(picture) for picture in seen])
        for sample, odds in zip(kept.samples, told, strict=True):
            scores.update(max(odds, key=lambda code: odds[code]), sample.plates[0].region or "")
    assert min(near.compute().accuracy, near.compute().macro_f1) >= LOOK_FLOOR
    assert far.compute().accuracy >= FAR_FLOOR


def _cut(picture: RgbImage) -> RgbImage:
    """Cut a picture that is a plate out as in use."""
    size_hw = (picture.shape[0], picture.shape[1])
    return cut_for_reading(picture, array_to_quad(picture_corners(size_hw)))


def _far(picture: RgbImage) -> RgbImage:
    height, width = picture.shape[:2]
    size = (FAR_PX, round(height * FAR_PX / width))
    return RgbImage(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8))
