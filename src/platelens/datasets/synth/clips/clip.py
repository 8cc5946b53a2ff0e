"""Clips of a street with traffic, and what is true of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from platelens.datasets.synth.catalogue import Catalogue
from platelens.datasets.synth.clips.scene import ClipSettings, Scene
from platelens.datasets.synth.clips.truth import ClipTruth
from platelens.datasets.synth.fonts import FontSet
from platelens.types import Frame


class Clip:
    """A clip that is drawn as one goes through it; each time the same."""

    def __init__(
        self, seed: int, fonts: FontSet, catalogue: Catalogue, settings: ClipSettings
    ) -> None:
        self.settings = settings
        self._seed = seed
        self._fonts = fonts
        self._catalogue = catalogue
        self._scene: Scene | None = None

    def __len__(self) -> int:
        """The number of its pictures."""
        return max(1, round(self.settings.duration_s * self.settings.fps))

    def __iter__(self) -> Iterator[Frame]:
        """Draw the pictures, one after the other; only one of them is kept in memory."""
        rng = np.random.default_rng(self._seed)
        scene = self._scene = Scene(rng, self._fonts, self._catalogue, self.settings)
        for number in range(len(self)):
            time_s = number / self.settings.fps
            yield Frame(scene.draw(number, time_s), time_s, number)
            scene.step(1 / self.settings.fps)

    @property
    def truth(self) -> ClipTruth:
        """What was true of the pictures that were drawn last; ValueError before the first."""
        if self._scene is None:
            raise ValueError("the truth of a clip is known when its pictures are drawn")
        return self._scene.truth


def draw_clip(
    rng: np.random.Generator,
    fonts: FontSet,
    catalogue: Catalogue,
    settings: ClipSettings | None = None,
) -> Clip:
    """Choose a street, its traffic and its camera; the pictures are drawn when one asks for them.

    Args:
        rng: the source of chance; one number is taken of it.
        fonts: for the plates.
        catalogue: of the plates.
        settings: what may be chosen.
    """
    return Clip(int(rng.integers(2**62)), fonts, catalogue, settings or ClipSettings())
