from __future__ import annotations

import numpy as np

from platelens.datasets.synth import lens, sensor
from platelens.datasets.synth.clips.film import Film, load_film
from platelens.datasets.synth.paint import Pixels


def scene() -> Pixels:
    pixels = np.full((40, 80, 3), 120, np.uint8)
    pixels[:, ::4] = (30, 60, 90)
    return pixels


def test_light_lasts_and_noise_does_not() -> None:
    lasting = Film(0.001, ((sensor.expose, 1.0, True), (lens.defocus, 0.8, True)), 7)
    np.testing.assert_array_equal(lasting.expose(scene(), 0), lasting.expose(scene(), 9))
    assert (lasting.expose(scene(), 0) != scene()).any()
    noisy = Film(0.001, ((sensor.add_noise, 0.5, False),), 7)
    assert (noisy.expose(scene(), 0) != noisy.expose(scene(), 1)).any()
    np.testing.assert_array_equal(noisy.expose(scene(), 5), noisy.expose(scene(), 5))


def test_films_differ_and_nights_are_noisy() -> None:
    by_day = [load_film(np.random.default_rng(i), 1.0, night=False) for i in range(60)]
    at_night = [load_film(np.random.default_rng(i), 1.0, night=True) for i in range(60)]
    assert len({tuple(change for change, _, _ in film.parts) for film in by_day}) > 15
    assert all(any(c is sensor.add_noise for c, _, _ in film.parts) for film in at_night)
    shutters = [film.shutter_s for film in by_day + at_night]
    assert 1 / 2100 < min(shutters) < max(shutters) < 1 / 249


def test_strength_0_is_a_perfect_camera() -> None:
    film = load_film(np.random.default_rng(1), 0.0, night=False)
    assert film.shutter_s == 0
    np.testing.assert_array_equal(film.expose(scene(), 3), scene())
