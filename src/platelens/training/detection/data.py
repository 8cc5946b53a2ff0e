"""Training windows for the plate detector, drawn without end from scenes and flat plates.

Real plates keep their box; about half of them are covered with a plate whose corners are known:
drawn by `datasets.synth` or cut from a real picture that shows nothing but a plate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth import (
    CameraSettings,
    Catalogue,
    FontSet,
    draw_flat_plate,
    paste_plate,
    photograph,
    random_quad,
)
from platelens.detection.postprocess import CHANNELS, STRIDE
from platelens.detection.preprocess import PAD_VALUE
from platelens.geometry import picture_corners
from platelens.training.detection.scenes import Scene, shrink
from platelens.types import FloatArray, RgbImage

_TARGETS = CHANNELS + 2
"""Channels of a target: class, weight, x1 y1 x2 y2, 8 corner fractions, corner weight."""


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How windows are cut; sizes in pixels of the window."""

    size: int = 320
    plate_px: tuple[float, float] = (14.0, 260.0)  # width of the plate in focus
    replace: float = 0.45  # probability that a plate is covered with another
    empty: float = 0.12  # share of views that are cut anywhere
    mosaic: float = 0.4  # share of windows that are four small views
    close_up: float = 0.07  # share of windows that are one plate and nothing else
    flip: float = 0.35
    hide: float = 0.25  # share of the replacements that have the colour of what is around them


@dataclass(slots=True)
class Window:
    """A picture of fixed size and its plates."""

    pixels: RgbImage
    corners: FloatArray = field(default_factory=lambda: np.zeros((0, 4, 2), np.float32))
    exact: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))


class WindowSource:
    """Draws windows; window `i` of a seed is the same on any number of workers.

    Args:
        scenes: pools of scenes with the share of windows each gives.
        flats: pictures that show nothing but a real plate.
        fonts: for the plates that are drawn.
        settings: how windows are cut.
        catalogue: the plates that are drawn; None = all that platelens knows.
    """

    def __init__(
        self,
        scenes: Sequence[tuple[Sequence[Scene], float]],
        flats: Sequence[RgbImage],
        fonts: FontSet,
        settings: WindowSettings,
        catalogue: Catalogue | None = None,
    ) -> None:
        self._pools = [pool for pool, _ in scenes]
        shares = np.array([share for _, share in scenes])
        self._shares = shares / shares.sum()
        self._flats = flats
        self._fonts = fonts
        self._catalogue = catalogue or Catalogue.default()
        self._settings = settings

    def draw(self, seed: int, index: int) -> tuple[NDArray[np.uint8], FloatArray]:
        """Give window `index`: (size, size, 3) uint8 and its target (15, size/8, size/8)."""
        rng = np.random.default_rng((seed, index))
        kind = rng.random()
        if kind < self._settings.close_up:
            window = self._close_up(rng)
        elif kind < self._settings.close_up + self._settings.mosaic:
            window = self._mosaic(rng)
        else:
            window = self._view(rng, self._settings.size, self._settings.plate_px)
        if rng.random() < self._settings.flip:
            _flip(window)
        settings = CameraSettings(strength=0.65, blur_px=1.0, jpeg=0.3)
        window.pixels = photograph(rng, window.pixels, settings)
        return window.pixels, encode_targets(window, self._settings.size)

    def _view(
        self, rng: np.random.Generator, size: int, plate_px: tuple[float, float] | None
    ) -> Window:
        """Cut a view from a random scene and change some of its plates."""
        pool = self._pools[int(rng.choice(len(self._pools), p=self._shares))]
        scene = pool[int(rng.integers(len(pool)))]
        if rng.random() < self._settings.empty or len(scene.corners) == 0:
            plate_px = None
        window = _cut(rng, scene, size, plate_px)
        self._replace_plates(rng, window)
        return window

    def _mosaic(self, rng: np.random.Generator) -> Window:
        """Put four views with small plates side by side (as in YOLOv4): more to learn from."""
        half = self._settings.size // 2
        small = (self._settings.plate_px[0], 0.55 * half)
        views = [self._view(rng, half, small) for _ in range(4)]
        shifts = np.array([[0, 0], [half, 0], [0, half], [half, half]], np.float32)
        top = np.concatenate([views[0].pixels, views[1].pixels], axis=1)
        bottom = np.concatenate([views[2].pixels, views[3].pixels], axis=1)
        # What a view shows of a plate ends where the view ends.
        corners, exact = [], []
        for view, shift in zip(views, shifts, strict=True):
            for quad, known in zip(view.corners, view.exact, strict=True):
                inside = np.clip(quad, 0, half)
                corners.append(inside + shift)
                exact.append(known and bool((inside == quad).all()))
        return Window(
            RgbImage(np.concatenate([top, bottom])),
            np.asarray(corners, np.float32).reshape(-1, 4, 2),
            np.asarray(exact, bool),
        )

    def _flat(self, rng: np.random.Generator) -> RgbImage:
        if self._flats and rng.random() < 0.35:
            return self._flats[int(rng.integers(len(self._flats)))]
        return draw_flat_plate(rng, self._fonts, self._catalogue).pixels

    def _close_up(self, rng: np.random.Generator) -> Window:
        """A picture of a plate alone: fills the window but for a thin margin or the padding."""
        size = self._settings.size
        plate = self._flat(rng)
        pixels = np.full((size, size, 3), PAD_VALUE, np.uint8)
        long_side = size * float(np.exp(rng.uniform(np.log(0.3), 0)))
        width, height = int(long_side), int(long_side * plate.shape[0] / plate.shape[1])
        if height > size:
            width, height = int(width * size / height), size
        margin = rng.uniform(0, 0.12, 4) if rng.random() < 0.6 else np.zeros(4)
        pixels[:height, :width] = rng.uniform(0, 255, 3)
        corners = picture_corners((height, width))
        corners[[0, 3], 0] += margin[0] * height
        corners[[1, 2], 0] -= margin[1] * height
        corners[[0, 1], 1] += margin[2] * height
        corners[[2, 3], 1] -= margin[3] * height
        corners += rng.normal(0, 0.02 * height, (4, 2)) * (margin.sum() > 0)
        inside = paste_plate(rng, RgbImage(pixels[:height, :width].copy()), plate, corners)
        pixels[:height, :width] = inside
        return Window(RgbImage(pixels), corners[None], np.ones(1, bool))

    def _replace_plates(self, rng: np.random.Generator, window: Window) -> None:
        """Cover some plates with others, whose corners are known."""
        for i, old in enumerate(window.corners):
            span = old.max(axis=0) - old.min(axis=0)
            centre = old.mean(axis=0)
            limit = window.pixels.shape[0]
            inside = (centre > 0).all() and (centre < limit).all()
            if not inside or span[0] < 10 or rng.random() > self._settings.replace:
                continue
            plate = self._flat(rng)
            if rng.random() < self._settings.hide:
                plate = _hide(rng, plate, window.pixels, old)
            aspect = plate.shape[1] / plate.shape[0] * float(np.exp(rng.normal(0, 0.08)))
            # Large enough to hide the plate that is there.
            width = max(span[0], span[1] * aspect) * rng.uniform(0.95, 1.2)
            bend = rng.choice([0.3, 1.0, 1.6])
            new = random_quad(rng, centre, (width, width / aspect), bend)
            window.pixels = paste_plate(rng, window.pixels, plate, new)
            window.corners[i] = new
            window.exact[i] = True


