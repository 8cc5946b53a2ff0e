"""The real program: its start, its streams, its way to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]
Start = Callable[..., subprocess.CompletedProcess[str]]

MODULE = [sys.executable, "-m", "platelens"]


@pytest.fixture
def models(detector_folder: Path, reader_folder: Path) -> list[str]:
    return ["--detector", f"path:{detector_folder}", "--reader", f"path:{reader_folder}"]


def start(*arguments: object, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [*MODULE, *map(str, arguments)]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"platelens {version('platelens')}\n"


@pytest.mark.parametrize("command", ["read", "detect", "ocr", "models", "doctor"])
def test_help_names_every_command_and_works_for_each(run: Run, command: str) -> None:
    assert command in run("--help").stdout
    assert run(command, "--help").exit_code == 0


def test_the_program_runs(photos: Path, models: list[str]) -> None:
    done = start("read", *models, photos / "a.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\t")[1] == "A"


def test_a_reader_that_leaves_early_is_no_error(photos: Path, models: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = start("read", "--json", *models, photos, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the full device")
def test_a_full_disk_behind_the_standard_output_is_one_line(
    photos: Path, models: list[str]
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = start("read", "--json", *models, photos, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr == "error: standard output: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the full device")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["read", "--help"]])
def test_a_full_disk_is_one_line_outside_of_the_commands_too(arguments: list[str]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = start(*arguments, stdout=full.fileno())
    assert done.returncode == 2
    assert done.stderr == "error: standard output: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_closed_streams_are_no_error(photos: Path, models: list[str]) -> None:
    command = [*MODULE, "read", *models, str(photos), str(photos / "missing.jpg")]
    shell = ["sh", "-c", '"$@" >&- 2>&-', "sh", *command]
    assert subprocess.run(shell, check=False, timeout=60).returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_terminal_gets_a_table(photos: Path, models: list[str]) -> None:
    import pty

    leader, follower = pty.openpty()
    done = start("read", *models, photos, photos / "missing.jpg", stdout=follower)
    os.close(follower)
    shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert done.returncode == 1
    assert done.stderr == f"error: {photos / 'missing.jpg'}: no such file\n"
    assert "confidence" in shown
    assert "plates: 3, pictures: 3" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_narrow_terminal_shows_the_texts_whole(
    photos: Path, models: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty

    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "dumb")  # no colours
    leader, follower = pty.openpty()
    done = start("read", *models, photos, stdout=follower)
    os.close(follower)
    shown = os.read(leader, 100_000).decode()
    os.close(leader)
    assert done.returncode == 0
    assert "no plate" in shown
    assert all(len(line) <= 40 for line in shown.splitlines() if "no plate" in line)


@pytest.mark.skipif(sys.platform == "win32", reason="file names are bytes")
def test_file_names_need_not_be_unicode(photos: Path, models: list[str], tmp_path: Path) -> None:
    odd = os.path.join(os.fsencode(photos), b"\xff.png")
    os.rename(photos / "a.png", odd)
    command = [*MODULE, "read", *models, "--csv", str(tmp_path / "out.csv")]
    command += ["--annotate", str(tmp_path / "drawn"), os.fsdecode(odd)]
    for extra in ([], ["--json"]):
        done = subprocess.run([*command, *extra], capture_output=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")
    assert b"\xff.png,1,A" in (tmp_path / "out.csv").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_terminated_program_cleans_up(tmp_path: Path, font_folder: Path, workers: int) -> None:
    command = [*MODULE, "data", "synth", str(tmp_path / "new/set"), "--fonts", str(font_folder)]
    command += ["--count", "1000000", "--workers", str(workers)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("new/.set.partial-*/images/*.jpg")):
            assert program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        program.terminate()
        _, errors = program.communicate(timeout=60)
    assert program.returncode == 143
    assert workers > 1 or errors == ""  # a worker that was just starting may complain
    assert list(tmp_path.iterdir()) == []
