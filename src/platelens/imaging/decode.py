"""Image files -> `RgbImage`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.errors import ImageError, ImageTooLargeError
from platelens.imaging.header import (
    MAGIC_BYTES,
    HeaderError,
    ImageHeader,
    read_header,
    sniff,
)
from platelens.imaging.pixels import from_array
from platelens.types import RgbImage

MAX_PIXELS: Final = 100_000_000
"""A larger picture is refused before it is decoded: it may be a decompression bomb."""

# What OpenCV would print about a bad file is said in an ImageError. OpenCV 5 moved the switch.
_set_log_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_set_log_level(0)


IMAGE_SUFFIXES: Final = frozenset(
    {".bmp", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)
"""Of the files that can be read, in lower case: a hint, since their first bytes decide."""


def load(path: str | os.PathLike[str], *, max_pixels: int = MAX_PIXELS) -> RgbImage:
    """Read an image file as it is meant to be displayed.

    Args:
        path: a JPEG, PNG, WebP, BMP or TIFF file; of several pages or frames the first counts.
        max_pixels: width x height that is still accepted.

    Returns:
        The picture with its EXIF orientation applied; grey, palette and 16-bit files converted,
        transparent ones laid on white.

    Raises:
        ImageTooLargeError: more than `max_pixels`.
        ImageError: no such file, no permission, not an image, truncated, damaged.
    """
    name = os.fspath(path)
    return decode(_read_bytes(name), name=name, max_pixels=max_pixels)


def read_size_hw(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Give height and width of an image file as `load` would show it, without decoding it.

    Raises:
        ImageError: no such file, no permission, not an image, truncated, damaged in its header.
    """
    name = os.fspath(path)
    try:
        header = read_header(_read_bytes(name))
    except HeaderError as error:
        raise ImageError(f"{name}: {error}") from None
    height, width = header.size_hw
    return (width, height) if header.orientation >= 5 else (height, width)  # 5 to 8 lie on a side


def _read_bytes(name: str) -> bytes:
    try:
        if Path(name).is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory, not an image")
        with Path(name).open("rb") as file:
            data = file.read(MAGIC_BYTES)
            if sniff(data) is not None:  # spares reading a film of 10 GB to its end
                data += file.read()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ImageError(f"{name}: {_cause(error)}") from None
    return data


def _cause(error: OSError | ValueError) -> str:
    """Say in words why a file could not be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, PermissionError):
        return "permission denied"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def decode(data: bytes, *, name: str = "image", max_pixels: int = MAX_PIXELS) -> RgbImage:
    """Decode the bytes of an image file as `load` does.

    Args:
        data: the whole file.
        name: what to call the image in error messages.
        max_pixels: width x height that is still accepted.

    Raises:
        ImageTooLargeError: more than `max_pixels`.
        ImageError: not an image, truncated, damaged.
    """
    if not data:
        raise ImageError(f"{name}: the file is empty")
    try:
        header = read_header(data)
    except HeaderError as error:
        raise ImageError(f"{name}: {error}") from None
    height, width = header.size_hw
    if height * width > max_pixels:
        raise ImageTooLargeError(
            f"{name}: {width}x{height} pixels are more than the limit of {max_pixels:,}"
        )
    try:
        image = from_array(_decode_pixels(data, header), order="bgr")
    except cv2.error:
        raise ImageError(f"{name}: the {header.kind.upper()} file is damaged") from None
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from None
    # OpenCV turns TIFFs itself, whatever the flags say.
    orientation = 1 if header.kind == "tiff" else header.orientation
    return RgbImage(np.ascontiguousarray(_TURNS[orientation](image)))


def _decode_pixels(data: bytes, header: ImageHeader) -> NDArray[Any]:
    """Give the stored pixels in OpenCV's order, whatever depth and channels they have."""
    # A BMP's fourth byte is mostly padding; four channels of CMYK are not colour and alpha.
    plain = header.kind == "bmp" or header.cmyk
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION if plain else cv2.IMREAD_UNCHANGED
    pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), flags)
    if pixels is None:
        raise ImageError(f"the {header.kind.upper()} file is damaged or of an unsupported kind")
    return np.asarray(pixels)


Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

# EXIF 2.32, tag 0x0112: how to turn the stored pixels for display.
_TURNS: Final[Mapping[int, Turn]] = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: np.rot90(pixels, 1),
}
