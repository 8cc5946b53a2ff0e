"""`platelens watch` on drawn pictures, in files and from a camera that can be interrupted."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from platelens import imaging
from platelens.cli import extras
from platelens.types import Frame, RgbImage
from tests.imaging.video.servers import camera, motion_jpeg

FPS = 5
SHOWN = ("A",) * 5 + ("",) * 10 + ("B",) * 5
"""What is seen in each picture: A for a second, nothing for two, B to the end."""

Run = Callable[..., Result]
Street = Callable[..., RgbImage]
Moment = Callable[[int], RgbImage]


@pytest.fixture
def moment(street: Street) -> Moment:
    """Give a function that draws a picture by its number; plates move to the right."""

    def draw(number: int) -> RgbImage:
        shift = 8 * (number % 5 - 2)
        return imaging.from_array(np.roll(street(*SHOWN[number]), shift, axis=1), order="rgb")

    return draw


@pytest.fixture
def pictures(tmp_path: Path, moment: Moment) -> Path:
    """A folder of picture files."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(len(SHOWN)):
        imaging.save(moment(number), folder / f"{number}.png")
    return folder


@pytest.fixture
def clip(tmp_path: Path, moment: Moment) -> Path:
    """The same pictures as a video file."""
    from platelens.imaging.video import write_video

    path = tmp_path / "clip.mp4"
    with write_video(path, FPS, (128, 128)) as video:
        for number in range(len(SHOWN)):
            video.write(Frame(moment(number), number / FPS, number))
    return path


def records(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("source", ["pictures", "clip"])
def test_each_vehicle_is_a_json_object(
    run: Run, source: str, request: pytest.FixtureRequest
) -> None:
    path = request.getfixturevalue(source)
    options = ["--fps", FPS] if source == "pictures" else []
    result = run("watch", path, "--json", "--region", "us", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    a, b = records(result.stdout)
    assert [found["text"] for found in (a, b)] == ["A", "B"]
    assert (a["event"], a["source"], a["sightings"], a["parked"]) == ("pass", str(path), 5, False)
    assert (a["first_s"], a["last_s"], b["last_s"]) == (0.0, 0.8, 3.8)
    assert a["box"][1::2] == pytest.approx([12, 44], abs=1)
    assert a["box"][2] - a["box"][0] == pytest.approx(64, abs=1)
    assert [found["region"]["code"] for found in (a, b)] == ["us-ca", "us-ny"]
    assert a["direction"] is None


def test_without_a_terminal_a_pass_is_a_line(run: Run, clip: Path) -> None:
    result = run("watch", clip)
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[:2] for row in rows] == [
        ["0:00:00.0 - 0:00:00.8", "A"],
        ["0:00:03.0 - 0:00:03.8", "B"],
    ]


def test_all_outputs_at_once(run: Run, clip: Path, tmp_path: Path, moment: Moment) -> None:
    from platelens.imaging.video import open_video

    table, drawn, shots = tmp_path / "out.csv", tmp_path / "drawn.mp4", tmp_path / "shots"
    outputs = ("--csv", table, "--annotate", drawn, "--snapshots", shots)
    result = run("watch", clip, "--json", *outputs)
    assert result.exit_code == 0
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["text"], row["event"], row["first_s"]) for row in rows] == [
        ("A", "pass", "0.0"),
        ("B", "pass", "3.0"),
    ]
    names = ["00001_A.jpg", "00001_A_plate.png", "00002_B.jpg", "00002_B_plate.png"]
    assert sorted(path.name for path in shots.iterdir()) == names
    plate = imaging.load(shots / names[1])
    assert plate[4:-4, :8, 0].mean() > plate[4:-4, :8, 1:].mean() + 60  # A is red
    with open_video(str(drawn)) as frames:
        written = list(frames)
    assert len(written) == len(SHOWN)
    changed = [abs(f.image.astype(int) - moment(f.number)).max() for f in written]
    assert min(changed[:5]) > 150 > max(changed[5:15])  # an outline where there is a plate


def test_a_preview_comes_before_its_pass(run: Run, clip: Path) -> None:
    early, final = records(run("watch", clip, "--json", "--preview", "--end", 2).stdout)
    assert (early["event"], final["event"]) == ("preview", "pass")
    assert early["id"] == final["id"]
    assert early["sightings"] < final["sightings"]


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        (["--end", "2"], ["A"]),
        (["--start", "2"], ["B"]),
        (["--roi", "0,0 1,0 1,0.1 0,0.1"], []),
        (["--roi", "0,0 1,0 1,1 0,1"], ["A", "B"]),
    ],
    ids=["end", "start", "elsewhere", "everywhere"],
)
def test_options_choose_what_is_told(
    run: Run, clip: Path, options: Sequence[str], texts: list[str]
) -> None:
    result = run("watch", clip, "--json", *options)
    assert result.exit_code == 0
    assert [found["text"] for found in records(result.stdout)] == texts


