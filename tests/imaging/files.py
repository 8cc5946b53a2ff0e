"""Image files for tests, made in memory."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

KINDS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
SIZE_HW = (48, 80)


def corners() -> NDArray[np.uint8]:
    """A picture whose four quarters are red, green, blue and white, clockwise from top-left."""
    pixels = np.zeros((*SIZE_HW, 3), dtype=np.uint8)
    pixels[:24, :40] = (255, 0, 0)
    pixels[:24, 40:] = (0, 255, 0)
    pixels[24:, 40:] = (0, 0, 255)
    pixels[24:, :40] = (255, 255, 255)
    return pixels


def noise() -> NDArray[np.uint8]:
    """A picture that does not compress, so that cutting a file cuts pixels."""
    return np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)


def file_bytes(pixels: NDArray[Any] | Image.Image, kind: str, **settings: Any) -> bytes:
    """Encode with Pillow; `settings` are those of its `save`."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **settings)
    return buffer.getvalue()


def png_of_size(height: int, width: int) -> bytes:
    """A small but whole PNG file that claims to be of any size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def bmp_of_size(height: int, width: int) -> bytes:
    """Only the header of a BMP file."""
    info = struct.pack("<IiiHHIIIIII", 40, width, height, 1, 8, 1, *[0] * 5)  # run-length
    return b"BM" + struct.pack("<III", 54, 0, 54) + info


def jpeg_of_size(height: int, width: int) -> bytes:
    """A real JPEG file with another size written into its frame header."""
    data = bytearray(file_bytes(corners(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, height, width)
    return bytes(data)


def tiff_of_size(height: int, width: int) -> bytes:
    """A TIFF directory with a size and nothing else."""
    entries = [(256, width), (257, height)]
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + struct.pack("<I", 0)


def webp_of_size(height: int, width: int) -> bytes:
    """The extended header of a WebP file."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", len(body)) + body
