"""The shipped models may not get worse: a little under the scores of docs/models.md.

Runs on the real pictures where they lie beside the repository (see ../shared/data/README.md).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from platelens.evaluation import (
    EngineOptions,
    Selection,
    load_sets,
    open_engine,
    run_engine,
    score,
)

DATA = Path(os.environ.get("PLATELENS_DATA", Path(__file__).parents[3] / "shared/data"))

FLOORS = {
    "dev/world": (None, {"recall_50": 0.965, "exact": 0.855, "ap_50": 0.97}),
    "us_plates": ("valid", {"exact": 0.88, "region": 0.77, "region_f1": 0.83}),
}
CEILINGS = {
    "dev/world": {"false_plates": 0.1, "char_errors": 0.04, "calibration_error": 0.055},
    "us_plates": {},
}


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
