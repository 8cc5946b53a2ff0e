"""Arrays of any usual kind -> `RgbImage`, and parts of one."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.errors import ImageError
from platelens.types import Box, RgbImage

ChannelOrder = Literal["rgb", "bgr"]

_EIGHT_BIT: Final = np.rint(np.arange(65536) / 257).astype(np.uint8)
"""The 8-bit value of every 16-bit one: 0 stays 0, 65535 becomes 255."""


def limit_threads(count: int) -> None:
    """Let OpenCV use so many threads in this process; it takes all cores otherwise."""
    cv2.setNumThreads(count)


def from_array(pixels: NDArray[Any], order: ChannelOrder) -> RgbImage:
    """Give an array as an image.

    Args:
        pixels: uint8 or uint16, shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). One channel is
            grey; a fourth one is alpha, and what shows through is white.
        order: of the colour channels in `pixels`; OpenCV's arrays are "bgr", Pillow's are "rgb".

    Returns:
        An image that may share memory with `pixels` when nothing had to be converted.

    Raises:
        ImageError: the array cannot be an image.
    """
    if order not in ("rgb", "bgr"):
        raise ImageError(f"order must be 'rgb' or 'bgr', got {order!r}")
    if not isinstance(pixels, np.ndarray):
        raise ImageError(f"expected a NumPy array, got {type(pixels).__name__}")
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"expected uint8 or uint16 pixels, got {pixels.dtype}")
    shape = pixels.shape
    if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 3, 4)):
        raise ImageError(f"expected shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), got {shape}")
    if pixels.size == 0:
        raise ImageError(f"the array has no pixels: shape {shape}")
    eight_bit = _EIGHT_BIT[pixels] if pixels.dtype == np.uint16 else pixels
    return _three_channels(eight_bit.reshape(shape[0], shape[1], -1), order)


def _three_channels(pixels: NDArray[np.uint8], order: ChannelOrder) -> RgbImage:
    """Give (H, W, 1), (H, W, 3) or (H, W, 4) pixels as a contiguous image."""
    colour = pixels[..., :3]
    if pixels.shape[2] == 1:
        colour = np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    elif order == "bgr":
        # 50 times as fast as reversing the last axis in NumPy.
        swapped = cv2.cvtColor(np.ascontiguousarray(colour), cv2.COLOR_BGR2RGB)
        colour = np.asarray(swapped, dtype=np.uint8)
    if pixels.shape[2] == 4:
        colour = _on_white(colour, pixels[..., 3:])
    return RgbImage(np.ascontiguousarray(colour))


def _on_white(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay (H, W, 3) colour with straight (H, W, 1) alpha over white."""
    opacity = alpha.astype(np.uint16)
    blended = colour * opacity + 255 * (255 - opacity)  # at most 255 * 255: fits 16 bits
    return np.asarray((blended + 127) // 255, dtype=np.uint8)


def crop(image: RgbImage, box: Box) -> RgbImage:
    """Give a copy of the pixels that `box` touches, as far as they lie inside the image.

    Raises:
        ImageError: the box lies wholly outside the image.
    """
    height, width = image.shape[:2]
    x1, y1 = max(0, math.floor(box.x1)), max(0, math.floor(box.y1))
    x2, y2 = min(width, math.ceil(box.x2)), min(height, math.ceil(box.y2))
    if x1 >= x2 or y1 >= y2:
        raise ImageError(f"{box} lies outside the image of {width}x{height} pixels")
    return RgbImage(image[y1:y2, x1:x2].copy())