def _hide(rng: np.random.Generator, plate: RgbImage, pixels: RgbImage, old: FloatArray) -> RgbImage:
    """Paint a plate nearly as its car is: black plates on black cars, white ones on white.

    Its ground takes the colour around the corners `old`; its characters stand out from it as much
    as before or less, lighter or darker.
    """
    x1, y1 = np.clip(old.min(axis=0), 0, None).astype(int)
    x2, y2 = old.max(axis=0).astype(int) + 1
    reach = max(2, round(0.35 * (y2 - y1)))
    ring = np.zeros(pixels.shape[:2], bool)
    ring[max(0, y1 - reach) : y2 + reach, max(0, x1 - reach) : x2 + reach] = True
    ring[y1:y2, x1:x2] = False
    around = np.median(pixels[ring] if ring.any() else pixels.reshape(-1, 3), axis=0)
    ground = np.median(plate.reshape(-1, 3), axis=0)
    relief = (plate.astype(np.float32) - ground).mean(axis=2, keepdims=True)
    strength = rng.uniform(0.5, 1.0) * (-1 if (around.mean() < 128) == (relief.mean() < 0) else 1)
    painted = around + rng.normal(0, 12) + strength * relief
    return RgbImage(np.clip(painted, 0, 255).astype(np.uint8))


