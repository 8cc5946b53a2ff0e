"""Whatever comes in: one clear line that names file and cause, and the rest is still read."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


def huge_png(side: int) -> bytes:
    """Give a whole, valid black picture of side x side pixels, one bit each."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = zlib.compress(bytes((side + 7) // 8 + 1) * side, 1)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def one_line(result: Result) -> str:
    """Give the only line on the standard error."""
    (line,) = result.stderr.splitlines()
    return str(line)


def assert_fails_but_goes_on(run: Run, photos: Path, bad: Path, cause: str) -> None:
    result = run("read", "--json", bad, photos / "a.png")
    assert result.exit_code == 1
    line = one_line(result)
    assert line.startswith(f"error: {bad}")
    assert cause in line
    (printed,) = result.stdout.splitlines()
    assert json.loads(printed)["plates"][0]["text"] == "A"


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("missing.jpg", None, "no such file"),
        ("empty.jpg", b"", "empty"),
        ("text.jpg", b"not a picture at all", "not a"),
        ("notes.txt", b"not a picture at all", "not a"),
        ("start.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "truncated"),
        ("bomb.png", huge_png(20_000), "pixels"),
    ],
)
def test_bad_files(
    run: Run, photos: Path, tmp_path: Path, name: str, data: bytes | None, cause: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert_fails_but_goes_on(run, photos, tmp_path / name, cause)


def test_a_truncated_picture(run: Run, photos: Path, tmp_path: Path) -> None:
    bad = tmp_path / "half.png"
    whole = (photos / "a.png").read_bytes()
    bad.write_bytes(whole[: len(whole) // 2])
    assert_fails_but_goes_on(run, photos, bad, "truncated")


def test_a_picture_of_one_pixel_has_no_plate(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "pixel.png"
    path.write_bytes(huge_png(1))
    result = run("read", "--json", path)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["plates"] == []


def test_a_folder_without_images(run: Run, photos: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes.txt").write_text("notes", encoding="utf-8")
    assert_fails_but_goes_on(run, photos, folder, "no image")


def test_a_folder_with_non_images_is_read_and_they_are_named(run: Run, photos: Path) -> None:
    (photos / "notes.txt").write_text("notes", encoding="utf-8")
    result = run("read", photos)
    assert result.exit_code == 0
    assert one_line(result) == f"note: skipped, not an image: {photos / 'notes.txt'}"


def test_a_glob_that_matches_nothing(run: Run, photos: Path) -> None:
    assert_fails_but_goes_on(run, photos, photos / "*.tiff", "matches no image")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(run: Run, photos: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    shutil.copytree(photos, folder)
    (folder / "a.png").chmod(0)
    assert_fails_but_goes_on(run, photos, folder / "a.png", "ermission denied")
    folder.chmod(0)
    try:
        assert_fails_but_goes_on(run, photos, folder, "ermission denied")
        assert_fails_but_goes_on(run, photos, folder / "b.png", "ermission denied")
    finally:
        folder.chmod(0o700)


def test_a_folder_that_may_not_be_listed(
    run: Run, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert_fails_but_goes_on(run, photos, folder, "Permission denied")


def test_a_corrupt_model(run: Run, photos: Path, weights: Path) -> None:
    path = weights / "reader_small" / "model.onnx"
    path.write_bytes(path.read_bytes()[:-10])
    result = run("read", photos)
    assert result.exit_code == 2
    assert result.stdout == ""
    line = one_line(result)
    assert line.startswith(f"error: {path}")
    assert "sha256" in line


def test_an_unknown_model(run: Run, photos: Path) -> None:
    result = run("read", "--detector", "detector_huge", photos)
    assert result.exit_code == 2
    assert one_line(result) == (
        "error: unknown model 'detector_huge'; "
        "known: classical, detector_small, reader_small, state_small, whole, words_small"
    )


def test_a_model_for_another_task(run: Run, photos: Path) -> None:
    result = run("read", "--detector", "reader_small", photos)
    assert result.exit_code == 2
    assert "made for recognition" in one_line(result)


def test_a_device_that_is_not_there(run: Run, photos: Path) -> None:
    result = run("read", "--device", "abacus", photos)
    assert result.exit_code == 2
    assert one_line(result) == "error: unknown device 'abacus'; known: cpu, cuda"


@pytest.mark.parametrize("threads", [0, 1025, 99_999_999_999])
def test_a_number_of_threads_that_no_machine_has(run: Run, photos: Path, threads: int) -> None:
    result = run("read", "--threads", threads, photos)
    assert result.exit_code == 2
    assert "--threads" in result.stderr


@pytest.mark.parametrize("option", ["--csv", "--annotate", "--crops"])
def test_an_output_that_cannot_be_made(run: Run, photos: Path, tmp_path: Path, option: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    place = tmp_path / "file" / "below"
    result = run("read", option, place, photos)
    assert result.exit_code == 2
    assert one_line(result).startswith(f"error: {place}: ")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the full device")
def test_a_full_disk_is_reported(run: Run, photos: Path) -> None:
    result = run("read", "--json", "--csv", "/dev/full", photos)
    assert result.exit_code == 2
    assert one_line(result) == "error: /dev/full: No space left on device"


def test_file_names_cannot_break_the_line(run: Run, tmp_path: Path) -> None:
    result = run("read", tmp_path / "two\nlines\x1b[31m.jpg")
    assert result.exit_code == 1
    assert "\x1b" not in one_line(result)


def test_no_path_is_a_usage_error(run: Run) -> None:
    result = run("read")
    assert result.exit_code == 2
    assert "PATH" in result.stderr
