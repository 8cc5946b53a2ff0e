"""Training crops for the region classifier, drawn without end from real and drawn plates.

Every crop takes the way that it takes in use, as in `training.recognition.data`. No crop is ever
mirrored: the place of a name or an emblem tells states apart.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.region_names import CODES
from platelens.datasets.synth import (
    Catalogue,
    FlatPlate,
    FontSet,
    draw_flat_plate,
)
from platelens.region.formats import ANYWHERE, ROW_BREAK, Jurisdiction, load_formats
from platelens.region.look import ELSEWHERE
from platelens.training.recognition.data import CropShares, CropSource, Patch, RealPictures

US_REGIONS: Final = tuple(sorted({code for code in CODES.values() if code.startswith("us-")}))
CLASSES: Final = (*US_REGIONS, ELSEWHERE)

ORIGINS: Final = Path(__file__).parent / "origins.csv"
"""Where plates of the scenes are from, told by eye: picture below the data folder, text, region.

The sets do not say it. Only plates that show where they are from stand there.
"""

_WIDTHS_PX: Final = (50, 120, 220)
"""Plates are shown from the first width to the last, half of them above the middle one."""

_AMERICAN_PROPORTIONS: Final = (1.8, 2.4)
"""Width by height; that of American plates is 2."""

_FOREIGN_LENGTH: Final = 8
"""American plates have at most seven characters; longer words of owners have few digits."""
_FOREIGN_DIGITS: Final = 3

_FOREIGN: Final = re.compile(
    r"[A-Z]{2}\d{2}[A-Z]{3}"  # GB since 2001, Romania
    r"|[A-Z]\d{3}[A-Z]{3}"  # GB 1983 to 2001, Bucharest
    r"|[A-Z]{3}\d{3}[A-Z]"  # GB 1963 to 1983
    r"|(?!TK)[A-Z]{2}\d{3}[A-Z]{2}"  # France, Italy; TK: trucks of Indiana
    r"|[A-Z]{3}\d[A-Z]\d{2}"  # Brazil
)
"""No file of `region/formats/us-*` has a serial of these forms."""


def is_surely_foreign(plate: LabelledPlate) -> bool:
    """Tell whether a plate of a mixed set is from outside the US.

    Where its region is not known, its text and rows tell. American plates must not be taught as
    foreign: what could be American, own words of owners included, is not taken.
    """
    text = plate.text or ""
    if plate.region is not None or not text:
        return plate.region is not None and plate.region not in US_REGIONS
    digits = sum(c.isdigit() for c in text)
    is_long = len(text) >= _FOREIGN_LENGTH and digits >= _FOREIGN_DIGITS
    return plate.rows == 2 or is_long or bool(_FOREIGN.fullmatch(text))


def with_origins(samples: Iterable[Sample], root: Path) -> list[Sample]:
    """Give the plates of `samples`, pictures below `root`, the regions of `ORIGINS`."""
    known = _load_origins()

    def tell(sample: Sample) -> Sample:
        picture = sample.image.relative_to(root).with_suffix("").as_posix()
        plates = (
            replace(p, region=known.get((picture, p.text or ""), p.region)) for p in sample.plates
        )
        return replace(sample, plates=tuple(plates))

    return [tell(sample) for sample in samples]


@cache
def _load_origins() -> dict[tuple[str, str], str]:
    with ORIGINS.open(encoding="utf-8", newline="") as lines:
        return {(row["picture"], row["text"]): row["region"] for row in csv.DictReader(lines)}


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
    drawn class by class. Half of the drawn plates from elsewhere are from where plates have
    American proportions: these are the ones that are taken for American.

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
        others = {
            code: plates for code, plates in load_formats().items()
            if code not in US_REGIONS and code != ANYWHERE
        }  # fmt: skip
        alike = [code for code, jurisdiction in others.items() if _is_like_american(jurisdiction)]
        self._others = [Catalogue.default(list(others)), Catalogue.default(alike)]
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
            catalogues = self._states if kind == 1 else self._others
            chosen = catalogues[int(rng.integers(len(catalogues)))]
            flat = draw_flat_plate(rng, self._fonts, chosen)
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


def _is_like_american(jurisdiction: Jurisdiction) -> bool:
    low, high = _AMERICAN_PROPORTIONS
    return any(
        low <= plate.size_mm[0] / plate.size_mm[1] <= high and ROW_BREAK not in pattern
        for plate in jurisdiction.plates
        for pattern in plate.patterns
    )
