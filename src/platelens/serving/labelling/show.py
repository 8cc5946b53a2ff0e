"""Picture files as browsers can show them, pixel for pixel as the labels count."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platelens import imaging
from platelens.errors import ImageError
from platelens.imaging.header import HeaderError, read_header

_SHOWN: Final = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "bmp": "image/bmp"}
"""Kinds that every browser shows, with their media types."""


def browser_picture(path: Path) -> tuple[bytes, str]:
    """Give a picture's bytes and media type; of kinds that browsers lack, a lossless copy.

    A picture that is stored turned is turned here: browsers do not agree about which kinds of
    files they turn.

    Raises:
        ImageError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        header = read_header(data)
    except OSError as error:
        raise ImageError(f"{path}: {error.strerror}") from error
    except HeaderError as error:
        raise ImageError(f"{path}: {error}") from None
    if header.kind in _SHOWN and header.orientation == 1 and not header.cmyk:
        return data, _SHOWN[header.kind]
    lossy = header.kind == "jpeg"
    suffix, kind = (".jpg", "image/jpeg") if lossy else (".png", "image/png")
    return imaging.encode(imaging.decode(data, name=str(path)), suffix), kind
