"""The empty street behind the traffic: sky, houses, kerbs and road, drawn once for each clip."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from platelens.datasets.synth.clips.view import NEAREST_M, StreetView
from platelens.datasets.synth.paint import Colour, Pixels, between, jitter, pick
from platelens.types import FloatArray, RgbImage

LANE_M: Final = 3.2

_HAZE: Final = np.array([190, 200, 210], np.float32)
_PLASTERS: Final[tuple[Colour, ...]] = (
    (196, 178, 148), (182, 182, 178), (158, 108, 88), (204, 194, 172), (120, 124, 130),
    (150, 86, 70),
)  # fmt: skip
_FAR_M: Final = 140.0
_CELL_PX: Final = 64
"""A window with its wall, in the picture of a house front; 3 m of it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The road, in metres across."""

    left: float
    right: float
    light: float  # of the day, 0..1; less than 1 = night


def draw_street(rng: np.random.Generator, view: StreetView, ground: Ground) -> RgbImage:
    """Draw the street without anything that moves."""
    pixels = _sky(rng, view, ground.light)
    _lay_road(rng, view, pixels, ground)
    front = between(rng, 2.2, 5)
    _far_trees(rng, view, pixels, ground.light)
    for side in (-1, 1):
        edge = ground.right + front if side > 0 else ground.left - front
        # No house stands where the camera hangs.
        beyond = side * (edge - view.eye[0]) > 1.5
        x = edge if beyond else view.eye[0] + side * between(rng, 4, 8)
        _houses(rng, view, pixels, (x, side), ground.light)
    return RgbImage(pixels)


def _sky(rng: np.random.Generator, view: StreetView, light: float) -> Pixels:
    height, width = view.size_hw
    top = np.array(pick(rng, ((132, 170, 216), (168, 180, 192), (202, 206, 210))), np.float32)
    fade = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = top * (1 - fade) + np.float32(225) * fade
    clouds = _noise(rng, (height, width), 160)[..., None] * 22
    return np.asarray(np.clip((sky + clouds) * light**2, 0, 255), dtype=np.uint8)


def _far_trees(rng: np.random.Generator, view: StreetView, pixels: Pixels, light: float) -> None:
    """Close the street at its far end."""
    count = 40
    xs, zs = rng.uniform(-70, 70, count), rng.uniform(90, _FAR_M, count)
    ups = rng.uniform(2, 6, count)
    middle, depth = view.project(np.stack([xs, ups, zs], axis=1).astype(np.float32))
    for i in np.argsort(-zs):
        if depth[i] < 10:
            continue
        radius = view.focal_px * between(rng, 2.5, 5) / float(depth[i])
        shade = (0.5 * np.array([70, 92, 58]) + 0.4 * _HAZE) * light + rng.normal(0, 5)
        r, g, b = np.clip(shade, 0, 255).astype(int).tolist()
        at = (round(float(middle[i, 0])), round(float(middle[i, 1])))
        axes = (round(radius * 1.1), round(radius))
        cv2.ellipse(pixels, at, axes, 0, 0, 360, (r, g, b), -1, cv2.LINE_AA)


def _houses(
    rng: np.random.Generator, view: StreetView, pixels: Pixels, wall: tuple[float, int],
    light: float,
) -> None:  # fmt: skip
    """Line one side of the street with house fronts, the far ones first."""
    x, side = wall
    near = view.eye[2] - 30
    edges = [near]
    while edges[-1] < _FAR_M:
        edges.append(edges[-1] + between(rng, 8, 16))
    for start, end in reversed(list(pairwise(edges))):
        storeys = int(rng.integers(2, 6))
        face = _front(rng, (storeys, max(2, round((end - start) / 3))), light)
        high = 3.0 * storeys + 0.8
        # Only what is before the lens can be projected.
        _, depths = view.project(np.array([[x, 0, start], [x, 0, end]], np.float32))
        a, b = (float(d) for d in depths)
        if max(a, b) < 1.5:
            continue
        begin = 0.0 if min(a, b) >= 1.0 else (1.0 - a) / (b - a)
        cut_start, cut_end = (begin, 1.0) if a < b else (0.0, begin or 1.0)
        width = face.shape[1]
        face = face[:, int(cut_start * width) : max(2, int(cut_end * width))]
        first, last = start + cut_start * (end - start), start + cut_end * (end - start)
        _paste_wall(view, pixels, face, (x, high, first, last), side)


def _paste_wall(
    view: StreetView, pixels: Pixels, face: Pixels, wall: tuple[float, float, float, float],
    side: int,
) -> None:  # fmt: skip
    """Put the picture of a house front on the plane of a wall: x, height, from, to."""
    x, high, first, last = wall
    ends = (first, last) if side > 0 else (last, first)
    corners = np.array([[x, high, ends[1]], [x, high, ends[0]], [x, 0, ends[0]], [x, 0, ends[1]]])
    target, depth = view.project(corners.astype(np.float32))
    if depth.min() < NEAREST_M:
        return
    haze = float(np.clip(depth.mean() / 160, 0, 0.6))
    level = _HAZE * (face.mean() / 150)
    seen = (face * (1 - haze) + level * haze).astype(np.uint8)
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), 1.0), dtype=np.uint8)
    h, w = seen.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = (pixels.shape[1], pixels.shape[0])
    warped = cv2.warpPerspective(seen, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    limited = np.clip(target, -20000, 20000)
    cv2.fillConvexPoly(mask, np.round(limited * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    cv2.copyTo(warped, mask, pixels)


def _front(rng: np.random.Generator, cells: tuple[int, int], light: float) -> Pixels:
    """Draw a house front straight on: rows and columns of windows, shops on the ground floor."""
    rows, columns = cells
    plaster = jitter(rng, pick(rng, _PLASTERS), 10)
    size = (rows * _CELL_PX + 16, columns * _CELL_PX)
    face = np.full((*size, 3), plaster, np.float32)
    face *= 1 + 0.06 * _noise(rng, size, 24)[..., None]
    face[:8] *= 0.6
    face *= light
    tall, wide = int(between(rng, 26, 42)), int(between(rng, 20, 40))
    for row in range(rows):
        ground = row == rows - 1
        for column in range(columns):
            lit = light < 1 and rng.random() < 0.25
            glass = np.array([250, 210, 140] if lit else [52, 60, 70], np.float32)
            gain = between(rng, 0.6, 1.1) * (1.0 if lit else light)
            r, g, b = (float(v) for v in np.clip(glass * gain, 0, 255))
            w, h = (_CELL_PX - 12, _CELL_PX - 20) if ground else (wide, tall)
            x, y = column * _CELL_PX + (_CELL_PX - w) // 2, 16 + row * _CELL_PX + 8
            frame = tuple(float(min(255, 1.25 * c * light)) for c in plaster)
            cv2.rectangle(face, (x - 2, y - 2), (x + w + 2, y + h + 2), frame, -1)
            cv2.rectangle(face, (x, y), (x + w, y + h), (r, g, b), -1)
            cv2.line(face, (x + w // 2, y), (x + w // 2, y + h), frame, 2)
    return np.asarray(np.clip(face, 0, 255), dtype=np.uint8)


def _lay_road(rng: np.random.Generator, view: StreetView, pixels: Pixels, ground: Ground) -> None:
    """Lay road, kerbs and pavements up to the horizon, their grain in perspective."""
    x, z, depth = view.ground()
    side = 1024
    rough = _noise(rng, (side, side), 48)
    fine = rng.standard_normal((side, side)).astype(np.float32)
    patches = _look_up(rough, x * 60, z * 25)
    grain = _look_up(fine, x * 90, z * 60) * np.clip(9 / depth, 0, 1)
    tone = between(rng, 74, 104)
    road = tone + 7 * patches + 6 * grain
    lanes = round((ground.right - ground.left) / LANE_M)
    for lane in range(lanes):  # where the tyres run
        for track in (-0.78, 0.78):
            middle = ground.left + (lane + 0.5) * LANE_M + track
            road -= 5 * np.exp(-(((x - middle) / 0.3) ** 2))
    line = np.zeros(x.shape, bool)
    for edge in range(lanes + 1):
        at = ground.left + edge * LANE_M
        inner = 0 < edge < lanes
        at += 0.0 if inner else (0.25 if edge == 0 else -0.25)
        here = np.abs(x - at) < 0.07
        line |= here & ((z % 8 < 3.5) if inner else True)
    worn = np.clip(0.75 + 0.3 * patches + 0.15 * grain, 0.2, 1)
    road = np.where(line, road * (1 - worn) + 205 * worn, road)
    beyond = np.maximum(ground.left - x, x - ground.right)
    joints = ((x * 1.6 % 1) < 0.05) | ((z * 1.2 % 1) < 0.05)
    paving = 138 + 8 * patches + 6 * grain - 16 * (joints & (depth < 30))
    grey = np.where(beyond > 0.16, paving, np.where(beyond > 0, 158 + 5 * grain, road))
    grey = np.where((beyond > -0.12) & (beyond <= 0), 0.6 * grey, grey)  # the gutter
    light = _street_lamps(rng, ground, x, z)
    tint = np.array([0.98, 1.0, 1.03], np.float32)
    colour = (grey * light)[..., None] * tint
    haze = np.clip(depth / 170, 0, 0.8)[..., None]
    colour = colour * (1 - haze) + _HAZE * ground.light**2 * haze
    below = np.isfinite(depth)
    pixels[below] = np.clip(colour, 0, 255).astype(np.uint8)[below]


def _street_lamps(
    rng: np.random.Generator, ground: Ground, x: FloatArray, z: FloatArray
) -> FloatArray:
    """Give the light on the road: even by day, in pools at night."""
    if ground.light == 1:
        return np.ones_like(x)
    light = np.full_like(x, 0.7 * ground.light)
    start, step = between(rng, -6, 6), between(rng, 14, 24)
    for at in np.arange(start - step, _FAR_M, step):
        away = (x - ground.right) ** 2 + (z - float(at)) ** 2
        light += np.float32(1.1 * ground.light) * np.exp(-away / 40)
    return np.asarray(light, dtype=np.float32)


def _noise(rng: np.random.Generator, size_hw: tuple[int, int], cell: int) -> FloatArray:
    """Give smooth noise of about -1..1, its clouds `cell` pixels and smaller."""
    total = np.zeros(size_hw, np.float32)
    weight = 0.6
    while cell >= 4:
        shape = (size_hw[0] // cell + 3, size_hw[1] // cell + 3)
        grid = rng.standard_normal(shape).astype(np.float32)
        size = (size_hw[1], size_hw[0])
        total += weight * cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        cell, weight = cell // 3, weight * 0.6
    return np.clip(total, -1.5, 1.5)


def _look_up(texture: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Look a square texture up at (x, y); every other copy of it is mirrored, to have no seams."""
    side = texture.shape[0] - 1
    xs, ys = (
        (side - np.abs(np.mod(np.clip(a, -1e5, 1e5), 2 * side) - side)).astype(np.float32)
        for a in (x, y)
    )
    return np.asarray(cv2.remap(texture, xs, ys, cv2.INTER_LINEAR), dtype=np.float32)
