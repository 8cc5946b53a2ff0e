"""Lays bodies over the street, from far to near, and keeps count of what is seen of each plate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.clips.solid import Lamp, Solid
from platelens.datasets.synth.clips.traffic import Thing
from platelens.datasets.synth.clips.view import NEAREST_M, StreetView
from platelens.datasets.synth.paint import Mask, Pixels
from platelens.geometry import picture_corners
from platelens.types import FloatArray

_FINE: Final = 2
"""Bodies are drawn so many times as large, for smooth edges; those of very many pixels are not."""

_FINE_PIXELS: Final = 700_000
_SHIFT: Final = 3  # bits of a pixel's fraction
_SHADOW: Final = 150  # of 255, under a body
_SHADOW_M: Final = 0.12
"""How far a shadow reaches beyond its body, fading."""

_SOLID: Final = 180  # of 255: what covers more than this hides what is behind
_SMALLEST_PX: Final = 12.0
"""Narrower plates are not drawn, and not looked for."""

Frame = NDArray[np.uint8]


@dataclass(slots=True)
class PlateMark:
    """A plate in a picture that is being drawn."""

    number: int  # of its vehicle
    corners: FloatArray  # (4, 2) pixels
    smear_px: float  # how far it moves while the shutter is open
    mask: Mask  # what is seen of it so far, within its box
    at: tuple[int, int]  # top left of the box, x and y

    @property
    def seen(self) -> float:
        """The part that is in the picture and not hidden, 0 to 1."""
        area = abs(float(cv2.contourArea(self.corners)))
        return min(1.0, cv2.countNonZero(self.mask) / max(1.0, area)) if self.mask.size else 0.0

    def hide(self, cover: Mask, at: tuple[int, int]) -> None:
        """Take note of a body with its box's top left at `at` that was laid over the plate."""
        x1, y1 = max(self.at[0], at[0]), max(self.at[1], at[1])
        x2 = min(self.at[0] + self.mask.shape[1], at[0] + cover.shape[1])
        y2 = min(self.at[1] + self.mask.shape[0], at[1] + cover.shape[0])
        if x1 < x2 and y1 < y2:
            mine = self.mask[y1 - self.at[1] : y2 - self.at[1], x1 - self.at[0] : x2 - self.at[0]]
            mine[cover[y1 - at[1] : y2 - at[1], x1 - at[0] : x2 - at[0]] > _SOLID] = 0


@dataclass(frozen=True, slots=True)
class Exposure:
    """One picture: from where, how long, and whether the lamps are lit."""

    view: StreetView
    shutter_s: float
    night: bool


def draw_things(
    frame: Pixels, things: list[tuple[Thing, float]], exposure: Exposure
) -> list[PlateMark]:
    """Draw bodies into `frame`.

    Args:
        frame: the street; changed in place.
        things: from far to near, each with its speed along, m/s.
        exposure: how it is seen.

    Returns:
        The plates that face the camera, at least partly inside of the picture.
    """
    marks: list[PlateMark] = []
    for thing, speed in things:
        drawn = _draw_thing(frame, thing, speed, exposure)
        if drawn is None:
            continue
        cover, at, mark = drawn
        for other in marks:
            other.hide(cover, at)
        if mark is not None:
            marks.append(mark)
    return [mark for mark in marks if mark.seen > 0]


def _draw_thing(
    frame: Pixels, thing: Thing, speed: float, exposure: Exposure
) -> tuple[Mask, tuple[int, int], PlateMark | None] | None:
    """Draw one body; gives its cover, where that is, and its plate. None = it is not in view."""
    view = exposure.view
    place = np.array([thing.across, 0, thing.along], np.float32)
    solid = thing.solids[int(abs(thing.along) / 1.5 * len(thing.solids)) % len(thing.solids)]
    points, depth = view.project(solid.points + place)
    ahead = depth > NEAREST_M
    if not ahead.any():
        return None
    smear = _smear_px(thing, speed, exposure)
    feet, feet_depth = view.project(_feet(thing))
    outline = np.concatenate([points[ahead], feet[feet_depth > NEAREST_M]])
    soft = _SHADOW_M * view.focal_px / max(2.0, float(depth[ahead].min()))
    box = _box(outline, frame.shape, soft + float(np.abs(smear).max()) + 3)
    if box is None:
        return None
    x1, y1, x2, y2 = box
    fine = _FINE if (x2 - x1) * (y2 - y1) < _FINE_PIXELS else 1
    layer = _shadow(thing, view, box, fine)
    origin = np.array([x1, y1], np.float32) - smear * np.float32(0.5)
    _fill(layer, solid, (points - origin) * np.float32(fine) - np.float32(0.5), depth)
    corners = _draw_plate(layer, thing, exposure, (origin, fine))
    if fine > 1:
        size = (x2 - x1, y2 - y1)
        layer = np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    layer = _smeared(layer, smear)
    cover = _lay(frame[y1:y2, x1:x2], layer)
    mark = None
    if corners is not None:
        mark = _begin_mark(corners, thing.number, float(np.hypot(*smear)), frame.shape)
    if exposure.night:
        _light_lamps(frame, solid.lamps, view, place)
    return cover, (x1, y1), mark


