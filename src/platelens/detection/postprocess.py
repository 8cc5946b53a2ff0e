"""The map that a plate detector gives -> detections. Training measures with the same code.

A map has one cell for each STRIDE x STRIDE pixels of the input and CHANNELS numbers a cell:
1 logit "a plate's middle is here", 4 logarithms of the distances from the cell's centre to the
left, top, right and bottom edge of its box (in strides; as in FCOS, Tian et al. 2019), and 8
corner coordinates x, y of top-left, top-right, bottom-right, bottom-left as fractions of the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.detection.preprocess import Letterboxed
from platelens.geometry import array_to_quad, iou_xyxy
from platelens.types import Box, Detection, FloatArray

STRIDE: Final = 8
CHANNELS: Final = 13
MAX_LOG_DISTANCE: Final = 5.0
"""Distances are cut at exp(5) = 148 strides, far more than any input has."""

CORNER_BASE: Final = (0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0)
"""The network gives corners as differences from the corners of the box itself."""

_MAX_CELLS: Final = 1000


def decode_map(cells: FloatArray, score_threshold: float) -> tuple[FloatArray, FloatArray]:
    """Give the boxes and corners of the cells that are at least `score_threshold` sure.

    Args:
        cells: (CHANNELS, h, w), the output of the network for one picture.
        score_threshold: 0..1.

    Returns:
        (N, 5) x1, y1, x2, y2, score and (N, 4, 2) corners, in pixels of the input, best first;
        at most 1,000.
    """
    with np.errstate(divide="ignore"):  # 0 takes every cell, 1 none
        logit = np.log(np.float64(score_threshold) / (1 - score_threshold))
    ys, xs = np.nonzero(cells[0] >= logit)
    order = np.argsort(-cells[0, ys, xs], kind="stable")[:_MAX_CELLS]
    ys, xs = ys[order], xs[order]
    chosen = cells[:, ys, xs]  # (CHANNELS, N)
    with np.errstate(over="ignore"):  # 1 / inf is the right answer
        scores = 1 / (1 + np.exp(-chosen[0]))
    distances = np.exp(np.minimum(chosen[1:5], MAX_LOG_DISTANCE)) * STRIDE
    cx, cy = (xs + 0.5) * STRIDE, (ys + 0.5) * STRIDE
    x1, y1, x2, y2 = cx - distances[0], cy - distances[1], cx + distances[2], cy + distances[3]
    boxes = np.stack([x1, y1, x2, y2, scores], axis=1).astype(np.float32)
    fractions = (chosen[5:13].T + np.asarray(CORNER_BASE, np.float32)).reshape(-1, 4, 2)
    sides = np.stack([x2 - x1, y2 - y1], axis=1)[:, None]  # (N, 1, 2)
    corners = fractions * sides + boxes[:, None, :2]
    return boxes, corners.astype(np.float32)


def suppress(boxes: FloatArray, iou_threshold: float) -> list[int]:
    """Give the rows to keep: greedy non-maximum suppression of (N, 5) boxes, best first."""
    overlaps = iou_xyxy(boxes[:, :4], boxes[:, :4])
    alive = np.ones(len(boxes), dtype=bool)
    keep = []
    for i in range(len(boxes)):
        if alive[i]:
            keep.append(i)
            alive &= overlaps[i] < iou_threshold
    return keep


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What counts: the least score of a plate, and the most overlap of two of them (0..1)."""

    score: float
    iou: float


def read_map(
    cells: FloatArray, thresholds: Thresholds, fitted: Letterboxed, size_hw: tuple[int, int]
) -> list[Detection]:
    """Give the plates of one picture, most confident first: decoded, suppressed, brought back.

    Args:
        cells: (CHANNELS, h, w), the output of the network.
        thresholds: what counts.
        fitted: what the network saw.
        size_hw: height and width of the picture.
    """
    boxes, corners = decode_map(cells, thresholds.score)
    keep = suppress(boxes, thresholds.iou)
    return to_detections(boxes[keep], corners[keep], fitted.scale_xy, size_hw)


def to_detections(
    boxes: FloatArray, corners: FloatArray, scale_xy: tuple[float, float], size_hw: tuple[int, int]
) -> list[Detection]:
    """Bring boxes and corners back to pixels of the picture; boxes are cut at its border.

    Args:
        boxes: (N, 5) in pixels of the network's input.
        corners: (N, 4, 2), likewise.
        scale_xy: input pixels per picture pixel.
        size_hw: height and width of the picture.
    """
    height, width = size_hw
    scale = np.asarray(scale_xy, np.float32)
    found = []
    for row, points in zip(boxes, corners, strict=True):
        x1, x2 = np.clip(row[[0, 2]] / scale[0], 0, width)
        y1, y2 = np.clip(row[[1, 3]] / scale[1], 0, height)
        if x2 - x1 < 1 or y2 - y1 < 1:
            continue
        box = Box(float(x1), float(y1), float(x2), float(y2))
        found.append(Detection(box, array_to_quad(points / scale), float(row[4])))
    return found
