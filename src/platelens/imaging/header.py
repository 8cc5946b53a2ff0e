"""What an image file says about itself, read without decoding a pixel.

Decoders allocate memory first and complain later, and some of them fill a truncated picture with
grey in silence; so size, orientation and completeness are read here, before they see the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from platelens.imaging import tiff

MAGIC_BYTES: Final = 16
"""As many bytes from the start of a file as `sniff` needs."""


class HeaderError(ValueError):
    """The file is not what its first bytes promise; the message gives the cause."""


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Facts of an image file."""

    kind: str  # a key of PARSERS
    size_hw: tuple[int, int]  # as stored, before the orientation is applied
    orientation: int = 1  # EXIF, 1..8
    cmyk: bool = False


def sniff(start: bytes) -> str | None:
    """Name the kind of a file by its first `MAGIC_BYTES`, None when it is no known image."""
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), None)


def read_header(data: bytes) -> ImageHeader:
    """Read the header of a whole file.

    Raises:
        HeaderError: not an image of a known kind, or truncated, or damaged.
    """
    kind = sniff(data[:MAGIC_BYTES])
    if kind is None:
        raise HeaderError("not a JPEG, PNG, WebP, BMP or TIFF image")
    try:
        header = PARSERS[kind](data)
    except (struct.error, IndexError, OverflowError):  # OverflowError: an offset of 64 bits
        raise HeaderError("the file is truncated") from None
    if min(header.size_hw) < 1:
        raise HeaderError("the image has no pixels")
    return header


def _orientation(exif: bytes) -> int:
    """Give the orientation that an EXIF block asks for; a broken block asks for none."""
    try:
        value = tiff.read_tags(exif).get(tiff.ORIENTATION, (1,))[0]
    except (struct.error, IndexError, OverflowError, tiff.TiffError):
        return 1
    return value if 1 <= value <= 8 else 1


def _jpeg(data: bytes) -> ImageHeader:
    """Walk the segments up to the first scan, then look for the end of the picture."""
    position, orientation = 2, 1
    size_hw: tuple[int, int] | None = None
    while True:
        if data[position] != 0xFF:
            raise HeaderError("the file is damaged: a JPEG marker is missing")
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        body = position + 4
        if marker == 0xDA:
            break
        if marker in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, body + 1)
            size_hw = (height, width)
        elif marker == 0xE1 and data[body : body + 6] == b"Exif\0\0":
            orientation = _orientation(data[body + 6 : position + 2 + length])
        position += 2 + length
    if size_hw is None:
        raise HeaderError("the file is damaged: no JPEG frame before the first scan")
    # A 0xFF of the scan is followed by 0, so this pair can only be the marker; bytes may follow.
    if data.find(b"\xff\xd9", position) < 0:
        raise HeaderError("the file is truncated: it ends before the JPEG end-of-image marker")
    return ImageHeader("jpeg", size_hw, orientation)


def _png(data: bytes) -> ImageHeader:
    """Walk all chunks; those that hold the picture must be whole."""
    width, height = struct.unpack_from(">II", data, 16)
    position, orientation, name = 8, 1, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        if name[:1].isupper() and zlib.crc32(body, zlib.crc32(name)) != checksum:
            raise HeaderError(f"the file is damaged: wrong checksum in PNG chunk {name!r}")
        if name == b"eXIf":
            orientation = _orientation(body)
        position += 12 + length
    return ImageHeader("png", (height, width), orientation)


def _webp(data: bytes) -> ImageHeader:
    """Read the canvas or the first frame, and the EXIF chunk of an extended file."""
    (riff_size,) = struct.unpack_from("<I", data, 4)
    if len(data) < 8 + riff_size:
        raise HeaderError("the file is truncated")
    first = data[12:16]
    if first == b"VP8 ":
        width, height = (v & 0x3FFF for v in struct.unpack_from("<HH", data, 26))
        return ImageHeader("webp", (height, width))
    if first == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return ImageHeader("webp", ((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1))
    if first != b"VP8X":
        raise HeaderError(f"the file is damaged: unknown WebP chunk {first!r}")
    width = int.from_bytes(data[24:27], "little") + 1
    height = int.from_bytes(data[27:30], "little") + 1
    position, orientation = 12, 1
    while position + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        if name == b"EXIF":
            body = data[position + 8 : position + 8 + length]
            orientation = _orientation(body.removeprefix(b"Exif\0\0"))
        position += 8 + length + length % 2
    return ImageHeader("webp", (height, width), orientation)


def _bmp(data: bytes) -> ImageHeader:
    """Read the size and, for plain pixels, how many bytes they take."""
    pixels_at, info_size = struct.unpack_from("<II", data, 10)
    if info_size == 12:  # OS/2
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    height = abs(height)  # negative: the top row is stored first
    row_bytes = (width * depth + 31) // 32 * 4
    if compression in {0, 3} and len(data) < pixels_at + row_bytes * height:
        raise HeaderError("the file is truncated")
    return ImageHeader("bmp", (height, width))


def _tiff(data: bytes) -> ImageHeader:
    """Read the first page."""
    try:
        tags = tiff.read_tags(data)
        width, height = tags[tiff.WIDTH][0], tags[tiff.HEIGHT][0]
    except tiff.TiffError as error:
        raise HeaderError(f"the file is damaged: {error}") from None
    except KeyError:
        raise HeaderError("the file is damaged: no size in the TIFF directory") from None
    for offsets, lengths in tiff.DATA_BLOCKS:
        pairs = zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False)
        if any(offset + length > len(data) for offset, length in pairs):
            raise HeaderError("the file is truncated")
    cmyk = tags.get(tiff.PHOTOMETRIC, (2,))[0] == tiff.PHOTOMETRIC_CMYK
    orientation = tags.get(tiff.ORIENTATION, (1,))[0]
    return ImageHeader("tiff", (height, width), orientation if 1 <= orientation <= 8 else 1, cmyk)


_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MAGIC: Final[Mapping[bytes, str]] = {
    b"\xff\xd8\xff": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
}
PARSERS: Final[Mapping[str, Callable[[bytes], ImageHeader]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "bmp": _bmp,
    "tiff": _tiff,
}
