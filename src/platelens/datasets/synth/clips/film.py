"""The camera of a clip: one light, lens and compression for all pictures, new noise for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.datasets.synth import codec, lens, sensor, shade
from platelens.datasets.synth.paint import Pixels, between
from platelens.types import RgbImage

Effect = Callable[[np.random.Generator, Pixels, float], Pixels]

_LARGEST_BLUR_PX: Final = 0.9
"""Standard deviation of the blur of a lens; plates of 60 pixels stay readable."""


def _compress(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    del strength
    return codec.compress_jpeg(rng, pixels)


@dataclass(frozen=True, slots=True)
class _Part:
    """An effect, how often a clip has it by day and by night, and how it goes on."""

    change: Effect
    day: float
    night: float
    gain: float = 1.0  # of its strength
    lasting: bool = True  # the same in all pictures; else drawn anew for each


# In the order of the light's path.
_PARTS: Final = (
    _Part(shade.cast_shadow, 0.2, 0.0, 0.8),
    _Part(shade.let_it_rain, 0.06, 0.1, 0.8, lasting=False),
    _Part(shade.let_sun_in, 0.15, 0.0),
    _Part(shade.wet_the_lens, 0.03, 0.03, 0.5),
    _Part(lens.defocus, 0.5, 0.5, _LARGEST_BLUR_PX),
    _Part(sensor.lose_colour, 0.05, 0.35),
    _Part(sensor.expose, 0.7, 0.0, 0.6),
    _Part(sensor.add_noise, 0.5, 1.0, 0.55, lasting=False),
    _Part(_compress, 0.6, 0.6),
)


@dataclass(frozen=True, slots=True)
class Film:
    """What happens to every picture of a clip."""

    shutter_s: float
    parts: tuple[tuple[Effect, float, bool], ...]  # change, strength, whether it lasts
    seed: int

    def expose(self, scene: Pixels, number: int) -> RgbImage:
        """Give picture `number` of the clip."""
        pixels = scene
        for index, (change, strength, lasting) in enumerate(self.parts):
            rng = np.random.default_rng((self.seed, index, 0 if lasting else 1 + number))
            pixels = change(rng, pixels, strength)
        return RgbImage(pixels)


def load_film(rng: np.random.Generator, strength: float, *, night: bool) -> Film:
    """Choose a camera's weaknesses; `strength` from 0 (none) to 1 (a bad day)."""
    slowest = 1 / 250 if night else 1 / 350
    shutter = float(np.exp(between(rng, np.log(1 / 2000), np.log(slowest))))
    drawn = rng.random(len(_PARTS))
    parts = tuple(
        (part.change, part.gain * strength, part.lasting)
        for part, chance in zip(_PARTS, drawn, strict=True)
        if chance < strength * (part.night if night else part.day)
    )
    return Film(shutter * strength, parts, int(rng.integers(2**31)))
