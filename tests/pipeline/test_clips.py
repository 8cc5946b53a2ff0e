"""The shipped models on clips whose vehicles are known: a real one, and drawn ones.

Where the pictures and the fonts lie beside the repository (see ../shared/data/README.md).
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from platelens import PlateReader
from platelens.datasets.synth import Catalogue, find_fonts
from platelens.datasets.synth.clips import ClipSettings, draw_clip
from platelens.imaging.video import VideoSettings
from platelens.metrics import PassCounts, PassSpan, match_passes
from platelens.pipeline.video import Watcher

DATA = Path(os.environ.get("PLATELENS_DATA", Path(__file__).parents[3] / "shared/data"))

TOLL_LANE = ["34A36837", "34A23126", "89C20339"]
"""Its plates, written down by eye. A fourth one, 15C17174, is 31 pixels wide: too small."""


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader()


def test_each_vehicle_of_the_toll_lane_gives_one_pass(reader: PlateReader) -> None:
    clip = DATA / "video/toll_lane.mp4"
    if not clip.exists():
        pytest.skip(f"{clip} is not there: nothing was watched")
    passes = list(reader.watch(str(clip), video=VideoSettings(fps=6)))
    assert [found.plate.text for found in passes] == TOLL_LANE
    assert [found.plate.confidence > 0.9 for found in passes] == [True] * 3
    assert [round(found.first_s) for found in passes] == pytest.approx([0, 6, 16], abs=1)


@pytest.mark.parametrize(("seed", "vehicles"), [((1, 1), 4), ((2, 5), 7)])
def test_vehicles_of_a_drawn_street_are_told_once_and_read_rightly(
    reader: PlateReader, seed: tuple[int, int], vehicles: int
) -> None:
    folder = DATA / "fonts"
    if not folder.exists():
        pytest.skip(f"{folder} is not there: nothing was drawn")
    settings = ClipSettings(fps=10, duration_s=10)
    rng = np.random.default_rng(seed)
    clip = draw_clip(rng, find_fonts([folder]), Catalogue.default(), settings)
    passes = list(Watcher(reader.pipeline).watch(clip))
    truths = [
        PassSpan(vehicle.text, vehicle.first_s, vehicle.last_s, vehicle.is_legible())
        for vehicle in clip.truth.vehicles
    ]
    told = [PassSpan(found.plate.text, found.first_s, found.last_s) for found in passes]
    counts = PassCounts()
    counts.update(told, truths, match_passes(told, truths))
    assert counts == PassCounts(truths=vehicles, found=vehicles, exact_texts=vehicles)
