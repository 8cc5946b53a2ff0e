"""Bodies made of flat, coloured faces: few enough to be drawn anew in every picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import Colour
from platelens.types import FloatArray

Indices = NDArray[np.intp]
Point3 = tuple[float, float, float]
"""Across, up and along in metres."""

SKY: Final = np.array([205, 218, 232], np.float32)
"""What smooth things mirror when they look up."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp that is lit at night."""

    at: Point3
    colour: Colour


@dataclass(frozen=True, slots=True)
class Solid:
    """A body in metres from its own origin, which stands on the road at its near end."""

    points: FloatArray  # (V, 3)
    faces: Indices  # (F, 4), clockwise when seen from outside
    colours: list[Colour]  # of the faces
    decals: list[tuple[Indices, Colour]]  # convex, drawn over all faces in this order
    lamps: tuple[Lamp, ...] = ()


@dataclass(slots=True)
class SolidBuilder:
    """Collects the faces of a body and lights them from one side."""

    sun: Point3  # direction towards it, of length 1
    light: float = 1.0  # 0..1; of what is no lamp
    points: list[FloatArray] = field(default_factory=list)
    faces: list[Indices] = field(default_factory=list)
    colours: list[Colour] = field(default_factory=list)
    decals: list[tuple[Indices, Colour]] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    _count: int = 0

    def loft(self, rings: FloatArray, paints: NDArray[np.float32], gloss: float) -> None:
        """Add the skin over (S, R, 3) rings: paints is (S - 1, R - 1, 3), R, G, B.

        Rings follow each other away from the camera and run clockwise as it sees them; or they
        follow each other upwards and run anticlockwise as seen from above.
        """
        first = self._add(rings.reshape(-1, 3))
        stations, around = rings.shape[:2]
        grid = first + np.arange(stations * around).reshape(stations, around)
        corners = (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:])
        quads = np.stack(corners, axis=-1).reshape(-1, 4)
        a, b, c, d = (rings.reshape(-1, 3)[quads[:, i] - first] for i in range(4))
        normals = np.cross(c - a, d - b)
        self.faces.append(quads)
        self.colours += self._lit(normals, paints.reshape(-1, 3), gloss)

    def face(self, corners: Sequence[Point3], colour: Colour) -> None:
        """Add one face of four corners, clockwise when seen from outside."""
        first = self._add(np.array(corners, np.float32))
        self.faces.append(np.arange(first, first + 4)[None])
        self.colours.append(_scaled(colour, self.light))

    def decal(self, outline: Sequence[Point3], colour: Colour, *, lit: bool = True) -> None:
        """Add something flat that lies on the skin; `lit` = it has no light of its own."""
        first = self._add(np.array(outline, np.float32))
        shown = _scaled(colour, self.light) if lit else colour
        self.decals.append((np.arange(first, first + len(outline)), shown))

    def build(self) -> Solid:
        """Give the body."""
        faces = np.concatenate(self.faces) if self.faces else np.zeros((0, 4), np.intp)
        points = np.concatenate(self.points).astype(np.float32)
        return Solid(points, faces, self.colours, self.decals, tuple(self.lamps))

    def _add(self, points: FloatArray) -> int:
        first = self._count
        self.points.append(points)
        self._count += len(points)
        return first

    def _lit(self, normals: FloatArray, paints: FloatArray, gloss: float) -> list[Colour]:
        """Give the colours in the light: of the sky from above, of the sun, mirrored on gloss."""
        n = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        up = n[:, 1:2]
        sun = np.clip(n @ np.array(self.sun, np.float32), 0, None)[:, None]
        matt = paints * (0.62 + 0.2 * up + 0.35 * sun)
        mirrored = gloss * np.clip(0.25 + 0.75 * up, 0.05, 1) * SKY
        lit = np.clip((matt * (1 - 0.4 * gloss) + mirrored) * self.light, 0, 255)
        return [(int(r), int(g), int(b)) for r, g, b in lit]


def around(centre: Point3, radii: tuple[float, float], plane: str, count: int = 20) -> list[Point3]:
    """Give the points of an ellipse, clockwise as seen from the near end or from one side.

    Args:
        centre: its middle.
        radii: along the first and the second axis, metres.
        plane: "front" = across and up, seen by the camera; "left", "right" = along and up.
        count: of the points.
    """
    x, y, z = centre
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    cosines, sines = (radii[0] * np.cos(turns)).tolist(), (radii[1] * np.sin(turns)).tolist()
    if plane == "front":
        return [(x + c, y - s, z) for c, s in zip(cosines, sines, strict=True)]
    # The left side is seen with the far end at the left.
    sign = -1.0 if plane == "left" else 1.0
    return [(x, y - s, z + sign * c) for c, s in zip(cosines, sines, strict=True)]


def _scaled(colour: Colour, gain: float) -> Colour:
    r, g, b = (int(min(255.0, gain * channel)) for channel in colour)
    return r, g, b
