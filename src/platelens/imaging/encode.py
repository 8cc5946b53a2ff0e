"""`RgbImage` -> image files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2

from platelens.errors import ImageError
from platelens.types import RgbImage

_SETTINGS: Final[Mapping[str, Sequence[int]]] = {
    ".bmp": (),
    ".jpeg": (cv2.IMWRITE_JPEG_QUALITY, 95),
    ".jpg": (cv2.IMWRITE_JPEG_QUALITY, 95),
    ".png": (),
    ".tif": (),
    ".tiff": (),
    ".webp": (cv2.IMWRITE_WEBP_QUALITY, 95),
}
"""Suffix -> settings of OpenCV's encoder."""


def encode(image: RgbImage, suffix: str) -> bytes:
    """Give the bytes of an image file.

    Args:
        image: what to write.
        suffix: names the format: ".jpg", ".png", ".webp", ".bmp" or ".tiff".

    Raises:
        ImageError: unknown suffix, or an image that the format cannot hold.
    """
    settings = _SETTINGS.get(suffix.lower())
    if settings is None:
        raise ImageError(f"cannot write {suffix!r} files; known: {', '.join(_SETTINGS)}")
    try:
        done, buffer = cv2.imencode(suffix.lower(), image[..., ::-1], settings)
    except cv2.error:
        done = False
    if not done:
        height, width = image.shape[:2]
        raise ImageError(f"an image of {width}x{height} pixels does not fit a {suffix} file")
    return buffer.tobytes()


def save(image: RgbImage, path: str | os.PathLike[str]) -> None:
    """Write an image file; the suffix of `path` names the format.

    Raises:
        ImageError: as `encode`, or the file cannot be written.
    """
    name = os.fspath(path)
    try:
        Path(name).write_bytes(encode(image, Path(name).suffix))
    except OSError as error:
        raise ImageError(f"{name}: cannot be written: {error.strerror or error}") from None
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from None
