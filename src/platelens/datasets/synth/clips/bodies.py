"""Vehicles as a street camera sees them coming or leaving: skin, wheels, lamps, plate holder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from platelens.datasets.synth.clips.shapes import BLACK, GLASS, SHAPES, Shape, rings, surface_m
from platelens.datasets.synth.clips.solid import Lamp, Point3, Solid, SolidBuilder, around
from platelens.datasets.synth.paint import Colour, between, jitter, pick
from platelens.types import FloatArray

_PAINTS: Final[tuple[Colour, ...]] = (
    (226, 228, 228), (226, 228, 228), (172, 176, 180), (120, 124, 130), (60, 64, 70),
    (28, 30, 33), (28, 30, 33), (36, 58, 104), (132, 26, 30), (58, 84, 64), (160, 140, 108),
    (84, 120, 160), (196, 150, 40),
)  # fmt: skip
_PLASTIC: Final[Colour] = (40, 41, 43)
_RUBBER: Final[Colour] = (22, 22, 23)
_HEAD: Final[Colour] = (255, 250, 232)
_TAIL: Final[Colour] = (255, 40, 30)
_BEFORE_M: Final = 0.012
"""Things on the skin stand so far before it."""


@dataclass(frozen=True, slots=True)
class Body:
    """A vehicle and the place of the plate at the end that the camera sees."""

    solid: Solid
    plate: FloatArray  # (4, 3) street metres, clockwise from top-left as the camera sees it
    length_m: float
    half_width_m: float


@dataclass(frozen=True, slots=True)
class _Side:
    """The end of a shape that the camera sees, with its measures."""

    shape: Shape
    rear: bool

    def at(self, across: float, up: float, before: float = _BEFORE_M) -> Point3:
        """Give the point of the skin there."""
        return across, up, surface_m(self.shape, across, rear=self.rear) - before

    def behind(self, from_front: float) -> float:
        """Give how far from the near end something is that is so far behind the front."""
        return self.shape.length_m - from_front if self.rear else from_front

    @property
    def first(self) -> tuple[float, ...]:
        """The station at the near end."""
        return self.shape.stations[-1 if self.rear else 0]

    @property
    def lamps_up(self) -> float:
        return self.shape.lamps_up_m[self.rear]

    @property
    def plate_up(self) -> float:
        return self.shape.plate_up_m[self.rear]


def draw_body(
    rng: np.random.Generator, builder: SolidBuilder, plate_wh: tuple[float, float], *, rear: bool
) -> Body:
    """Draw a vehicle.

    Args:
        rng: the source of chance.
        builder: an empty one.
        plate_wh: width and height of its plate, metres.
        rear: whether the camera sees its rear; else its front.
    """
    shares = np.cumsum([shape.share for shape in SHAPES])
    shape = SHAPES[int(np.searchsorted(shares, rng.random() * shares[-1]))]
    side = _Side(shape, rear)
    paint = jitter(rng, pick(rng, _PAINTS[:4] if shape.kind == "box" else _PAINTS), 7)
    _add_wheels(builder, side)
    _add_skin(builder, side, paint)
    _add_sides(builder, side)
    _add_end(builder, side, paint)
    plate = _mount(rng, side, plate_wh)
    trim = _add_rear if rear else _add_front
    trim(rng, builder, side, paint)
    _add_holder(builder, plate)
    return Body(builder.build(), plate, shape.length_m, shape.half_width_m)


def _add_skin(builder: SolidBuilder, side: _Side, paint: Colour) -> None:
    shape = side.shape
    sections = rings(shape)
    spaces, spans = sections.shape[0] - 1, sections.shape[1] - 1
    paints = np.full((spaces, spans, 3), paint, np.float32)
    paints[:, [0, spans - 1]] = np.array(_PLASTIC, np.float32)
    middle = spans // 2
    for space in shape.screens:
        paints[space, middle - 3 : middle + 3] = GLASS
    for space in shape.windows:
        paints[space, [middle - 4, middle + 3]] = GLASS
    if side.rear:
        sections = np.ascontiguousarray(sections[::-1])
        sections[..., 2] = shape.length_m - sections[..., 2]
        paints = paints[::-1]
    builder.loft(sections, paints, gloss=0.35)


def _add_wheels(builder: SolidBuilder, side: _Side) -> None:
    """Draw what is seen of the tyres under the near end; the discs are on the sides."""
    half, radius = side.shape.half_width_m, side.shape.wheel_m
    near = min(side.behind(wheel) for wheel in side.shape.wheels) - 0.55 * radius
    for left, right in ((-half + 0.03, -half + 0.22), (half - 0.22, half - 0.03)):
        top = radius
        builder.face(
            [(left, top, near), (right, top, near), (right, 0.0, near), (left, 0.0, near)], _RUBBER
        )


def _add_sides(builder: SolidBuilder, side: _Side) -> None:
    """Draw wheels, pillars and the seams of the doors on both sides."""
    shape = side.shape
    half, radius = shape.half_width_m + 0.005, shape.wheel_m
    for plane, x in (("left", -half), ("right", half)):
        for wheel in shape.wheels:
            z = side.behind(wheel)
            builder.decal(around((x, radius, z), (1.13 * radius,) * 2, plane), BLACK)
            builder.decal(around((x, radius, z), (0.98 * radius,) * 2, plane), _RUBBER)
            builder.decal(around((x, radius, z), (0.66 * radius,) * 2, plane), (128, 130, 134))
            builder.decal(around((x, radius, z), (0.5 * radius,) * 2, plane), (84, 86, 90))
            builder.decal(around((x, radius, z), (0.16 * radius,) * 2, plane), (150, 152, 156))
        cowl = shape.stations[shape.screens[0]][0]
        for seam in (cowl + 0.1, cowl + 1.15) if shape.kind == "car" else (cowl, cowl + 1.3):
            z = side.behind(seam)
            low, belt = shape.stations[5][2:4]
            outline = [
                (x, belt, z - 0.012), (x, belt, z + 0.012),
                (x, low + 0.08, z + 0.012), (x, low + 0.08, z - 0.012),
            ]  # fmt: skip
            # Clockwise for the eye that sees the right side.
            builder.decal(outline if plane == "right" else outline[::-1], BLACK)
        _add_mirror(builder, side, x, cowl)


def _add_mirror(builder: SolidBuilder, side: _Side, x: float, cowl: float) -> None:
    belt = side.shape.stations[5][3]
    z = side.behind(cowl + 0.3)
    out = x + (0.14 if x > 0 else -0.14)
    left, right = sorted((0.84 * x, out))
    top, low = belt + 0.12, belt - 0.03
    shell = GLASS if side.rear else (58, 60, 64)
    builder.face([(left, top, z), (right, top, z), (right, low, z), (left, low, z)], shell)


def _add_end(builder: SolidBuilder, side: _Side, paint: Colour) -> None:
    """Close the near end, in bands that get darker towards the road."""
    section = rings(side.shape)[-1 if side.rear else 0]
    low, top = float(section[:, 1].min()), float(section[:, 1].max()) - 0.012
    right = section[len(section) // 2 + 1 :]  # from the roof to the lower edge
    ups, halves = right[::-1, 1], right[::-1, 0]
    edges = np.linspace(low, top, 6)
    for i, (y1, y2) in enumerate(pairwise(edges)):
        w1, w2 = (float(np.interp(y, ups, halves)) for y in (y1, y2))
        gain = 0.55 + 0.1 * i
        band = _PLASTIC if i == 0 else tuple(int(gain * channel) for channel in paint)
        r, g, b = band
        builder.decal(_upright(side, (w2, w1), (float(y2), float(y1)), 0.0), (r, g, b))


def _upright(
    side: _Side, halves: tuple[float, float], ups: tuple[float, float], before: float = _BEFORE_M
) -> list[Point3]:
    """Give a shape that mirrors itself: half widths and heights of its upper and lower edge."""
    (w2, w1), (y2, y1) = halves, ups
    corners = ((-w2, y2), (w2, y2), (w1, y1), (-w1, y1))
    return [side.at(x, y, before) for x, y in corners]


def _add_front(rng: np.random.Generator, builder: SolidBuilder, side: _Side, paint: Colour) -> None:
    del paint
    y = side.lamps_up
    half = side.shape.half_width_m
    low = side.first[2]
    grille = between(rng, 0.3, 0.5)
    builder.decal(_upright(side, (0.55, 0.48), (low + 0.13, low + 0.03)), BLACK)
    builder.decal(
        _upright(side, (grille + 0.02, grille - 0.06), (y + 0.05, y - 0.09)), (150, 152, 156)
    )
    builder.decal(_upright(side, (grille, grille - 0.08), (y + 0.035, y - 0.08)), BLACK)
    for lift in (-0.045, 0.0):
        builder.decal(
            _upright(side, (grille - 0.03,) * 2, (y + lift + 0.008, y + lift)), (90, 92, 95)
        )
    builder.decal(around(side.at(0, y - 0.005, 0.02), (0.055, 0.045), "front", 12), (200, 202, 206))
    tall = between(rng, 0.05, 0.09)
    for sign in (-1, 1):
        outline = [(0.55, 0.02 + tall), (0.85, 0.05 + tall), (0.87, 0.0), (0.6, -tall)]
        _add_mirrored(
            builder, side, sign, [(half * x, y + dy) for x, dy in outline], (176, 184, 192)
        )
        inner = [(0.62, 0.5 * tall), (0.8, 0.8 * tall), (0.81, -0.1 * tall), (0.66, -0.5 * tall)]
        _add_mirrored(builder, side, sign, [(half * x, y + dy) for x, dy in inner], (228, 234, 240))
        fog = [(0.62, 0.15), (0.8, 0.16), (0.8, 0.07), (0.62, 0.06)]
        _add_mirrored(builder, side, sign, [(half * x, low + dy) for x, dy in fog], (34, 35, 38))
        builder.lamps.append(Lamp(side.at(sign * 0.74 * half, y), _HEAD))


def _add_rear(rng: np.random.Generator, builder: SolidBuilder, side: _Side, paint: Colour) -> None:
    y = side.lamps_up
    half = side.shape.half_width_m
    low = side.first[2]
    dark = tuple(int(0.4 * channel) for channel in paint)
    if side.shape.kind == "box":
        top = side.first[4]
        builder.decal(_upright(side, (0.012, 0.012), (top - 0.08, low + 0.08)), BLACK)
        for left, right in ((-0.72, -0.12), (0.12, 0.72)):
            glass = [
                (left, top - 0.25),
                (right, top - 0.25),
                (right, top - 0.75),
                (left, top - 0.75),
            ]
            builder.decal([side.at(x, up) for x, up in glass], GLASS)
        tall, inner = between(rng, 0.16, 0.3), 0.86
    else:
        builder.decal(
            _upright(side, (0.62, 0.66), (low + 0.24, low + 0.225)), (dark[0], dark[1], dark[2])
        )
        tall, inner = between(rng, 0.06, 0.12), between(rng, 0.5, 0.7)
    red = jitter(rng, (150, 20, 24), 10)
    for sign in (-1, 1):
        outline = [(inner, tall), (0.92, tall), (0.93, -tall), (inner + 0.03, -0.8 * tall)]
        _add_mirrored(builder, side, sign, [(half * x, y + dy) for x, dy in outline], red)
        bright = [
            (inner + 0.05, 0.1 * tall),
            (0.89, 0.1 * tall),
            (0.9, -0.4 * tall),
            (inner + 0.06, -0.4 * tall),
        ]
        _add_mirrored(
            builder, side, sign, [(half * x, y + dy) for x, dy in bright], (212, 200, 190)
        )
        builder.lamps.append(Lamp(side.at(sign * 0.85 * half, y), _TAIL))
    builder.decal(
        around(side.at(0, side.plate_up + 0.14, 0.02), (0.05, 0.04), "front", 12), (190, 192, 196)
    )


def _add_mirrored(
    builder: SolidBuilder,
    side: _Side,
    sign: int,
    outline: Sequence[tuple[float, float]],
    colour: Colour,
) -> None:
    """Draw something of the right half, or (`sign` = -1) its mirror image; clockwise either way."""
    points = [side.at(sign * x, up) for x, up in outline]
    builder.decal(points if sign > 0 else points[::-1], colour)


def _mount(rng: np.random.Generator, side: _Side, plate_wh: tuple[float, float]) -> FloatArray:
    """Give where the plate is: nearly straight, before all that bulges."""
    w, h = (length / 2 for length in plate_wh)
    turn = float(np.clip(rng.normal(0, 0.012), -0.03, 0.03))
    lift = between(rng, -0.05, 0.05)
    aside = 0.3 if side.shape.kind == "box" and side.rear else 0.0
    corners = np.array([[-w, h], [w, h], [w, -h], [-w, -h]])
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    lean = float(rng.normal(0, 0.04))
    points = [(x + aside, side.plate_up + lift + y, lean * y - 0.04) for x, y in turned.tolist()]
    return np.array(points, np.float32)


def _add_holder(builder: SolidBuilder, plate: FloatArray) -> None:
    middle = plate.mean(axis=0)
    outline = middle + (plate - middle) * np.array([1.03, 1.12, 1], np.float32)
    outline[:, 2] += 0.005
    points: list[Point3] = [(float(x), float(y), float(z)) for x, y, z in outline]
    builder.decal(points, BLACK)
