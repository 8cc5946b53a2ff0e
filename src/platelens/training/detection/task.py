"""The detector's task: its data, its loss and its measure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from platelens.detection.postprocess import Thresholds, read_map
from platelens.detection.preprocess import letterbox
from platelens.training.detection.data import WindowSettings, WindowSource
from platelens.training.detection.loss import detection_loss
from platelens.training.detection.measure import (
    THRESHOLDS,
    choose_threshold,
    final_scores,
    scores_at,
)
from platelens.training.detection.scenes import load_flat_crops, load_pools
from platelens.training.drawn import DrawnDataset
from platelens.training.loop import Numbers
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.sources import load_fonts, load_us_crops
from platelens.types import Detection, RgbImage

_IOU_THRESHOLD: Final = 0.45


class DetectionTask:
    """Finding plates, as `training.loop.fit` wants it."""

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._seed = recipe.seed
        self._long_side = max(recipe.input_size)
        pools, self._held_out = load_pools(recipe.data, root)
        self._scenes = [scene for pool, _ in pools for scene in pool]
        crops = load_us_crops(root, "train") if recipe.data.us_plates else []
        self._source = WindowSource(
            pools,
            load_flat_crops([c.image for c in crops]),
            load_fonts(root, recipe.data.fonts),
            WindowSettings(size=recipe.window),
        )

    def dataset(self) -> DrawnDataset:
        """Give the endless windows of the recipe's seed."""
        return DrawnDataset(self._source, self._seed)

    def pictures(self, count: int) -> list[NDArray[np.uint8]]:
        """Give training scenes as the network sees them in use, (H, W, 3) each."""
        chosen = np.random.default_rng(self._seed).permutation(len(self._scenes))[:count]
        return [letterbox(self._scenes[i].pixels, self._long_side).pixels for i in chosen]

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the loss of a batch of windows."""
        pixels, target = batch
        return detection_loss(self.network(pixels), target)

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give recall and false plates an image at IoU 0.5, score 0.4, on the held-out scenes."""
        return scores_at(self._held_out, self._detect(network), 0.4)

    def finish(self, network: nn.Module) -> Numbers:
        """Choose the lowest score threshold with few false plates on the held-out scenes."""
        found = self._detect(network)
        threshold = choose_threshold(self._held_out, found)
        return Numbers(
            settings={"score_threshold": threshold, "iou_threshold": _IOU_THRESHOLD},
            scores=final_scores(self._held_out, found, threshold),
        )

    def _detect(self, network: nn.Module) -> list[list[Detection]]:
        return [find_plates(network, s.pixels, self._long_side) for s in self._held_out]


@torch.inference_mode()
def find_plates(network: nn.Module, pixels: RgbImage, long_side: int) -> list[Detection]:
    """Give what `network` finds in a picture, down to the lowest threshold; best first."""
    fitted = letterbox(pixels, long_side)
    device = next(network.parameters()).device
    cells = network(torch.from_numpy(fitted.pixels[None]).to(device))[0].float().cpu().numpy()
    thresholds = Thresholds(THRESHOLDS[0], _IOU_THRESHOLD)
    return read_map(cells, thresholds, fitted, (pixels.shape[0], pixels.shape[1]))
