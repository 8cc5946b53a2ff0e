from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.street import Ground, draw_street
from platelens.datasets.synth.clips.view import Stand, make_view

VIEW = make_view((180, 320), Stand(1.5, 9.0, 0.0, 300.0))


def test_the_road_is_grey_and_its_lines_are_light() -> None:
    street = draw_street(np.random.default_rng(0), VIEW, Ground(-3.2, 3.2, 1.0))
    assert street.shape == (180, 320, 3)
    across, _, depth = VIEW.ground()
    near = (depth < 12) & np.isfinite(depth)
    road = street[near & (np.abs(across) < 2.6) & (np.abs(across) > 0.4)]
    edge = street[near & (np.abs(np.abs(across) - 2.95) < 0.04)]
    assert np.ptp(road.mean(axis=0)) < 12
    assert edge.mean() > road.mean() + 30
    assert street[:40].mean() > road.mean()  # the sky, the houses


@pytest.mark.parametrize("seed", range(5))
def test_nights_are_darker(seed: int) -> None:
    day, night = (
        draw_street(np.random.default_rng(seed), VIEW, Ground(-3.2, 3.2, light)).mean()
        for light in (1.0, 0.3)
    )
    assert night < 0.55 * day
