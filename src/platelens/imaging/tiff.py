"""The tags of a TIFF file's first directory; EXIF blocks have the same form."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

WIDTH: Final = 256
HEIGHT: Final = 257
PHOTOMETRIC: Final = 262
ORIENTATION: Final = 274
DATA_BLOCKS: Final = ((273, 279), (324, 325))
"""Tags of (offsets, byte counts) of the strips and of the tiles."""

PHOTOMETRIC_CMYK: Final = 5

_INTEGER_CODES: Final[Mapping[int, str]] = {1: "B", 3: "H", 4: "I", 16: "Q"}
"""TIFF field type -> struct code, integers only."""


class TiffError(ValueError):
    """The bytes are not a TIFF directory."""


def read_tags(data: bytes) -> dict[int, tuple[int, ...]]:
    """Read the integer tags of the first directory of a classic or a big TIFF.

    Raises:
        TiffError: not a TIFF header.
        struct.error: the data ends too early.
        OverflowError: it does so by far, at an offset that no address reaches.
    """
    endian = {b"II": "<", b"MM": ">"}.get(data[:2])
    if endian is None:
        raise TiffError("not a TIFF header")
    (version,) = struct.unpack_from(endian + "H", data, 2)
    if version not in (42, 43):
        raise TiffError(f"unknown TIFF version {version}")
    big = version == 43
    word, count_code, entry = ("Q", "Q", "HHQ") if big else ("I", "H", "HHI")
    (directory,) = struct.unpack_from(endian + word, data, 8 if big else 4)
    (entries,) = struct.unpack_from(endian + count_code, data, directory)
    position = directory + struct.calcsize(endian + count_code)
    tags: dict[int, tuple[int, ...]] = {}
    for _ in range(entries):
        tag, field_type, count = struct.unpack_from(endian + entry, data, position)
        value_at = position + struct.calcsize(endian + entry)
        position = value_at + struct.calcsize(endian + word)
        code = _INTEGER_CODES.get(field_type)
        if code is None:
            continue
        size = struct.calcsize(endian + code) * count
        if size > len(data):
            raise TiffError(f"tag {tag} is longer than the file")
        if size > struct.calcsize(endian + word):
            (value_at,) = struct.unpack_from(endian + word, data, value_at)
        tags[tag] = struct.unpack_from(f"{endian}{count}{code}", data, value_at)
    return {tag: values for tag, values in tags.items() if values}
