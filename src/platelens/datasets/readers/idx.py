"""The idx files of MNIST and EMNIST: an array of bytes behind a short header.

The header is two zero bytes, the kind of the values (8: unsigned bytes), the number of dimensions,
then the length of each dimension as a big-endian 32-bit number.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray

from platelens.errors import AnnotationError

_UNSIGNED_BYTES: Final = 8
_PIECE_BYTES: Final = 1 << 20


def read_idx(path: Path, dimensions: Sequence[str]) -> NDArray[np.uint8]:
    """Read an idx file of unsigned bytes, packed (".gz") or not.

    Args:
        path: the file.
        dimensions: what the dimensions count, for the messages; as many as the file must have.

    Raises:
        AnnotationError: the file cannot be read, or is not what its header says; names the field.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return _read(cast("BinaryIO", file), path, dimensions)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise AnnotationError(f"{path}: the packed file is damaged: {error}") from None
    except OSError as error:
        raise AnnotationError(f"{path}: {error.strerror or error}") from error


def _read(file: BinaryIO, path: Path, dimensions: Sequence[str]) -> NDArray[np.uint8]:
    magic = file.read(4)
    wanted = bytes([0, 0, _UNSIGNED_BYTES, len(dimensions)])
    if magic != wanted:
        raise AnnotationError(f"{path}: magic number: expected {wanted!r}, got {magic!r}")
    shape: list[int] = []
    for name in dimensions:
        field = file.read(4)
        if len(field) < 4:
            raise AnnotationError(f"{path}: {name}: the file ends in its header")
        shape.append(*struct.unpack(">I", field))
    size = math.prod(shape)
    # Piece by piece: only what is there takes memory, whatever the header says.
    data = bytearray()
    while len(data) <= size and (piece := file.read(_PIECE_BYTES)):
        data += piece
    if len(data) != size:
        more = "more" if len(data) > size else f"only {len(data):,}"
        lengths = " x ".join(f"{n:,} {name}" for n, name in zip(shape, dimensions, strict=True))
        raise AnnotationError(f"{path}: {lengths} need {size:,} bytes, but there are {more}")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def write_idx(values: NDArray[np.uint8], path: Path) -> None:
    """Write an idx file, packed; the same values give the same bytes. OSError if it fails."""
    header = bytes([0, 0, _UNSIGNED_BYTES, values.ndim])
    header += struct.pack(f">{values.ndim}I", *values.shape)
    path.write_bytes(gzip.compress(header + values.tobytes(), mtime=0))