def _smear_px(thing: Thing, speed: float, exposure: Exposure) -> FloatArray:
    """Give how far the near end moves in the picture while the shutter is open, (2,) pixels."""
    moved = speed * exposure.shutter_s
    at = np.array([[thing.across, 0.6, thing.along]] * 2, np.float32)
    at[1, 2] += moved
    if thing.plate is None:
        at[:, 2] += thing.length_m / 2
    pixels, depth = exposure.view.project(at)
    if depth.min() < 1.0:
        return np.zeros(2, np.float32)
    return np.asarray(np.clip(pixels[1] - pixels[0], -40, 40), dtype=np.float32)


def _box(
    points: FloatArray, shape: tuple[int, ...], margin: float
) -> tuple[int, int, int, int] | None:
    """Give the part of the picture that points lie in, with a margin; None = none of it."""
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    x1, y1 = max(0, math.floor(low[0])), max(0, math.floor(low[1]))
    x2, y2 = min(shape[1], math.ceil(high[0])), min(shape[0], math.ceil(high[1]))
    return (x1, y1, x2, y2) if x2 - x1 > 1 and y2 - y1 > 1 else None


def _shadow(thing: Thing, view: StreetView, box: tuple[int, int, int, int], fine: int) -> Frame:
    """Give an empty layer, R, G, B times cover and cover, with the shadow on the road."""
    x1, y1, x2, y2 = box
    layer = np.zeros(((y2 - y1) * fine, (x2 - x1) * fine, 4), np.uint8)
    feet, depth = view.project(_feet(thing))
    if depth.min() < NEAREST_M:
        return layer
    coarse = 4
    small = np.zeros((-(-(y2 - y1) // coarse), -(-(x2 - x1) // coarse)), np.uint8)
    scaled = np.clip((feet - (x1, y1)) / coarse * 8, -1e6, 1e6)
    cv2.fillConvexPoly(small, scaled.astype(np.int32), _SHADOW, cv2.LINE_8, _SHIFT)
    soft = max(0.5, 0.4 * _SHADOW_M * view.focal_px / max(2.0, float(depth.min())) / coarse)
    small = np.asarray(cv2.GaussianBlur(small, (0, 0), soft), dtype=np.uint8)
    layer[..., 3] = cv2.resize(small, (layer.shape[1], layer.shape[0]))
    return layer


def _feet(thing: Thing) -> FloatArray:
    """Give the corners of what a body covers of the road, (4, 3)."""
    x1, x2, z1, z2 = thing.footprint
    return np.array([[x1, 0, z1], [x2, 0, z1], [x2, 0, z2], [x1, 0, z2]], np.float32)


def _fill(layer: Frame, solid: Solid, points: FloatArray, depth: FloatArray) -> None:
    """Paint the faces that look at the camera, from far to near, then what is on them."""
    fixed = np.clip(points * (1 << _SHIFT), -1e8, 1e8).astype(np.int32)
    a, b, c, d = (points[solid.faces[:, i]] for i in range(4))
    first, second = c - a, d - b
    facing = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0] > 0
    depths = depth[solid.faces]  # (F, 4)
    shown = np.flatnonzero(facing & (depths.min(axis=1) > NEAREST_M))
    order = shown[np.argsort(-depths[shown].mean(axis=1))]
    quads = fixed[solid.faces]  # (F, 4, 2)
    for index in order.tolist():
        cv2.fillConvexPoly(layer, quads[index], (*solid.colours[index], 255), 8, _SHIFT)
    for indices, colour in solid.decals:
        if depth[indices].min() > NEAREST_M and _clockwise(points[indices]):
            cv2.fillConvexPoly(layer, fixed[indices], (*colour, 255), 8, _SHIFT)


def _clockwise(points: FloatArray) -> bool:
    x, y = points[:, 0], points[:, 1]
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) > 0


def _draw_plate(
    layer: Frame, thing: Thing, exposure: Exposure, grid: tuple[FloatArray, int]
) -> FloatArray | None:
    """Draw the plate of a body; gives its corners in the picture, None when it is not seen."""
    if thing.plate is None or thing.plate_at is None:
        return None
    place = np.array([thing.across, 0, thing.along], np.float32)
    corners, depth = exposure.view.project(thing.plate_at + place)
    if depth.min() < 1.0 or not _clockwise(corners):
        return None
    width = float(np.linalg.norm(corners[1] - corners[0]))
    if width < _SMALLEST_PX:
        return None
    origin, fine = grid
    target = ((corners - origin) * fine - 0.5).astype(np.float32)
    flat: Pixels = thing.plate.pixels
    # Shrink first: a warp that shrinks by more than two would alias.
    shrink = fine * width / flat.shape[1]
    if shrink < 0.6:
        size = (max(4, round(flat.shape[1] * shrink)), max(3, round(flat.shape[0] * shrink)))
        flat = np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    lit = cv2.convertScaleAbs(flat, alpha=thing.plate_light)
    covering = cv2.merge([*cv2.split(lit), np.full(flat.shape[:2], 255, np.uint8)])
    x1, y1 = np.maximum(np.floor(target.min(axis=0)).astype(int) - 2, 0).tolist()
    x2, y2 = np.ceil(target.max(axis=0)).astype(int).tolist()
    part = layer[y1 : max(0, y2 + 3), x1 : max(0, x2 + 3)]
    if part.size == 0:
        return None
    source = picture_corners(flat.shape[:2]) - 0.5
    matrix = cv2.getPerspectiveTransform(source, target - np.array([x1, y1], np.float32))
    warped = cv2.warpPerspective(covering, matrix, (part.shape[1], part.shape[0]))
    inside = np.ascontiguousarray(warped[..., 3])
    kept = cv2.multiply(part, cv2.merge([cv2.bitwise_not(inside)] * 4), scale=1 / 255)
    part[:] = cv2.add(kept, warped)
    return corners


def _begin_mark(
    corners: FloatArray, number: int, smear_px: float, shape: tuple[int, ...]
) -> PlateMark:
    x1, y1, x2, y2 = _box(corners, shape, 1.0) or (0, 0, 0, 0)
    mask = np.zeros((y2 - y1, x2 - x1), np.uint8)
    if mask.size:
        inner = ((corners - (x1, y1)) * 8 - 4).astype(np.int32)
        cv2.fillConvexPoly(mask, inner, 255, cv2.LINE_8, _SHIFT)
    return PlateMark(number, corners, smear_px, mask, (x1, y1))


def _smeared(layer: Frame, smear: FloatArray) -> Frame:
    """Spread a layer backwards along a way, by means over ever shorter parts of it."""
    part = -smear / 2
    done = layer
    while float(np.abs(part).max()) >= 0.5:
        dx, dy = (int(v) for v in np.rint(part * 1.0001))
        moved = done.copy()  # what comes in from beyond the edge is like the edge
        height, width = done.shape[:2]
        if abs(dx) >= width or abs(dy) >= height:
            break
        to = np.s_[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)]
        start = np.s_[max(0, -dy) : height + min(0, -dy), max(0, -dx) : width + min(0, -dx)]
        moved[to] = done[start]
        done = np.asarray(cv2.addWeighted(done, 0.5, moved, 0.5, 0), dtype=np.uint8)
        part = part / 2
    return done


