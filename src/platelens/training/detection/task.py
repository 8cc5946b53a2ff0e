"""The detector's task: its data, its loss and its measure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset

from platelens.detection.postprocess import decode_map, suppress
from platelens.detection.preprocess import letterbox
from platelens.geometry import iou_xyxy
from platelens.training.detection.data import WindowSettings, WindowSource
from platelens.training.detection.loss import detection_loss
from platelens.training.detection.scenes import Scene, load_flat_crops, load_scene
from platelens.training.networks import make_network
from platelens.training.recipe import Recipe
from platelens.training.sources import load_fonts, load_scene_split, load_us_crops


class WindowDataset(Dataset[tuple[Tensor, Tensor]]):
    """Window `i` of a seed, for a DataLoader."""

    def __init__(self, source: WindowSource, seed: int) -> None:
        """Draw from `source`."""
        self._source = source
        self._seed = seed

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Give pixels (S, S, 3) uint8 and target (15, S/8, S/8)."""
        cv2.setNumThreads(0)  # the workers are the threads
        pixels, target = self._source.draw(self._seed, index)
        return torch.from_numpy(pixels), torch.from_numpy(target)


class DetectionTask:
    """Finding plates, as `training.loop.fit` wants it."""

    def __init__(self, recipe: Recipe, root: Path) -> None:
        """Load all pictures that `recipe` names from below `root` into memory."""
        self.network = make_network(recipe)
        self._seed = recipe.seed
        self._long_side = max(recipe.input_size)
        pools: list[tuple[list[Scene], float]] = []
        self._held_out: list[Scene] = []
        for source in recipe.data.scenes:
            train, held_out = load_scene_split(root, source.folder)
            pools.append(([load_scene(s) for s in train], source.share))
            self._held_out += [load_scene(s) for s in held_out]
        crops = load_us_crops(root, "train") if recipe.data.us_plates else []
        self._source = WindowSource(
            pools,
            load_flat_crops([c.image for c in crops]),
            load_fonts(root, recipe.data.fonts),
            WindowSettings(size=recipe.window),
        )

    def dataset(self) -> WindowDataset:
        """Give the endless windows of the recipe's seed."""
        return WindowDataset(self._source, self._seed)

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Give the loss of a batch of windows."""
        pixels, target = batch
        return detection_loss(self.network(pixels), target)

    def validate(self, network: nn.Module) -> dict[str, float]:
        """Give recall and false plates an image at IoU 0.5, score 0.4, on the held-out scenes."""
        found = labelled = false = 0
        for scene in self._held_out:
            boxes = detect_boxes(network, scene, self._long_side)
            truth = np.concatenate([scene.corners.min(axis=1), scene.corners.max(axis=1)], axis=1)
            hits = iou_xyxy(truth, boxes[:, :4]) >= 0.5
            matched = int(hits.any(axis=1).sum())
            found, labelled = found + matched, labelled + len(truth)
            false += int((~hits.any(axis=0)).sum())
        return {"recall": found / max(1, labelled), "false": false / max(1, len(self._held_out))}


@torch.inference_mode()
def detect_boxes(network: nn.Module, scene: Scene, long_side: int) -> Any:
    """Give the (N, 5) boxes that `network` finds in a scene, in its pixels."""
    fitted = letterbox(scene.pixels, long_side)
    cells = network(torch.from_numpy(fitted.pixels[None]))[0].float().numpy()
    boxes, _ = decode_map(cells, 0.4)
    boxes = boxes[suppress(boxes, 0.45)]
    boxes[:, [0, 2]] /= fitted.scale_xy[0]
    boxes[:, [1, 3]] /= fitted.scale_xy[1]
    return boxes
