from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from platelens.batch.archives import ArchiveError, read_archive

NAMES = ("1.jpg", "1.json", "sub/2.png", "3.jpg")


def pack(path: Path, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # a mode is a text
        for number, name in enumerate(NAMES):
            member = tarfile.TarInfo(name)
            data = bytes([number + 1]) * 700
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")]
)
def test_the_pictures_come_in_order(tmp_path: Path, name: str, mode: str) -> None:
    path = pack(tmp_path / name, mode)
    members = list(read_archive(str(path)))
    assert [m.address for m in members] == [
        f"tar://{name}::{path}" for name in ("1.jpg", "sub/2.png", "3.jpg")
    ]
    assert [m.data[0] for m in members] == [1, 3, 4]
    assert {len(m.data) for m in members} == {700}


def read_until_damage(path: Path) -> tuple[int, str]:
    count = 0
    with pytest.raises(ArchiveError) as raised:  # noqa: PT012  # what came before counts
        for _ in read_archive(str(path)):
            count += 1
    return count, str(raised.value)


# A member is a header of 512 bytes and 1,024 of data; the last one begins at 4,608.
@pytest.mark.parametrize(
    ("length", "whole"), [(100, 0), (700, 0), (3600, 1), (4608, 2), (4800, 2), (5300, 2)]
)
def test_one_that_is_cut_off_gives_what_is_before(tmp_path: Path, length: int, whole: int) -> None:
    path = pack(tmp_path / "a.tar")
    path.write_bytes(path.read_bytes()[:length])
    count, message = read_until_damage(path)
    assert count == whole
    assert "archive" in message


def test_damage_in_the_middle_is_no_end(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar")
    data = bytearray(path.read_bytes())
    data[3072 : 3072 + 100] = b"\xaa" * 100
    path.write_bytes(data)
    assert read_until_damage(path) == (1, "the archive is damaged or cut off after 1.jpg")


def test_names_that_are_not_utf8_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("caf\udce9.jpg"))
    (member,) = read_archive(str(path))
    assert member.address == f"tar://caf\\udce9.jpg::{path}"


def test_a_damaged_compressed_one_is_named(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar.gz", "w:gz")
    path.write_bytes(path.read_bytes()[:-40])
    assert "damaged" in read_until_damage(path)[1]


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(b"no archive at all" * 100)
    count, message = read_until_damage(path)
    assert (count, message.startswith("the archive is damaged after its beginning")) == (0, True)
