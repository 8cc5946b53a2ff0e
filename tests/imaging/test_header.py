import struct

import pytest

from platelens.imaging.header import HeaderError, read_header, sniff
from tests.imaging import files
from tests.imaging.files import KINDS, SIZE_HW, corners, file_bytes


@pytest.mark.parametrize("kind", KINDS)
def test_kind_and_size_of_real_files(kind: str) -> None:
    header = read_header(file_bytes(corners(), kind))
    assert (header.kind, header.size_hw) == (kind.lower(), SIZE_HW)


@pytest.mark.parametrize(
    "settings", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0"}]
)
def test_every_webp_layout(settings: dict[str, object]) -> None:
    assert read_header(file_bytes(corners(), "WEBP", **settings)).size_hw == SIZE_HW


def test_bmp_with_the_top_row_first() -> None:
    data = bytearray(file_bytes(corners(), "BMP"))
    struct.pack_into("<i", data, 22, -SIZE_HW[0])
    assert read_header(bytes(data)).size_hw == SIZE_HW


def test_bmp_of_os2() -> None:
    data = b"BM" + struct.pack("<IIIIHHHH", 0, 0, 26, 12, 4, 2, 1, 24) + bytes(24)
    assert read_header(data).size_hw == (2, 4)


@pytest.mark.parametrize("endian", ["<", ">"])
def test_big_tiff(endian: str) -> None:
    mark = b"II" if endian == "<" else b"MM"
    entries = [(256, 7000), (257, 5000)]
    body = b"".join(
        struct.pack(endian + "HHQ", tag, 4, 1) + struct.pack(endian + "II", value, 0)
        for tag, value in entries
    )
    start = mark + struct.pack(endian + "HHHQQ", 43, 8, 0, 16, len(entries))
    assert read_header(start + body).size_hw == (5000, 7000)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (files.png_of_size(0, 5), "no pixels"),
        (files.bmp_of_size(10, -5), "no pixels"),
        (b"II*\0" + struct.pack("<IHI", 8, 0, 0), "no size in the TIFF directory"),
        (b"II*\0" + struct.pack("<I", 10**9), "truncated"),
        (b"II+\0" + struct.pack("<HHQ", 8, 0, 2**64 - 1), "truncated"),
        (b"II*\0" + struct.pack("<IHHHII", 8, 1, 256, 4, 2**31, 8), "longer than the file"),
        (b"\xff\xd8\xff\xda\0\2\xff\xd9", "no JPEG frame"),
        (b"\xff\xd8\xff\xe0\0\2hello", "marker is missing"),
        (b"RIFF\x08\0\0\0WEBPJUNK", "unknown WebP chunk"),
    ],
    ids=[
        "png without height",
        "bmp with negative width",
        "tiff without size",
        "tiff cut short",
        "big tiff cut short",
        "tiff tag bomb",
        "jpeg without frame",
        "jpeg without marker",
        "webp without picture",
    ],
)
def test_nonsense_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(HeaderError, match=message):
        read_header(data)


def test_sniff_needs_few_bytes_and_knows_nothing_else() -> None:
    assert sniff(b"\xff\xd8\xff") == "jpeg"
    assert sniff(b"RIFF\0\0\0\0WEBP") == "webp"
    assert sniff(b"RIFF\0\0\0\0WAVE") is None
    assert sniff(b"") is None
