"""What a detector's map costs, cell by cell, and what a single box costs."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from platelens.detection.postprocess import CORNER_BASE, MAX_LOG_DISTANCE, STRIDE

_FLAT_EDGE: Final = 0.02
"""Of a single box: smaller misses of an edge, in shares of the picture, count by their square."""

_BOX_WEIGHT: Final = 10.0
"""A box that is off by 5 % of the picture then costs as much as not knowing if there is one."""


def detection_loss(cells: Tensor, target: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Give the loss of a batch and its parts.

    Class: varifocal loss (Zhang et al. 2021), whose target for a plate's cells is the overlap of
    the predicted box, so that the score ranks boxes by how well they sit. Box: generalised IoU
    (Rezatofighi et al. 2019). Corners: smooth L1 where they are labelled; elsewhere only their
    bounding box is held to the labelled box.

    Args:
        cells: (N, 13, h, w), the network's output.
        target: (N, 15, h, w), see `training.detection.data.encode_targets`.
    """
    cells = cells.permute(0, 2, 3, 1).float()  # (N, h, w, 13)
    target = target.permute(0, 2, 3, 1)  # (N, h, w, 15)
    positive = target[..., 0] > 0.5
    weight = target[..., 1]
    total = weight[positive].sum().clamp(min=1.0)

    y, x = torch.nonzero(positive, as_tuple=True)[1:]
    found, wanted = cells[positive], target[positive]  # (P, 13), (P, 15)
    w = weight[positive]
    centre = torch.stack([x, y], dim=1).float() * STRIDE + STRIDE / 2
    distance = found[:, 1:5].clamp(max=MAX_LOG_DISTANCE).exp() * STRIDE
    box = torch.cat([centre - distance[:, :2], centre + distance[:, 2:]], dim=1)
    iou, giou = _overlaps(box, wanted[:, 2:6])
    loss_box = (w * (1 - giou)).sum() / total

    quality = torch.zeros_like(weight)
    quality[positive] = iou.detach().clamp(min=0.05)
    logits = cells[..., 0]
    with torch.no_grad():
        negative_weight = 0.75 * logits.sigmoid() ** 2
        cell_weight = torch.where(positive, quality.clamp(min=0.3), negative_weight) * weight
        # Empty ground is judged with full weight; `weight` is 0 where nobody knows.
    loss_class = functional.binary_cross_entropy_with_logits(
        logits, quality, weight=cell_weight, reduction="sum"
    )
    loss_class = loss_class / total
    loss_corner = _corner_loss(found[:, 5:], wanted[:, 6:14], wanted[:, 14], w) / total
    loss = loss_class + 2 * loss_box + 3 * loss_corner
    parts = {"class": loss_class, "box": loss_box, "corner": loss_corner}
    return loss, {name: float(part.detach()) for name, part in parts.items()}


def box_loss(found: Tensor, target: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Give the loss of a batch of single boxes and its parts.

    Presence: cross-entropy. Box: smooth L1 of its edges, where there is a plate.

    Args:
        found: (N, 5), the network's output.
        target: (N, 5), see `training.detection.views.ViewSource.draw`.
    """
    found = found.float()
    present = target[:, 0]
    presence = functional.binary_cross_entropy_with_logits(found[:, 0], present)
    missed = functional.smooth_l1_loss(
        found[:, 1:], target[:, 1:], beta=_FLAT_EDGE, reduction="none"
    ).mean(dim=1)
    box = (missed * present).sum() / present.sum().clamp(min=1.0)
    parts = {"presence": presence, "box": box}
    loss = presence + _BOX_WEIGHT * box
    return loss, {name: float(part.detach()) for name, part in parts.items()}


def _overlaps(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Give IoU and generalised IoU of the boxes of `a` and `b`, row by row."""
    inner = (torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])).clamp(min=0)
    outer = (torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])).clamp(min=0)
    shared = inner.prod(dim=1)
    union = (a[:, 2:] - a[:, :2]).prod(dim=1) + (b[:, 2:] - b[:, :2]).prod(dim=1) - shared
    hull = outer.prod(dim=1)
    iou = shared / union.clamp(min=1e-6)
    return iou, iou - (hull - union) / hull.clamp(min=1e-6)


def _corner_loss(found: Tensor, wanted: Tensor, kind: Tensor, weight: Tensor) -> Tensor:
    base = torch.tensor(CORNER_BASE, dtype=found.dtype, device=found.device)
    corners = (found + base).reshape(-1, 4, 2)
    exact = functional.smooth_l1_loss(
        corners, wanted.reshape(-1, 4, 2), beta=0.05, reduction="none"
    ).mean(dim=(1, 2))
    spill = corners.amin(dim=1).abs() + (corners.amax(dim=1) - 1).abs()  # (P, 2)
    loose = functional.smooth_l1_loss(spill, torch.zeros_like(spill), beta=0.05, reduction="none")
    cost = torch.where(kind > 0, exact, 0.3 * loose.mean(dim=1))
    return (cost * weight * (kind != 0)).sum()
