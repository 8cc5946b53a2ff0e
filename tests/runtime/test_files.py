from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from platelens.runtime import write_whole


@pytest.mark.parametrize("content", [b"a\xc3\xa4\n", ["a", "ä\n"]], ids=["bytes", "text"])
def test_a_file_and_its_folders(tmp_path: Path, content: bytes | list[str]) -> None:
    path = tmp_path / "new" / "folder" / "file.txt"
    write_whole(path, content)
    assert path.read_bytes() == b"a\xc3\xa4\n"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_an_old_file_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_whole(path, pieces())
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_a_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file") as caught:
        write_whole(tmp_path / "file" / "below.txt", b"")
    assert "below.txt" in str(caught.value.filename)
