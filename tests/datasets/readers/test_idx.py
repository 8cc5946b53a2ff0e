from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from platelens.datasets.readers.idx import read_idx, write_idx
from platelens.errors import AnnotationError

NAMES = ("pictures", "rows")
VALUES = np.arange(6, dtype=np.uint8).reshape(2, 3)
GOOD = b"\0\0\x08\x02" + struct.pack(">2I", 2, 3) + VALUES.tobytes()


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_packed_or_not(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(GOOD) if name.endswith(".gz") else GOOD)
    values = read_idx(path, NAMES)
    assert values.dtype == np.uint8
    assert (values == VALUES).all()


def test_written_and_read_back(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_idx(VALUES, tmp_path / name)
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == GOOD
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "magic number"),
        (b"\0\0\x08\x01" + GOOD[4:], "magic number"),
        (b"\0\0\x0d\x02" + GOOD[4:], "magic number"),
        (GOOD[:6], "pictures"),
        (GOOD[:10], "rows"),
        (GOOD[:-1], "2 pictures x 3 rows need 6 bytes, but there are only 5"),
        (GOOD + b"\0", "but there are more"),
        (GOOD[:4] + b"\xff" * 8 + GOOD[12:], "only 6"),
    ],
    ids=["empty", "dimensions", "floats", "count", "rows", "truncated", "longer", "huge"],
)
def test_damaged_files_name_the_field(tmp_path: Path, data: bytes, field: str) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    (tmp_path / "b").write_bytes(data)
    for name in ("a.gz", "b"):
        with pytest.raises(AnnotationError, match=field) as caught:
            read_idx(tmp_path / name, NAMES)
        assert name in str(caught.value)


def test_damaged_packing(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    packed = gzip.compress(GOOD)
    for data in (GOOD, packed[:-9], packed[:-8] + bytes(8)):
        path.write_bytes(data)
        with pytest.raises(AnnotationError, match=r"a\.gz: the packed file is damaged"):
            read_idx(path, NAMES)
    with pytest.raises(AnnotationError, match="No such file"):
        read_idx(tmp_path / "b", NAMES)