def _cut(
    rng: np.random.Generator, scene: Scene, size: int, plate_px: tuple[float, float] | None
) -> Window:
    """Cut a square view from a scene: scaled, stretched, slightly turned.

    Args:
        rng: the source of chance.
        scene: where to cut.
        size: side of the view in pixels.
        plate_px: smallest and largest width of the plate in focus; None = look anywhere.
    """
    height, width = scene.pixels.shape[:2]
    least = 0.6 * size / max(height, width)
    if plate_px is None:
        focus = rng.uniform((0, 0), (width, height)).astype(np.float32)
        scale = float(np.exp(rng.uniform(np.log(0.6), np.log(2.5)))) * size / max(height, width)
    else:
        plate = scene.corners[int(rng.integers(len(scene.corners)))]
        focus = plate.mean(axis=0)
        wanted = float(np.exp(rng.uniform(*np.log(plate_px))))
        scale = float(np.clip(wanted / np.ptp(plate[:, 0]), least, max(least, 2.2)))
    stretch = float(np.exp(rng.normal(0, 0.1)))
    if scene.stretched:
        stretch *= rng.uniform(1.0, 1.6)
    angle = rng.normal(0, 0.04) if rng.random() < 0.5 else 0.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([scale * stretch**0.5, scale / stretch**0.5])
    offset = _place(rng, linear, focus, (width, height), size)
    pixels: NDArray[np.uint8] = scene.pixels
    small = linear
    if scale < 0.6:  # a warp that shrinks by more than two would alias
        pixels = shrink(pixels, scale)
        small = linear @ np.diag([width / pixels.shape[1], height / pixels.shape[0]])
    # Pixel centres are at half coordinates for us and at whole ones for OpenCV.
    shift = offset + small @ np.full(2, 0.5) - 0.5
    matrix = np.concatenate([small, shift[:, None]], axis=1)
    warped = cv2.warpAffine(pixels, matrix, (size, size), flags=cv2.INTER_LINEAR,
                            borderValue=(PAD_VALUE,) * 3)  # fmt: skip
    return Window(
        RgbImage(np.asarray(warped, dtype=np.uint8)),
        (scene.corners @ linear.T + offset).astype(np.float32),
        scene.exact.copy(),
    )


def _place(
    rng: np.random.Generator, linear: FloatArray, focus: FloatArray,
    size_wh: tuple[int, int], size: int,
) -> FloatArray:  # fmt: skip
    """Give the shift that shows `focus` in the view, with as little padding as possible."""
    at = rng.uniform(0.06 * size, 0.94 * size, 2)
    offset = at - linear @ focus
    extent = np.diag(linear) * size_wh
    for axis in range(2):
        room = size - extent[axis]
        if room >= 0:  # all of it fits: at the top left, as `letterbox` puts it, or anywhere
            offset[axis] = 0 if rng.random() < 0.5 else rng.uniform(0, room)
        else:
            offset[axis] = float(np.clip(offset[axis], room, 0))
    return np.asarray(offset)


def _flip(window: Window) -> None:
    """Mirror a window; a mirrored plate is still a plate to find (never to read)."""
    width = window.pixels.shape[1]
    window.pixels = RgbImage(np.ascontiguousarray(window.pixels[:, ::-1]))
    corners = window.corners.copy()
    corners[..., 0] = width - corners[..., 0]
    window.corners = corners[:, [1, 0, 3, 2]]


def encode_targets(window: Window, size: int) -> FloatArray:
    """Give what the network should say about a window.

    Returns:
        (15, size/8, size/8): class (1 = a plate's middle), weight of the cell (0 = ignore),
        box edges in pixels, corners as fractions of the box, weight of the corners.
    """
    side = size // STRIDE
    target = np.zeros((_TARGETS, side, side), np.float32)
    target[1] = 1
    centres = (np.arange(side, dtype=np.float32) + 0.5) * STRIDE
    order = np.argsort([-np.ptp(c[:, 0]) for c in window.corners])  # small ones win a cell
    for i in order:
        corners = window.corners[i]
        full = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
        box = np.clip(full, 0, size)
        w, h = box[2:] - box[:2]
        if w <= 0 or h <= 0:
            continue
        in_x = (centres > box[0]) & (centres < box[2])
        in_y = (centres > box[1]) & (centres < box[3])
        seen = w * h / max(1e-6, (full[2] - full[0]) * (full[3] - full[1]))
        target[1][np.ix_(in_y, in_x)] = 0  # neither plate nor ground: not judged
        if seen < 0.5 or w < 7 or h < 3:
            continue
        mid = (box[:2] + box[2:]) / 2
        near_x = np.abs(centres - mid[0]) <= min(0.28 * w, 4 * STRIDE)
        near_y = np.abs(centres - mid[1]) <= min(0.3 * h, 3 * STRIDE)
        near_x[min(side - 1, int(mid[0] // STRIDE))] = True
        near_y[min(side - 1, int(mid[1] // STRIDE))] = True
        cells = np.ix_(near_y, near_x)
        count = near_y.sum() * near_x.sum()
        target[0][cells] = 1
        target[1][cells] = count**-0.5  # a large plate is not worth more than a small one
        target[2:6, near_y[:, None] & near_x[None]] = box[:, None]
        fractions = ((corners - box[:2]) / np.array([w, h])).reshape(8)
        target[6:14, near_y[:, None] & near_x[None]] = fractions[:, None]
        # -1: corners unknown, but their box is known; 0: cut by the border, say nothing.
        whole = seen > 0.999
        target[14][cells] = 0 if not whole else (1 if window.exact[i] else -1)
    return target
