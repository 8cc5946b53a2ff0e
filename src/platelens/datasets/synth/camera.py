"""What happens to a plate on its way into a file, in the order of the light's path.

Scene (shadows, rain), lamps, lens, sensor, file. Everything stays in uint8: float pictures cost
five times as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.datasets.synth import codec, lens, sensor, shade
from platelens.datasets.synth.obstacles import hide_edge
from platelens.datasets.synth.paint import Pixels
from platelens.types import FloatArray, RgbImage


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """How badly a picture may be treated: light, noise, lens and file."""

    strength: float = 1.0  # of light, colour and noise: 0 leaves them as they are, 1 is a bad day
    blur_px: float = 1.2  # largest standard deviation of the lens blur, in pixels of the result
    jpeg: float = 0.5  # probability of compression: JPEG, or the blocks of a film


Effect = Callable[[np.random.Generator, Pixels, float], Pixels]
"""Changes a picture by a strength from 0 to 1; the picture that it is given stays as it is."""

Effects = tuple[tuple[Effect, float], ...]
"""Each with its probability."""

# Scene and lamps, on a bad day; on other days each is so much less probable, and weaker.
_LIGHT: Final[Effects] = (
    (shade.cast_shadow, 0.2),
    (shade.cast_bars, 0.06),
    (shade.let_it_rain, 0.04),
    (shade.wet_the_lens, 0.04),
    (shade.shine_lamp, 0.1),
    (shade.let_sun_in, 0.08),
)
# What takes detail away: at most one of them, on all days alike, as strong as blur_px allows.
_DETAIL: Final[Effects] = (
    (lens.defocus, 0.4),
    (lens.move, 0.15),
    (sensor.lower_resolution, 0.12),
)
# On a bad day, as the first ones.
_SENSOR: Final[Effects] = (
    (sensor.see_infrared, 0.08),
    (sensor.lose_colour, 0.12),
    (sensor.expose, 1.0),
    (sensor.darken_night, 0.12),
    (sensor.invert, 0.04),
    (sensor.add_noise, 0.4),
)

_OBSTACLE: Final = 0.05
"""Of the plates whose serial is known; less on better days."""

_FILM: Final = 0.15
"""Part of the compressed pictures that are frames of a film."""


def photograph(
    rng: np.random.Generator,
    image: RgbImage,
    settings: CameraSettings | None = None,
    serial: FloatArray | None = None,
) -> RgbImage:
    """Give `image` as a camera could have seen it, of the same size.

    Args:
        rng: the source of chance.
        image: the scene.
        settings: how bad a day it is.
        serial: (4, 2) corners of a plate's serial in pixels, clockwise from its top left: things
            may stand before the plate's edge. Without it nothing is hidden.
    """
    settings = settings or CameraSettings()
    strength = settings.strength
    pixels: Pixels = image
    if serial is not None and rng.random() < _OBSTACLE * strength:
        pixels = hide_edge(rng, pixels, serial)
    pixels = _some(rng, pixels, _LIGHT, strength)
    pixels = _one(rng, pixels, _DETAIL, settings.blur_px)
    pixels = _some(rng, pixels, _SENSOR, strength)
    if rng.random() < settings.jpeg:
        film = rng.random() < _FILM
        pixels = codec.compress_film(rng, pixels) if film else codec.compress_jpeg(rng, pixels)
    return RgbImage(pixels)


def _some(
    rng: np.random.Generator,
    pixels: Pixels,
    effects: Effects,
    strength: float,
) -> Pixels:
    """Apply each of `effects` with its own probability."""
    for (change, chance), drawn in zip(effects, rng.random(len(effects)), strict=True):
        if drawn < chance * strength:
            pixels = change(rng, pixels, strength)
    return pixels


def _one(
    rng: np.random.Generator,
    pixels: Pixels,
    effects: Effects,
    strength: float,
) -> Pixels:
    """Apply one of `effects`, or none: their probabilities add up to less than 1."""
    drawn = rng.random()
    for change, chance in effects:
        if drawn < chance:
            return change(rng, pixels, strength)
        drawn -= chance
    return pixels