def test_a_damaged_file_gives_what_is_in_it(run: Run, clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    data = clip.read_bytes()
    cut.write_bytes(data[: len(data) * 2 // 3])
    result = run("watch", cut, "--json")
    assert result.exit_code in (0, 2)
    if result.exit_code == 0:
        assert records(result.stdout)[0]["text"] == "A"
    else:
        assert result.stderr.startswith(f"error: {cut}")


@pytest.mark.parametrize(
    ("content", "cause"),
    [(None, "no such file"), (b"", "empty"), (b"no video " * 99, "not a video")],
    ids=["missing", "empty", "text"],
)
def test_bad_files(run: Run, tmp_path: Path, content: bytes | None, cause: str) -> None:
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    result = run("watch", path, "--json", "--csv", tmp_path / "out.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {path}: ")
    assert cause in line


@pytest.mark.parametrize(
    ("source", "options", "cause"),
    [
        ("tcp://127.0.0.1:1", ["--retries", "0"], "connection refused"),
        ("gopher://there", [], "rtsp://"),
        ("clip.mp4", ["--roi", "0,0 1,1"], "three points"),
        ("clip.mp4", ["--roi", "0,0 1,0 1,2"], "from 0 to 1"),
        ("clip.mp4", ["--roi", "left"], "expected points"),
        ("clip.mp4", ["--start", "3", "--end", "2"], "after the start"),
        ("clip.mp4", ["--start", "99"], "99"),
        ("clip.mp4", ["--csv", "none/out.csv"], "none/out.csv"),
        ("clip.mp4", ["--annotate", "none/out.mp4"], "none/out.mp4"),
    ],
)
def test_bad_options(
    run: Run,
    clip: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    options: Sequence[str],
    cause: str,
) -> None:
    monkeypatch.chdir(clip.parent)
    result = run("watch", source, *options)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert cause in result.stderr
    assert "Traceback" not in result.stderr


def test_without_the_extra_it_says_what_to_install(
    run: Run, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "av" else object())
    result = run("watch", clip)
    assert result.exit_code == 2
    assert result.stderr == "error: this command needs av: pip install 'platelens[video]'\n"


@pytest.fixture
def models(detector_folder: Path, reader_folder: Path, look_folder: Path) -> list[str]:
    """Options for a program of its own, which knows nothing of the fixture `weights`."""
    folders = {"detector": detector_folder, "reader": reader_folder, "matcher": look_folder}
    return [part for stage, path in folders.items() for part in (f"--{stage}", f"path:{path}")]


@pytest.fixture
def address(street: Street) -> Iterator[str]:
    """A camera that shows A, then nothing for 2.5 s, then C for ever."""

    def draw(number: int) -> RgbImage:
        return street("A") if number < 20 else street() if number < 70 else street("C")

    with camera(motion_jpeg(None, fps=20, draw=draw)) as one:
        yield f"http://127.0.0.1:{one.port}/"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("number", "status", "texts"),
    [
        (signal.SIGINT, 130, ["A", "C"]),
        (signal.SIGTERM, 143, ["A", "C"]),
        (signal.SIGKILL, -signal.SIGKILL, ["A"]),
    ],
    ids=["ctrl-c", "terminated", "killed"],
)
def test_a_program_that_is_stopped_has_told_all(
    models: list[str], address: str, tmp_path: Path, number: int, status: int, texts: list[str]
) -> None:
    table = tmp_path / "out.csv"
    command = [sys.executable, "-m", "platelens", "watch", address, "--json", "--csv", str(table)]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, "--preview", *models], stdout=pipe, stderr=pipe) as program:
        assert program.stdout is not None
        early: list[str] = []
        while not early or json.loads(early[-1])["text"] != "C":
            early.append(program.stdout.readline().decode())
            assert early[-1], program.stderr
        program.send_signal(number)
        rest, errors = program.communicate(timeout=30)
    assert (program.returncode, errors) == (status, b"")
    told = [r["text"] for r in records("".join(early) + rest.decode()) if r["event"] == "pass"]
    assert told == texts
    with table.open(newline="", encoding="utf-8") as file:
        rows = [row["text"] for row in csv.DictReader(file) if row["event"] == "pass"]
    assert rows == texts
