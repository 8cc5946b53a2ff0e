from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets.synth.paste import paste_plate, random_quad
from platelens.types import FloatArray, RgbImage

CENTRE = np.array([60, 40], np.float32)
UPRIGHT = np.array([[20, 10], [60, 10], [60, 30], [20, 30]], np.float32)


def picture(height: int, width: int, *colour: int) -> RgbImage:
    return imaging.from_array(np.full((height, width, 3), colour, np.uint8), order="rgb")


def area(quad: FloatArray) -> float:
    x, y = quad.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def test_straight_ahead_is_a_rectangle() -> None:
    quad = random_quad(np.random.default_rng(0), CENTRE, (40, 20), 0)
    np.testing.assert_allclose(quad, [[40, 30], [80, 30], [80, 50], [40, 50]], atol=1e-4)
    assert quad.dtype == np.float32


@pytest.mark.parametrize("bend", [0.4, 1.0, 1.6])
def test_a_plate_seen_from_somewhere_stays_a_plate(bend: float) -> None:
    quads = [random_quad(np.random.default_rng(s), CENTRE, (40, 20), bend) for s in range(100)]
    for quad in quads:
        np.testing.assert_allclose(quad.mean(axis=0), CENTRE, atol=4)
        assert 0.25 * 800 < area(quad) < 1.3 * 800  # clockwise, and not wider than before
        assert quad[[0, 3], 0].max() < quad[[1, 2], 0].min()
        assert (quad[[0, 1], 1] < quad[[3, 2], 1]).all()
    assert len({quad.tobytes() for quad in quads}) == 100


def test_more_bend_is_farther_from_a_rectangle() -> None:
    def off(bend: float) -> float:
        straight = random_quad(np.random.default_rng(0), CENTRE, (40, 20), 0)
        quads = [random_quad(np.random.default_rng(s), CENTRE, (40, 20), bend) for s in range(50)]
        return float(np.abs(np.array(quads) - straight).mean())

    assert 0 < off(0.4) < off(1.0) < off(1.6)


@pytest.mark.parametrize("seed", range(12))
def test_the_plate_covers_its_place_and_nothing_else(seed: int) -> None:
    ground, plate = picture(60, 100, 90, 90, 90), picture(40, 80, 200, 40, 10)
    pasted = paste_plate(np.random.default_rng(seed), ground, plate, UPRIGHT)
    inside = pasted[14:26, 24:56].reshape(-1, 3).astype(float)
    assert inside.std(axis=0).max() < 1
    light = inside.mean(axis=0) / (200, 40, 10)
    assert light == pytest.approx(light[0], abs=0.06)  # darker or lighter, of the same colour
    assert 0.5 < light[0] < 1.2
    outside = np.ones((60, 100), bool)
    outside[7:33, 17:63] = False
    assert (pasted[outside] == 90).all()
    assert (ground == 90).all()


def test_the_plate_stands_upright() -> None:
    plate = picture(40, 80, 0, 0, 0)
    plate[:20] = (250, 0, 0)  # the upper half is red,
    plate[:, :40, 2] = 250  # the left half blue
    pasted = paste_plate(np.random.default_rng(1), picture(60, 100, 110, 110, 110), plate, UPRIGHT)
    upper, lower = pasted[13:18, 23:57], pasted[22:27, 23:57]
    assert upper[..., 0].min() > 100
    assert lower[..., 0].max() < 40
    assert pasted[13:27, 23:37, 2].min() > 100
    assert pasted[13:27, 43:57, 2].max() < 40


def test_dark_places_make_dark_plates() -> None:
    def mean(ground: int) -> float:
        pasted = [
            paste_plate(np.random.default_rng(s), picture(60, 100, *[ground] * 3),
                        picture(40, 80, 200, 200, 200), UPRIGHT)[14:26, 24:56].mean()
            for s in range(20)
        ]  # fmt: skip
        return float(np.mean(pasted))

    assert mean(10) < mean(120) - 20


def test_a_plate_that_is_much_smaller_does_not_alias() -> None:
    stripes = picture(80, 320, 0, 0, 0)
    stripes[:, ::2] = 200
    pasted = paste_plate(
        np.random.default_rng(0), picture(60, 100, 100, 100, 100), stripes, UPRIGHT
    )
    assert pasted[14:26, 24:56].std() < 8


@pytest.mark.parametrize("shift", [(65, 0), (-25, 0), (0, 45), (-30, -15)], ids=str)
def test_a_plate_over_the_edge_is_cut(shift: tuple[int, int]) -> None:
    ground, plate = picture(60, 100, 0, 0, 0), picture(40, 80, 200, 200, 200)
    pasted = paste_plate(
        np.random.default_rng(0), ground, plate, UPRIGHT + np.array(shift, np.float32)
    )
    assert pasted.shape == ground.shape
    assert pasted.any()


def test_a_plate_outside_changes_nothing() -> None:
    ground, plate = picture(60, 100, 7, 7, 7), picture(40, 80, 200, 200, 200)
    pasted = paste_plate(np.random.default_rng(0), ground, plate, UPRIGHT + np.float32(200))
    np.testing.assert_array_equal(pasted, ground)


def test_a_seed_gives_the_same_picture() -> None:
    plate = picture(40, 80, 200, 200, 200)
    one, other = (
        paste_plate(np.random.default_rng(4), picture(60, 100, 60, 70, 80), plate, UPRIGHT)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)
