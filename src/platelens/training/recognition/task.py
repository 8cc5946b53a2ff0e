"""The reader's task: its data, its loss and its measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from platelens.alphabet import CHARACTERS, encode
from platelens.datasets import Sample
from platelens.geometry import array_to_quad, fit_crop, picture_corners, quad_to_array
from platelens.imaging import load
from platelens.metrics import ExactMatch
from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.recognition.views import cut_views, merge_views
from platelens.training.drawn import DrawnDataset
from platelens.training.loop import Numbers
from platelens.training.networks import make_network
from platelens.training.recipe import DataRecipe, Recipe, SceneSource
from platelens.training.recognition.corners import (
    CornerFinder,
    corner_finder,
    cut_places,
    open_detector,
)
from platelens.training.recognition.data import (
    MAX_LENGTH,
    CropShares,
    CropSource,
    Patch,
    RealPictures,
)
from platelens.training.recognition.loss import LOSSES
from platelens.training.sources import (
    LabelledCrop,
    load_ccpd_crops,
    load_fonts,
    load_scene_split,
    load_us_crops,
)
from platelens.types import FloatArray, Reading, RgbImage

_EMPTY: Final = "empty"
"""Name of the held-out places without a plate; their confidence is not that of a text."""

_TEMPERATURES: Final = tuple(round(0.4 * 1.1**i, 3) for i in range(20))  # 0.4 to 2.4


def encode_crop(
    pixels: NDArray[np.uint8], text: str, rows: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64], int, int]:
    """Give pixels (H, W, 3), class numbers (MAX_LENGTH,), length and rows of a drawn crop."""
    numbers = np.zeros(MAX_LENGTH, np.int64)
    numbers[: len(text)] = encode(text)
    return pixels, numbers, len(text), rows


class RecognitionTask:
    """Reading plates, as `training.loop.fit` wants it."""

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._loss = LOSSES[recipe.network.name]
        self._seed = recipe.seed
        self._size_hw = recipe.input_size
        data = recipe.data
        scenes = cut_scenes(data, root, recipe.seed)
        pools, shares = scenes.pools, scenes.shares
        two_rows = [patch for pool in pools for patch in pool if patch.rows == 2]
        if data.two_rows and two_rows:
            pools.append(two_rows)
            shares.append(data.two_rows)
        if data.ccpd_crops:
            pools.append(load_flats(load_ccpd_crops(root, held_out=False)))
            shares.append(data.ccpd_crops)
        flats = load_flats(load_us_crops(root, "train")) if data.us_plates else []
        self._source = CropSource(
            RealPictures(pools, flats, scenes.places), load_fonts(root, data.fonts),
            CropShares(data.synthetic, data.us_plates, shares), recipe.input_size,
        )  # fmt: skip
        self._measured = {
            "scenes": scenes.held_out,
            _EMPTY: scenes.empty,
            "us": load_flats(load_us_crops(root, "valid")) if data.us_plates else [],
            "ccpd": load_flats(load_ccpd_crops(root, held_out=True)) if data.ccpd_crops else [],
        }

    def dataset(self) -> DrawnDataset:
        """Give the endless crops of the recipe's seed."""
        return DrawnDataset(self._source, self._seed, encode_crop)

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        """Give training crops as the network sees them, (H, W, 3) each."""
        return [self._source.draw(self._seed, i)[0] for i in range(count)]

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the loss of a batch of crops."""
        return self._loss(self.network, batch)

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give the share of held-out plates that are read exactly, set by set."""
        return _exact_shares(self._look(network))

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the temperature (Guo et al. 2017) on the held-out plates, all sets together."""
        looked = self._look(network)
        plates = [each for each in looked if each[0] != _EMPTY]
        truths = [patch.text for _, patches, _ in plates for patch in patches]
        logits = np.concatenate([part for _, _, part in plates])

        @cache
        def cost(temperature: float) -> float:
            return mistrust(_readings(logits, temperature), truths)

        # The cost has one valley: look at every fourth temperature, then around the best.
        near = _TEMPERATURES.index(min(_TEMPERATURES[::4], key=cost))
        temperature = min(_TEMPERATURES[max(0, near - 2) : near + 3], key=cost)
        scores = {f"held_out_exact_{k}": round(v, 4) for k, v in _exact_shares(looked).items()}
        return Numbers(settings={"temperature": temperature}, scores=scores)

    def _look(self, network: nn.Module) -> list[tuple[str, Sequence[Patch], FloatArray]]:
        return [
            (name, patches, look(network, patches, self._size_hw))
            for name, patches in self._measured.items()
            if patches
        ]


def _exact_shares(looked: list[tuple[str, Sequence[Patch], FloatArray]]) -> dict[str, float]:
    return {name: _exact(_readings(logits, 1.0), patches) for name, patches, logits in looked}


def _readings(logits: FloatArray, temperature: float) -> list[Reading]:
    """Read what `look` gave, the views of each plate together, as the pipeline does."""
    scores = log_softmax(logits, temperature)
    return merge_views([decode_ctc(s, CHARACTERS) for s in scores])


def _exact(readings: Sequence[Reading], patches: Sequence[Patch]) -> float:
    exact = ExactMatch()
    for reading, patch in zip(readings, patches, strict=True):
        exact.update(reading.text, patch.text)
    return exact.compute()


def mistrust(readings: Sequence[Reading], truths: Sequence[str]) -> float:
    """Give the mean cross-entropy of the confidences: low when they mean what they say."""
    total = 0.0
    for reading, truth in zip(readings, truths, strict=True):
        confidence = min(max(reading.confidence, 1e-4), 1 - 1e-4)
        total -= math.log(confidence if reading.text == truth else 1 - confidence)
    return total / len(truths)


@dataclass(slots=True)
class CutScenes:
    """What the scenes of a recipe give."""

    pools: list[list[Patch]] = field(default_factory=list)  # training plates, folder by folder
    shares: list[float] = field(default_factory=list)  # one for each pool
    held_out: list[Patch] = field(default_factory=list)
    places: list[Patch] = field(default_factory=list)  # without a plate, to train on
    empty: list[Patch] = field(default_factory=list)  # without a plate, held out


def cut_scenes(
    data: DataRecipe,
    root: Path,
    seed: int,
    choose: Callable[[SceneSource, list[Sample]], list[Sample]] = lambda _, samples: samples,
) -> CutScenes:
    """Cut plates, and places without one, out of all scenes that a recipe names.

    Args:
        data: of the recipe.
        root: the data folder.
        seed: of the places.
        choose: leaves plates of a source out; places are cut out of all its samples.
    """
    cut = CutScenes()
    detector = open_detector(data.corners_from)
    find = corner_finder(detector)
    for source in data.scenes:
        train, held_out = load_scene_split(root, source.folder, source.leave_out)
        cut.pools.append(cut_patches(choose(source, train), find))
        cut.shares.append(source.share)
        cut.held_out += cut_patches(choose(source, held_out), find)
        cut.places += cut_places(train, detector, seed)
        cut.empty += cut_places(held_out, detector, seed)
    return cut


def cut_patches(samples: Sequence[Sample], find: CornerFinder) -> list[Patch]:
    """Cut the readable plates of `samples` out, with a margin for crooked corners."""
    patches = []
    for sample in samples:
        readable = [p for p in sample.plates if p.text and len(p.text) <= MAX_LENGTH]
        if not readable:
            continue
        pixels = load(sample.image)
        for plate, quad in zip(readable, find(pixels, readable), strict=True):
            corners = quad_to_array(quad)
            margin = 0.6 * plate.box.height + 4
            x1, y1 = np.maximum(np.floor(corners.min(axis=0) - margin), 0).astype(int)
            x2, y2 = np.ceil(corners.max(axis=0) + margin).astype(int)
            cut = np.ascontiguousarray(pixels[y1:y2, x1:x2])
            shifted = corners - np.array([x1, y1], np.float32)
            patches.append(
                Patch(RgbImage(cut), shifted, plate.text or "", plate.rows, region=plate.region)
            )
    return patches


def load_flats(crops: Sequence[LabelledCrop]) -> list[Patch]:
    """Read pictures that show one plate and nothing else."""
    patches = []
    for crop in crops:
        pixels = load(crop.image)
        corners = picture_corners((pixels.shape[0], pixels.shape[1]))
        patches.append(Patch(pixels, corners, crop.text[:MAX_LENGTH], 1))
    return patches


@torch.inference_mode()
def look(network: nn.Module, patches: Sequence[Patch], size_hw: tuple[int, int]) -> FloatArray:
    """Give the logits (N x views, T, C) of `network` for `patches`, cut out as in use."""
    device = next(network.parameters()).device
    logits = []
    for start in range(0, len(patches), 64):
        crops = [
            fit_crop(crop, size_hw)
            for patch in patches[start : start + 64]
            for crop in cut_views(patch.pixels, [array_to_quad(patch.corners)])
        ]
        given = network(torch.from_numpy(np.stack(crops)).to(device))
        logits.append(given.float().cpu().numpy())
    return np.concatenate(logits)
