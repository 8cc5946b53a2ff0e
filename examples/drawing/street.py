"""The street around the cars: sky, houses, trees, pavement and road, in one perspective.

World coordinates in metres: X to the right, Y up from the road, Z away from the camera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.drawing.paint import Canvas, Colour, Floats, blur, cloudiness

_HAZE: Colour = (0.72, 0.76, 0.8)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that looks level along the street; pixels of the drawing."""

    size_hw: tuple[int, int]
    focal_px: float
    centre_px: tuple[float, float]  # (x, y) of the vanishing point
    height_m: float = 1.42

    def project(self, points: Sequence[tuple[float, float, float]]) -> Floats:
        """Give (N, 2) pixels of points of the world."""
        x, y, z = np.asarray(points, dtype=np.float64).T
        u = self.centre_px[0] + self.focal_px * x / z
        v = self.centre_px[1] + self.focal_px * (self.height_m - y) / z
        return np.stack([u, v], axis=1).astype(np.float32)


def draw_street(camera: Camera, draw: np.random.Generator) -> Canvas:
    """Draw an empty street in daylight."""
    scene = Canvas(camera.size_hw, np.eye(3, dtype=np.float32))
    _sky(scene, camera, draw)
    _trees(scene, camera, draw)
    _ground(scene, camera, draw)
    for side in (-1, 1):
        _houses(scene, camera, side, draw)
    return scene


def _sky(scene: Canvas, camera: Camera, draw: np.random.Generator) -> None:
    height, width = camera.size_hw
    down = np.clip(np.arange(height, dtype=np.float32) / camera.centre_px[1], 0, 1)[:, None, None]
    blue = np.array([0.5, 0.66, 0.86], dtype=np.float32)
    rgb = blue * (1 - down) + np.asarray([0.86, 0.89, 0.92], np.float32) * down
    cloud = cloudiness(draw, (height, width), coarsest=512, finest=16)
    cover = np.clip(cloud * 1.1 + 0.15, 0, 0.9)[..., None]
    rgb = rgb * (1 - cover) + np.asarray([0.93, 0.94, 0.95], np.float32) * cover
    scene.lay(rgb.astype(np.float32), np.ones(camera.size_hw, dtype=np.float32))


def _trees(scene: Canvas, camera: Camera, draw: np.random.Generator) -> None:
    """Close the street with hazy trees, and a few nearer ones."""
    leaves = cloudiness(draw, camera.size_hw, coarsest=64, finest=4)
    for depth, count, spread in ((110.0, 26, 45.0), (70.0, 8, 16.0)):
        haze = min(0.75, depth / 150)
        crowns = np.zeros(camera.size_hw, dtype=np.float32)
        for _ in range(count):
            x, top = float(draw.uniform(-spread, spread)), float(draw.uniform(4.5, 9))
            ((u, v),) = camera.project([(x, top / 2, depth)])
            radius = camera.focal_px * top / 2 / depth
            angles = np.linspace(0, 2 * np.pi, 40)[:-1]
            lengths = radius * (1 + 0.16 * draw.standard_normal(39))
            outline = [
                (float(u + 0.9 * r * np.cos(a)), float(v + r * np.sin(a)))
                for a, r in zip(angles, lengths, strict=True)
            ]
            tone = (0.9 + 0.3 * float(draw.random())) * (1 - haze)
            r, g, b = (tone * c + haze * h for c, h in zip((0.2, 0.29, 0.14), _HAZE, strict=True))
            crowns = np.maximum(crowns, scene.fill(outline, (r, g, b), round_off=2, feather_px=2))
        scene.light(crowns, 1 + 0.4 * (1 - haze) * leaves)


def _houses(scene: Canvas, camera: Camera, side: int, draw: np.random.Generator) -> None:
    """Line one side of the street with facades, the far ones first."""
    x = side * (8.2 if side < 0 else 9.4)
    fronts: list[tuple[float, float]] = []
    z = 5.0
    while z < 62:
        length = float(draw.uniform(8, 13))
        fronts.append((z, length))
        z += length
    for near, length in reversed(fronts):
        storeys = int(draw.integers(3, 5))
        top = 3.2 * storeys + 1.2
        face = _facade(storeys, max(3, round(length / 2.8)), draw)
        ends = (near, near + length) if side > 0 else (near + length, near)
        corners = camera.project(
            [(x, top, ends[0]), (x, top, ends[1]), (x, 0.0, ends[1]), (x, 0.0, ends[0])]
        )
        haze = np.float32(min(0.7, near / 95))
        shade = np.float32(0.62 if side > 0 else 1.0)
        _lay_picture(
            scene, face * shade * (1 - haze) + np.asarray(_HAZE, np.float32) * haze, corners
        )


