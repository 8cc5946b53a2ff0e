"""The region classifier's task: its data, its loss and its measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.synth import FlatPlate
from platelens.geometry import array_to_quad, cut_for_reading, cut_plate, fit_crop, picture_corners
from platelens.imaging import load
from platelens.region.look import ELSEWHERE
from platelens.training.drawn import DrawnDataset
from platelens.training.loop import Numbers
from platelens.training.networks import make_network
from platelens.training.recipe import DataRecipe, Recipe
from platelens.training.recognition.data import Patch, RealPictures
from platelens.training.recognition.task import cut_scenes, load_flats
from platelens.training.region.data import (
    CLASSES,
    US_REGIONS,
    LookShares,
    LookSource,
    is_surely_foreign,
    with_origins,
)
from platelens.training.sources import (
    LabelledCrop,
    load_ccpd_crops,
    load_fonts,
    load_us_looks,
)
from platelens.types import RgbImage

_SMOOTHING: Final = 0.1
"""Of the labels (Szegedy et al. 2016): a few plates stand under the wrong state."""

_SMALL_PX: Final = 80
"""Width at which US plates are measured once more: a car some way off."""

_CALIBRATED: Final = ("us", "us_80px", "elsewhere")
"""Sets whose answers the temperature is chosen by."""

_NOT_US: Final = ("elsewhere", "empty")
"""Sets of which only "from elsewhere" is right."""

_TEMPERATURES: Final = tuple(round(0.4 * 1.1**i, 3) for i in range(20))  # 0.4 to 2.4


class RegionTask:
    """Telling where plates are from, as `training.loop.fit` wants it."""

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._seed = recipe.seed
        self._size_hw = recipe.input_size
        data = recipe.data
        self._measured: dict[str, tuple[NDArray[np.uint8], NDArray[np.int64]]] = {}
        real, patches, american = self._load_scenes(data, root, recipe.seed)
        shares = LookShares(
            data.us_plates, data.synthetic, data.synthetic_elsewhere, patches, data.places
        )
        self._elsewhere_share = shares.elsewhere
        self._source = LookSource(
            real, [*load_looks(load_us_looks(root, "train")), *american],
            load_fonts(root, data.fonts), shares, recipe.input_size,
        )  # fmt: skip
        kept = load_looks(load_us_looks(root, "held_out"))
        self._measure("us", [_as_patch(flat.pixels) for flat in kept], kept)
        self._measure("us_80px", [_as_patch(_far(flat.pixels)) for flat in kept], kept)
        valid = load_looks(load_us_looks(root, "valid"))
        self._valid = self._cut([_as_patch(flat.pixels) for flat in valid]), _numbers(valid)

    def dataset(self) -> DrawnDataset:
        """Give the endless crops of the recipe's seed."""
        return DrawnDataset(self._source, self._seed)

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        """Give training crops as the network sees them, (H, W, 3) each."""
        return [self._source.draw(self._seed, i)[0] for i in range(count)]

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the cross-entropy of a batch of crops, its labels smoothed."""
        pixels, numbers = batch
        logits = self.network(pixels).float()
        right = (logits.detach().argmax(dim=1) == numbers).float().mean()
        loss = functional.cross_entropy(logits, numbers, label_smoothing=_SMOOTHING)
        return loss, {"right": float(right)}

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give the share of held-out pictures told rightly, set by set."""
        return {
            name: _top1(look(network, pixels), numbers)
            for name, (pixels, numbers) in self._measured.items()
        }

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the temperature (Guo et al. 2017) on held-out plates.

        The publisher's "valid" is measured here for the first time, and chooses nothing.
        """
        looked = {
            name: (look(network, pixels), torch.from_numpy(numbers))
            for name, (pixels, numbers) in self._measured.items()
        }
        chosen = [looked[name] for name in _CALIBRATED if name in looked]
        logits, truths = (torch.cat(parts) for parts in zip(*chosen, strict=True))
        temperature = min(
            _TEMPERATURES, key=lambda t: float(functional.cross_entropy(logits / t, truths))
        )
        top1 = {name: _top1(given, self._measured[name][1]) for name, (given, _) in looked.items()}
        scores = {
            f"held_out_{name}" if name in _NOT_US else f"held_out_top1_{name}": share
            for name, share in top1.items()
        }
        pixels, numbers = self._valid
        if len(numbers):
            scores["valid_top1_us"] = _top1(look(network, pixels), numbers)
        settings = {
            "temperature": temperature,
            # What inference divides by, to know how much a look alone says.
            "elsewhere_share": round(self._elsewhere_share, 4),
        }
        return Numbers(settings, {name: round(share, 4) for name, share in scores.items()})

    def _load_scenes(
        self, data: DataRecipe, root: Path, seed: int
    ) -> tuple[RealPictures, list[float], list[FlatPlate]]:
        """Load plates from elsewhere, places without one, the pools' shares, American plates."""
        scenes = cut_scenes(
            data, root, seed,
            lambda source, samples: _of_known_origin(with_origins(samples, root), source.foreign),
        )  # fmt: skip
        american = [p for pool in scenes.pools for p in pool if p.region in US_REGIONS]
        pools = [[p for p in pool if p.region not in US_REGIONS] for pool in scenes.pools]
        kept = [p for p in scenes.held_out if p.region not in US_REGIONS]
        shares = scenes.shares
        if data.ccpd_crops:
            pools.append(load_flats(load_ccpd_crops(root, held_out=False)))
            shares.append(data.ccpd_crops)
            kept += load_flats(load_ccpd_crops(root, held_out=True))
        self._measure("elsewhere", kept)
        self._measure("empty", scenes.empty)
        filled = [(p, s) for p, s in zip(pools, shares, strict=True) if p]
        real = RealPictures([p for p, _ in filled], (), scenes.places)
        return real, [s for _, s in filled], [_flatten(p) for p in american]

    def _measure(
        self, name: str, patches: Sequence[Patch], flats: Sequence[FlatPlate] | None = None
    ) -> None:
        """Keep pictures to be measured; those without `flats` are from elsewhere."""
        if patches:
            elsewhere = np.full(len(patches), CLASSES.index(ELSEWHERE), dtype=np.int64)
            numbers = elsewhere if flats is None else _numbers(flats)
            self._measured[name] = self._cut(patches), numbers

    def _cut(self, patches: Sequence[Patch]) -> NDArray[np.uint8]:
        """Cut plates out as in use; (N, H, W, 3)."""
        cut = np.empty((len(patches), *self._size_hw, 3), np.uint8)
        for number, patch in enumerate(patches):
            crop = cut_for_reading(patch.pixels, array_to_quad(patch.corners))
            cut[number] = fit_crop(crop, self._size_hw)
        return cut


