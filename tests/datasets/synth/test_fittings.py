from __future__ import annotations

import re

import numpy as np

from platelens.datasets.synth.fittings import dated_caption


def test_a_dated_caption_has_place_and_year_in_either_order() -> None:
    rng = np.random.default_rng(0)
    texts = {dated_caption(rng, "Ohio").text for _ in range(300)}
    assert all(
        re.fullmatch(r"OHIO( - |-| )\d{2}(\d{2})?|\d{2}(\d{2})?( - |-| )OHIO", t) for t in texts
    )
    assert {t.startswith("OHIO") for t in texts} == {True, False}
    years = {int(y) for t in texts if (y := re.sub(r"\D", "", t)) and len(y) == 4}
    assert min(years) >= 1910
    assert max(years) <= 2025