def _lay(place: Pixels, layer: Frame) -> Mask:
    """Lay a layer over a part of the picture; gives its cover."""
    red, green, blue, cover = cv2.split(layer)
    left = cv2.bitwise_not(cover)
    kept = cv2.multiply(place, cv2.merge([left, left, left]), scale=1 / 255)
    place[:] = cv2.add(kept, cv2.merge([red, green, blue]))
    return np.asarray(cover, dtype=np.uint8)


def _light_lamps(
    frame: Pixels, lamps: tuple[Lamp, ...], view: StreetView, place: FloatArray
) -> None:
    """Add the light of lamps and its halo."""
    for lamp in lamps:
        pixels, depth = view.project(np.array([lamp.at], np.float32) + place)
        if float(depth[0]) < 2.0:
            continue
        core = max(1.5, 0.07 * view.focal_px / float(depth[0]))
        reach = min(140, math.ceil((7 if lamp.colour[2] > 100 else 3) * core))
        x, y = float(pixels[0, 0]), float(pixels[0, 1])
        x1, y1, x2, y2 = (round(v) for v in (x - reach, y - reach, x + reach, y + reach))
        part = frame[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)]
        if part.size == 0:
            continue
        xs = np.arange(max(0, x1), max(0, x1) + part.shape[1]) - x
        ys = np.arange(max(0, y1), max(0, y1) + part.shape[0]) - y
        away = np.sqrt(xs[None] ** 2 + ys[:, None] ** 2) / core
        fade = np.clip(1 - away * core / reach, 0, 1)
        glow = np.minimum(1.2, np.exp(-(away**2)) * 1.2 + 0.35 * fade**2 / (0.5 + away))
        light = glow[..., None] * np.array(lamp.colour)
        part[:] = cv2.add(part, np.clip(light, 0, 255).astype(np.uint8))