def load_looks(crops: Sequence[LabelledCrop]) -> list[FlatPlate]:
    """Read pictures that show one plate and nothing else, with their regions."""
    return [FlatPlate(load(c.image), c.text, 1, c.region) for c in crops]


@torch.inference_mode()
def look(network: nn.Module, pixels: NDArray[np.uint8]) -> Tensor:
    """Give the logits (N, C) of `network` for crops (N, H, W, 3), on the CPU."""
    device = next(network.parameters()).device
    parts = (torch.from_numpy(pixels[i : i + 64]) for i in range(0, len(pixels), 64))
    return torch.cat([network(part.to(device)).float().cpu() for part in parts])


def _top1(logits: Tensor, numbers: NDArray[np.int64]) -> float:
    return float((logits.argmax(dim=1).numpy() == numbers).mean())


def _of_known_origin(samples: Sequence[Sample], all_foreign: bool) -> list[Sample]:
    """Leave the plates out of which nobody knows whether they are American."""
    if all_foreign:
        return list(samples)

    def is_known(plate: LabelledPlate) -> bool:
        return plate.region in US_REGIONS or is_surely_foreign(plate)

    return [replace(s, plates=tuple(filter(is_known, s.plates))) for s in samples]


def _flatten(patch: Patch) -> FlatPlate:
    """Cut a plate of a scene out, so that it is one more picture of its state."""
    quad = array_to_quad(patch.corners)
    pixels = cut_plate(patch.pixels, quad)
    return FlatPlate(pixels, patch.text, patch.rows, patch.region)


def _numbers(flats: Sequence[FlatPlate]) -> NDArray[np.int64]:
    return np.array([CLASSES.index(flat.region or ELSEWHERE) for flat in flats], dtype=np.int64)


def _as_patch(pixels: RgbImage) -> Patch:
    height, width = pixels.shape[:2]
    return Patch(pixels, picture_corners((height, width)), "", 1)


def _far(pixels: RgbImage) -> RgbImage:
    """Show a flat plate `_SMALL_PX` wide."""
    height, width = pixels.shape[:2]
    size = (_SMALL_PX, max(1, round(height * _SMALL_PX / width)))
    return RgbImage(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
