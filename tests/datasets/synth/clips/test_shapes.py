from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth.clips.shapes import SHAPES, Shape, rings, surface_m

ALL = pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"{s.kind} {s.length_m}")


@ALL
def test_sections_mirror_themselves_and_follow_each_other(shape: Shape) -> None:
    found = rings(shape)
    mirrored = found[:, ::-1] * (-1, 1, 1)
    np.testing.assert_allclose(found, mirrored, atol=1e-6)
    assert (np.diff(found[:, 0, 2]) > 0).all()
    assert found[..., 1].min() > 0.1
    assert found[..., 1].max() < 2.5


@ALL
@pytest.mark.parametrize("rear", [False, True], ids=["front", "rear"])
def test_the_ends_bend_away_from_the_middle(shape: Shape, rear: bool) -> None:
    depths = [surface_m(shape, x, rear=rear) for x in np.linspace(0, shape.half_width_m, 9)]
    assert depths[0] == 0
    assert (np.diff(depths) >= 0).all()
    assert depths[-1] > 0.05
    assert surface_m(shape, -0.8, rear=rear) == surface_m(shape, 0.8, rear=rear)
