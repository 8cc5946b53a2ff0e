"""What the sensor makes of the light: resolution, exposure, colour, noise, infra-red."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import Pixels, between, pick


def lower_resolution(rng: np.random.Generator, pixels: Pixels, blur_px: float) -> Pixels:
    """Show the picture as one of up to 1 + 0.8 x `blur_px` times fewer pixels on a side."""
    height, width = pixels.shape[:2]
    scale = 1 / between(rng, 1, 1 + 0.8 * blur_px)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    down = pick(rng, (cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_NEAREST))
    coarse = cv2.resize(pixels, small, interpolation=down)
    return np.asarray(
        cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def expose(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Change contrast, brightness, gamma and the colour of the light."""
    levels = _levels()
    gain = (1 + strength * between(rng, -0.35, 0.3)) * (1 + strength * rng.normal(0, 0.07, 3))
    curve = np.clip(levels * gain + strength * between(rng, -30, 30), 0, 255)
    if rng.random() < 0.35 * strength:
        curve = 255 * (curve / 255) ** np.exp(between(rng, -0.6, 0.7))
    return _apply(pixels, curve)


def darken_night(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Show a night: little light, amplified with its noise, often yellow from street lamps."""
    cast = np.array([1, between(rng, 0.75, 1), between(rng, 0.5, 1)])
    dark = _apply(pixels, _levels() * cast * (1 - strength * between(rng, 0.3, 0.55)))
    return add_noise(rng, dark, 0.7 * strength)


def see_infrared(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Show what a camera with an infra-red lamp sees: grey, a bright plate in dark surroundings.

    The light comes from the camera: a reflecting ground is bright, and less so towards the edges.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    # A curve like an S drives what is light to white and what is dark to black.
    steep = 1 + 5 * strength * float(rng.random())
    middle = float(np.clip(grey.mean(), 60, 170))
    curve = 255 / (1 + np.exp(-steep * (np.arange(256) - middle) / 64))
    low, high = curve[0], curve[255]
    table = ((curve - low) * (255 / max(1.0, high - low))).astype(np.uint8)
    seen = cv2.LUT(grey, table)
    height, width = grey.shape
    dims = [between(rng, 0, 0.35 * strength) for _ in range(2)]
    fall = [1 - d * np.linspace(-1, 1, n) ** 2 for d, n in zip(dims, (height, width), strict=True)]
    lamp = (255 * np.outer(*fall)).astype(np.uint8)
    lit = cv2.multiply(seen, lamp, scale=1 / 255)
    return np.asarray(cv2.merge([lit, lit, lit]), dtype=np.uint8)


def lose_colour(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Show an old or a night camera: no colour."""
    del rng, strength
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def invert(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Turn light letters on a dark ground into the reverse, and so all else."""
    del rng, strength
    return np.asarray(cv2.bitwise_not(pixels), dtype=np.uint8)


def add_noise(rng: np.random.Generator, pixels: Pixels, strength: float) -> Pixels:
    """Add normal noise, independent for each channel or, as often, the same for all three."""
    height, width, channels = pixels.shape
    deviation = between(rng, 1, 12 * strength)
    coloured = rng.random() < 0.5
    noise = np.zeros((height, width * (channels if coloured else 1)), np.int16)
    cv2.setRNGSeed(int(rng.integers(2**31)))  # OpenCV's noise is five times as fast as NumPy's
    cv2.randn(noise, np.zeros(1), np.full(1, deviation))
    full = noise.reshape(height, width, channels) if coloured else cv2.merge([noise] * 3)
    return np.asarray(cv2.add(pixels, full, dtype=cv2.CV_8U), dtype=np.uint8)


def _levels() -> NDArray[np.float32]:
    return np.arange(256, dtype=np.float32)[:, None]


def _apply(pixels: Pixels, curve: NDArray[np.floating]) -> Pixels:
    """Give `pixels` through a curve for each channel: (256, 3), 0 to 255."""
    return np.asarray(cv2.LUT(pixels, curve.astype(np.uint8)[None]), dtype=np.uint8)
