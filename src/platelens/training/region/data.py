"""Training crops for the region classifier, drawn without end from real and drawn plates.

Every crop takes the way that it takes in use, as in `training.recognition.data`. No crop is ever
mirrored: the place of a name or an emblem tells states apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.datasets import LabelledPlate
from platelens.datasets.readers.region_names import CODES
from platelens.datasets.synth import (
    Catalogue,
    FlatPlate,
    FontSet,
    draw_flat_plate,
)
from platelens.region.formats import ANYWHERE, load_formats
from platelens.region.look import ELSEWHERE
from platelens.training.recognition.data import CropShares, CropSource, Patch, RealPictures

US_REGIONS: Final = tuple(sorted({code for code in CODES.values() if code.startswith("us-")}))
CLASSES: Final = (*US_REGIONS, ELSEWHERE)

_WIDTHS_PX: Final = (50, 120, 220)
"""Plates are shown from the first width to the last, half of them above the middle one."""

_FOREIGN_LENGTH: Final = 8
"""American plates have at most seven characters; longer words of owners have few digits."""
_FOREIGN_DIGITS: Final = 3

_FOREIGN: Final = re.compile(
    r"[A-Z]{2}\d{2}[A-Z]{3}"  # GB since 2001, Romania
    r"|[A-Z]\d{3}[A-Z]{3}"  # GB 1983 to 2001, Bucharest
    r"|[A-Z]{3}\d{3}[A-Z]"  # GB 1963 to 1983
    r"|(?!TK)[A-Z]{2}\d{3}[A-Z]{2}"  # France, Italy; TK: trucks of Indiana
)
"""No file of `region/formats/us-*` has a serial of these forms."""


def is_surely_foreign(plate: LabelledPlate) -> bool:
    """Tell whether a plate of a mixed set is from outside the US, by its text and rows alone.

    The sets do not say where their plates are from; American ones among them must not be taught
    as foreign. So what could be American, own words of owners included, is not taken.
    """
    text = plate.text or ""
    if not text:
        return False
    digits = sum(c.isdigit() for c in text)
    is_long = len(text) >= _FOREIGN_LENGTH and digits >= _FOREIGN_DIGITS
    return plate.rows == 2 or is_long or bool(_FOREIGN.fullmatch(text))


@dataclass(frozen=True, slots=True)
class LookShares:
    """How often each source is drawn."""

    flats: float  # real plates with a region, which fill their picture
    synthetic: float  # drawn plates of `US_REGIONS`
    synthetic_elsewhere: float  # drawn plates of all other jurisdictions
    patches: Sequence[float]  # one for each pool of real plates from elsewhere
    places: float  # without a plate

    @property
    def elsewhere(self) -> float:
        """The part of all crops that is from elsewhere, 0..1."""
        others = self.synthetic_elsewhere + sum(self.patches) + self.places
        return others / (self.flats + self.synthetic + others)


class LookSource:
    """Draws crops; crop `i` of a seed is the same on any number of workers.

    Half of the real plates are drawn class by class, half picture by picture; drawn US plates are
    drawn class by class.

    Args:
        real: `flats` are unused; `pools` hold plates from elsewhere.
        flats: plates with their regions.
        fonts: for the plates that are drawn.
        shares: how often each source is drawn.
        size_hw: of the crops.
    """

    def __init__(
        self, real: RealPictures, flats: Sequence[FlatPlate], fonts: FontSet, shares: LookShares,
        size_hw: tuple[int, int],
    ) -> None:  # fmt: skip
        self._flats = flats
        by_class = defaultdict(list)
        for flat in flats:
            by_class[flat.region].append(flat)
        self._by_class = list(by_class.values())
        self._fonts = fonts
        self._states = [Catalogue.default([code]) for code in US_REGIONS]
        others = [c for c in load_formats() if c not in US_REGIONS and c != ANYWHERE]
        self._others = Catalogue.default(others)
        nothing = max(shares.places, 1e-9)
        self._crops = CropSource(real, fonts, CropShares(0, 0, shares.patches, nothing), size_hw)
        seen = shares.places + sum(shares.patches)
        weights = np.array([shares.flats, shares.synthetic, shares.synthetic_elsewhere, seen])
        self._shares = weights / weights.sum()

    def draw(self, seed: int, index: int) -> tuple[NDArray[np.uint8], int]:
        """Give crop `index`: (H, W, 3) uint8, and its place in `CLASSES`."""
        rng = np.random.default_rng((seed, index))
        kind = int(rng.choice(len(self._shares), p=self._shares))
        if kind == 3:
            # A seed of its own: the choice of this source and those within it are not one.
            pixels, _, _ = self._crops.draw(int(rng.integers(2**31)), index)
            return pixels, CLASSES.index(ELSEWHERE)
        if kind == 0:
            flat = self._choose(rng)
        else:
            states = self._states[int(rng.integers(len(self._states)))]
            flat = draw_flat_plate(rng, self._fonts, states if kind == 1 else self._others)
        region = flat.region if flat.region in US_REGIONS else ELSEWHERE
        return self._crops.see(rng, self._place(rng, flat)), CLASSES.index(region)

    def _choose(self, rng: np.random.Generator) -> FlatPlate:
        few = self._flats
        if rng.random() < 0.5:
            few = self._by_class[int(rng.integers(len(self._by_class)))]
        return few[int(rng.integers(len(few)))]

    def _place(self, rng: np.random.Generator, flat: FlatPlate) -> Patch:
        """Put a flat plate somewhere, as large as it still shows where it is from."""
        least, middle, most = _WIDTHS_PX
        low, high = (middle, most) if rng.random() < 0.5 else (least, middle)
        width = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        return self._crops.place(rng, flat, width, least)
