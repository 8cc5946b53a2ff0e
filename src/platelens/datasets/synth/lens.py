"""What the lens does: out of focus, moved."""

from __future__ import annotations

import cv2
import numpy as np

from platelens.datasets.synth.paint import Pixels, between


def defocus(rng: np.random.Generator, pixels: Pixels, blur_px: float) -> Pixels:
    """Blur with a standard deviation of up to `blur_px`."""
    sigma = between(rng, 0.2, max(0.21, blur_px))
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)


def move(rng: np.random.Generator, pixels: Pixels, blur_px: float) -> Pixels:
    """Smear along a straight line of up to 1 + 3 x `blur_px` pixels; no line leaves it sharp."""
    length = max(2, round(between(rng, 1, 1 + 3 * blur_px)))
    size = 2 * (length // 2) + 1
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1
    middle = size / 2 - 0.5
    turn = cv2.getRotationMatrix2D((middle, middle), between(rng, 0, 180), 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (size, size)), dtype=np.float32)
    kernel /= max(float(kernel.sum()), 1e-6)
    return np.asarray(cv2.filter2D(pixels, -1, kernel), dtype=np.uint8)
