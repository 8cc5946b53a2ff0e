"""What comes between the camera and the plates: people on foot, posts."""

from __future__ import annotations

from typing import Final

import numpy as np

from platelens.datasets.synth.clips.solid import Solid, SolidBuilder
from platelens.datasets.synth.paint import Colour, any_colour, between, jitter, pick

PHASES: Final = 8
"""Pictures of a stride."""

STRIDE_M: Final = 1.5
"""What two steps take."""

_SKIN: Final[tuple[Colour, ...]] = ((224, 184, 160), (186, 140, 112), (110, 78, 60))
_TROUSERS: Final[tuple[Colour, ...]] = ((34, 38, 52), (52, 54, 58), (92, 84, 70), (24, 24, 26))
_POSTS: Final[tuple[Colour, ...]] = ((110, 114, 116), (64, 68, 70), (146, 120, 40), (84, 62, 44))

# Height, half width, half depth.
_TRUNK: Final = (
    (0.80, 0.16, 0.11), (1.05, 0.16, 0.11), (1.30, 0.20, 0.12), (1.42, 0.19, 0.11),
    (1.47, 0.07, 0.07),
)  # fmt: skip
_HEAD: Final = (
    (1.47, 0.06, 0.06), (1.54, 0.085, 0.10), (1.63, 0.09, 0.11), (1.72, 0.07, 0.08),
    (1.76, 0.02, 0.02),
)  # fmt: skip
_LEG: Final = ((0.0, 0.06, 0.11), (0.08, 0.06, 0.08), (0.45, 0.075, 0.08), (0.88, 0.1, 0.11))


def draw_walker(rng: np.random.Generator, builders: list[SolidBuilder]) -> list[Solid]:
    """Draw somebody who walks along the street: PHASES bodies, one for each of the builders."""
    coat, legs, skin = any_colour(rng), jitter(rng, pick(rng, _TROUSERS), 8), pick(rng, _SKIN)
    hair = jitter(rng, (48, 36, 28), 14)
    tall = between(rng, 0.9, 1.08)
    broad = between(rng, 0.9, 1.3)
    solids = []
    for phase, builder in enumerate(builders):
        swing = float(np.sin(2 * np.pi * phase / len(builders)))
        for side in (-1, 1):
            step = 0.3 * side * swing
            _stack(builder, _LEG, legs, (0.09 * side * broad, step), (broad, tall))
            arm = ((0.78, 0.045, 0.05), (1.1, 0.05, 0.055), (1.4, 0.06, 0.06))
            _stack(builder, arm, coat, (0.23 * side * broad, -0.7 * step), (1.0, tall))
        _stack(builder, _TRUNK, coat, (0.0, 0.0), (broad, tall))
        _stack(builder, _HEAD[:3], skin, (0.0, 0.0), (1.0, tall))
        _stack(builder, _HEAD[2:], hair, (0.0, 0.0), (1.0, tall))
        solids.append(builder.build())
    return solids


def draw_post(rng: np.random.Generator, builder: SolidBuilder) -> tuple[Solid, float]:
    """Draw a lamp post or the post of a sign; gives its radius in metres, too."""
    radius = between(rng, 0.05, 0.16)
    high = between(rng, 3.5, 9)
    colour = jitter(rng, pick(rng, _POSTS), 8)
    _stack(builder, ((0.0, radius, radius), (high, 0.8 * radius, 0.8 * radius)), colour)
    return builder.build(), radius


def _stack(
    builder: SolidBuilder,
    sections: tuple[tuple[float, float, float], ...],
    colour: Colour,
    foot: tuple[float, float] = (0.0, 0.0),
    grow: tuple[float, float] = (1.0, 1.0),
) -> None:
    """Add a round body of sections (height, half width, half depth).

    What stands at `foot` (across, along) swings from the hip: its top stays in the middle.
    """
    turns = np.linspace(0, 2 * np.pi, 9)
    broad, tall = grow
    highest = sections[-1][0]
    found = []
    for up, wide, deep in sections:
        lean = foot[1] * (1 - up / highest)
        x = foot[0] + broad * wide * np.cos(turns)
        found.append(np.stack([x, np.full(9, tall * up), lean + deep * np.sin(turns)], axis=1))
    rings = np.array(found, np.float32)
    paints = np.broadcast_to(np.array(colour, np.float32), (len(sections) - 1, 8, 3))
    builder.loft(rings, paints, gloss=0.0)
