"""The task of a detector of a single box: its data, its loss and its measure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from platelens.detection.single import read_box
from platelens.geometry import fit_crop
from platelens.training.detection.loss import box_loss
from platelens.training.detection.measure import (
    THRESHOLDS,
    choose_threshold,
    final_scores,
    scores_at,
)
from platelens.training.detection.scenes import load_pools
from platelens.training.detection.views import ViewSettings, ViewSource
from platelens.training.drawn import DrawnDataset
from platelens.training.loop import Numbers
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.types import Detection, RgbImage

_BATCH: Final = 16


class BoxTask:
    """Finding the largest plate, as `training.loop.fit` wants it."""

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._seed = recipe.seed
        self._size_hw = recipe.input_size
        pools, self._held_out = load_pools(recipe.data, root)
        self._scenes = [scene for pool, _ in pools for scene in pool]
        self._source = ViewSource(pools, ViewSettings(recipe.input_size))

    def dataset(self) -> DrawnDataset:
        """Give the endless views of the recipe's seed."""
        return DrawnDataset(self._source, self._seed)

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        """Give training scenes as the network sees them in use, (H, W, 3) each."""
        chosen = np.random.default_rng(self._seed).permutation(len(self._scenes))[:count]
        return [fit_crop(self._scenes[i].pixels, self._size_hw) for i in chosen]

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the loss of a batch of views."""
        pixels, target = batch
        return box_loss(self.network(pixels), target)

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give recall and false plates an image at IoU 0.5, presence 0.5, on held-out scenes.

        All plates of a scene count, though the network knows the largest only.
        """
        return scores_at(self._held_out, self._detect(network), 0.5)

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the lowest presence with few false plates on the held-out scenes."""
        found = self._detect(network)
        threshold = choose_threshold(self._held_out, found)
        return Numbers(
            settings={"score_threshold": threshold},
            scores=final_scores(self._held_out, found, threshold),
        )

    def _detect(self, network: nn.Module) -> list[list[Detection]]:
        return find_boxes(network, [s.pixels for s in self._held_out], self._size_hw)


@torch.inference_mode()
def find_boxes(
    network: nn.Module, pictures: Sequence[RgbImage], size_hw: tuple[int, int]
) -> list[list[Detection]]:
    """Give what `network` finds in each picture, down to the lowest threshold."""
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(pictures), _BATCH):
        some = pictures[start : start + _BATCH]
        pixels = torch.from_numpy(np.stack([fit_crop(p, size_hw) for p in some]))
        rows = network(pixels.to(device)).float().cpu().numpy()
        found += [
            read_box(row, THRESHOLDS[0], (picture.shape[0], picture.shape[1]))
            for row, picture in zip(rows, some, strict=True)
        ]
    return found
