from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.passers import PHASES, draw_post, draw_walker
from platelens.datasets.synth.clips.solid import SolidBuilder


def builder() -> SolidBuilder:
    return SolidBuilder((0.0, 1.0, 0.0))


def test_somebody_on_foot_stands_on_the_road_and_moves_the_legs() -> None:
    for seed in range(10):
        solids = draw_walker(np.random.default_rng(seed), [builder() for _ in range(PHASES)])
        assert len(solids) == PHASES
        for solid in solids:
            assert solid.points[:, 1].min() == 0
            assert 1.4 < solid.points[:, 1].max() < 2.1
        strides = [np.ptp(solid.points[:, 2]) for solid in solids]
        assert max(strides) > 2 * min(strides)
        assert len({tuple(solid.colours) for solid in solids}) > 1


def test_a_post_is_thin_and_higher_than_cars() -> None:
    for seed in range(10):
        solid, radius = draw_post(np.random.default_rng(seed), builder())
        assert np.ptp(solid.points[:, 0]) == pytest.approx(2 * radius)
        assert solid.points[:, 1].max() > 3
