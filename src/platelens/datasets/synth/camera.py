"""What a camera does to a plate: light, blur, noise, low resolution, compression.

The order follows the path of the light: scene (shadow, glare), lens (blur), sensor (exposure,
colour, noise), file (JPEG). Everything stays in uint8: float pictures cost five times as much.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage

_Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """How badly a picture may be treated: light, noise, lens and file."""

    strength: float = 1.0  # of light, colour and noise: 0 leaves them as they are, 1 is a bad day
    blur_px: float = 1.2  # largest standard deviation of the lens blur, in pixels of the result
    jpeg: float = 0.5  # probability of compression


def photograph(
    rng: np.random.Generator, image: RgbImage, settings: CameraSettings | None = None
) -> RgbImage:
    """Give `image` as a camera could have seen it, of the same size."""
    settings = settings or CameraSettings()
    s = settings.strength
    pixels: _Pixels = image
    if rng.random() < 0.25 * s:
        pixels = _shadow(rng, pixels)
    if rng.random() < 0.1 * s:
        pixels = _glare(rng, pixels)
    pixels = _blur(rng, pixels, settings)
    pixels = _expose(rng, pixels, s)
    if rng.random() < 0.5 * s:
        pixels = _add_noise(rng, pixels, float(rng.uniform(1, 12 * s)))
    if rng.random() < settings.jpeg:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 92))]
        # The channel order does not matter here: it goes in and comes out the same.
        packed = cv2.imencode(".jpg", pixels, quality)[1]
        pixels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
    return RgbImage(pixels)


def _add_noise(rng: np.random.Generator, pixels: _Pixels, deviation: float) -> _Pixels:
    """Add normal noise, independent for each channel or, as often, the same for all three."""
    height, width, channels = pixels.shape
    coloured = rng.random() < 0.5
    noise = np.zeros((height, width * (channels if coloured else 1)), np.int16)
    cv2.setRNGSeed(int(rng.integers(2**31)))  # OpenCV's noise is five times as fast as NumPy's
    cv2.randn(noise, np.zeros(1), np.full(1, deviation))
    full = noise.reshape(height, width, -1)
    if not coloured:
        full = np.repeat(full, channels, axis=2)
    return np.asarray(cv2.add(pixels, full, dtype=cv2.CV_8U), dtype=np.uint8)


def _shadow(rng: np.random.Generator, pixels: _Pixels) -> _Pixels:
    """Darken one side of a random straight edge."""
    height, width = pixels.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    far = 4.0 * (height + width)
    along = np.array([np.cos(angle), np.sin(angle)]) * far
    across = np.array([-along[1], along[0]])
    start = rng.uniform((0, 0), (width, height))
    edge = np.array([start - along, start + along, start + along + across, start - along + across])
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [edge.astype(np.int32)], 1)
    dark = cv2.convertScaleAbs(pixels, alpha=float(rng.uniform(0.35, 0.8)))
    return np.where(mask[..., None] > 0, dark, pixels)


def _glare(rng: np.random.Generator, pixels: _Pixels) -> _Pixels:
    """Add the bright round spot of a lamp or of the sun."""
    height, width = pixels.shape[:2]
    radius = rng.uniform(0.1, 0.5) * width
    gx = np.exp(-((np.arange(width) - rng.uniform(0, width)) ** 2) / (2 * radius**2))
    gy = np.exp(-((np.arange(height) - rng.uniform(0, height)) ** 2) / (2 * radius**2))
    spot = (np.outer(gy, gx) * rng.uniform(40, 160)).astype(np.uint8)
    return np.asarray(cv2.add(pixels, cv2.merge([spot, spot, spot])), dtype=np.uint8)


def _expose(rng: np.random.Generator, pixels: _Pixels, s: float) -> _Pixels:
    """Change contrast, brightness, gamma and the colour of the light."""
    levels = np.arange(256, dtype=np.float32)[:, None]
    gain = (1 + s * rng.uniform(-0.35, 0.3)) * (1 + s * rng.normal(0, 0.07, 3))
    curve = np.clip(levels * gain + s * rng.uniform(-30, 30), 0, 255)
    if rng.random() < 0.35 * s:
        curve = 255 * (curve / 255) ** np.exp(rng.uniform(-0.6, 0.7))
    if rng.random() < 0.12 * s:  # night
        curve *= rng.uniform(0.3, 0.7)
    if rng.random() < 0.05 * s:  # a negative: light letters on dark ground and the reverse
        curve = 255 - curve
    table = curve.astype(np.uint8)[None]  # (1, 256, 3)
    if rng.random() < 0.2 * s:  # infra-red or an old camera: no colour
        pixels = np.asarray(
            cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        )
    return np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)


def _blur(rng: np.random.Generator, pixels: _Pixels, settings: CameraSettings) -> _Pixels:
    kind = rng.random()
    if kind < 0.4:
        sigma = rng.uniform(0.2, max(0.21, settings.blur_px))
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)
    if kind < 0.55:
        length = max(2, round(rng.uniform(1, 1 + 3 * settings.blur_px)))
        size = 2 * (length // 2) + 1
        kernel = np.zeros((size, size), np.float32)
        kernel[size // 2] = 1
        turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), rng.uniform(0, 180), 1)
        kernel = np.asarray(cv2.warpAffine(kernel, turn, (size, size)))
        kernel /= max(float(kernel.sum()), 1e-6)
        return np.asarray(cv2.filter2D(pixels, -1, kernel), dtype=np.uint8)
    return pixels