def _facade(storeys: int, columns: int, draw: np.random.Generator) -> Floats:
    """Draw a house front straight on: 60 pixels a metre or so."""
    plaster = [(0.78, 0.7, 0.58), (0.72, 0.72, 0.7), (0.62, 0.42, 0.34), (0.8, 0.76, 0.68)]
    base = np.asarray(plaster[int(draw.integers(len(plaster)))], dtype=np.float32)
    cell, foot = 160, 190
    height, width = storeys * cell + 60, columns * cell
    face = np.ones((height, width, 3), dtype=np.float32) * base
    face *= (1 + 0.05 * cloudiness(draw, (height, width), coarsest=256, finest=2))[..., None]
    face[:26] *= 0.7  # the eaves
    face[26:34] *= 0.45
    frame = (0.86, 0.86, 0.84)
    for row in range(storeys - 1):
        for column in range(columns):
            x, y = column * cell + 45, 60 + row * cell + 22
            glass = float(draw.uniform(0.1, 0.3))
            cv2.rectangle(face, (x - 7, y - 7), (x + 77, y + 107), frame, -1)
            cv2.rectangle(face, (x, y), (x + 70, y + 100), (glass, glass * 1.1, glass * 1.2), -1)
            cv2.rectangle(face, (x + 33, y), (x + 37, y + 100), frame, -1)
            cv2.rectangle(face, (x, y + 30), (x + 70, y + 33), frame, -1)
            cv2.rectangle(face, (x - 12, y + 107), (x + 82, y + 114), (0.6, 0.59, 0.57), -1)
            cv2.rectangle(face, (x, y), (x + 70, y + 7), (0.05, 0.05, 0.06), -1)
    face[-foot:] *= 0.82
    for column in range(columns):
        x = column * cell + 30
        door = draw.random() < 0.3
        colour = (0.22, 0.14, 0.1) if door else (0.12, 0.14, 0.16)
        bottom = height if door else height - 45
        cv2.rectangle(face, (x, height - 145), (x + (60 if door else 104), bottom), colour, -1)
    return face


def _lay_picture(scene: Canvas, face: Floats, corners: Floats) -> None:
    height, width = face.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners)
    size_wh = scene.alpha.shape[::-1]
    soft = blur(np.asarray(face, dtype=np.float32), 1.2)
    rgb = cv2.warpPerspective(soft, matrix, size_wh, borderMode=cv2.BORDER_REPLICATE)
    points = [(float(x), float(y)) for x, y in corners]
    scene.lay(np.asarray(rgb, dtype=np.float32), scene.mask(points))


def _ground(scene: Canvas, camera: Camera, draw: np.random.Generator) -> None:
    """Lay the road and the pavements, with their grain in perspective."""
    height, width = camera.size_hw
    v, u = np.mgrid[0:height, 0:width].astype(np.float32)
    below = np.maximum(v - camera.centre_px[1], 1e-3)
    z = camera.focal_px * camera.height_m / below
    x = (u - camera.centre_px[0]) * z / camera.focal_px
    patches = _sample(cloudiness(draw, (1024, 1024), coarsest=256, finest=8), x * 40, z * 14)
    grain = _sample(cloudiness(draw, (1024, 1024), coarsest=4, finest=1), x * 110, z * 60)
    fade = np.clip(12 / z, 0, 1)
    road = 0.345 + 0.03 * patches + 0.035 * grain * fade
    tracks = sum(np.exp(-(((x - c) / 0.28) ** 2)) for c in (-1.45, -0.05, 0.9, 2.3))
    road = road - 0.025 * tracks
    haze = np.clip(z / 90, 0, 0.75)
    rgb = road[..., None] * np.array([0.98, 1.0, 1.03], dtype=np.float32)
    paving = 0.52 + 0.03 * patches + 0.03 * grain * fade
    joints = (np.abs(x * 2 % 1 - 0.5) > 0.47) | (np.abs(z * 1.5 % 1 - 0.5) > 0.47)
    paving = np.where(joints & (z < 25), paving * 0.86, paving)
    walk = (x < -4.6) | (x > 5.6)
    rgb = np.where(walk[..., None], paving[..., None] * np.array([1.0, 0.98, 0.94]), rgb)
    kerb = ((x > -4.6) & (x < -4.4)) | ((x > 5.4) & (x < 5.6))
    rgb = np.where(kerb[..., None], 0.6 + 0.03 * grain[..., None], rgb)
    line = (np.abs(x - 0.42) < 0.06) & ((z % 6) < 3.4)
    line |= (np.abs(x + 2.6) < 0.06) | (np.abs(x - 3.7) < 0.06)
    worn = np.clip(0.8 + 0.35 * patches + 0.2 * grain, 0, 1) * line
    rgb = rgb * (1 - 0.75 * worn[..., None]) + 0.75 * worn[..., None] * 0.82
    rgb = rgb * (1 - haze[..., None]) + np.asarray(_HAZE) * haze[..., None]
    mask = (v > camera.centre_px[1] + camera.focal_px * camera.height_m / 100).astype(np.float32)
    scene.lay(blur(rgb.astype(np.float32), 0.8), mask)


def _sample(texture: Floats, x: NDArray[np.float32], y: NDArray[np.float32]) -> Floats:
    """Look a texture up at (x, y), repeating it."""
    side = texture.shape[0]
    xs, ys = (np.clip(a, -3e4, 3e4) % (side - 1) for a in (x, y))
    picture = cv2.remap(texture, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(picture, dtype=np.float32)
