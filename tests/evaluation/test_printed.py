from __future__ import annotations

import hashlib
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platelens import imaging
from platelens.errors import EngineError, ImageError
from platelens.evaluation import printed
from platelens.evaluation.engines import EngineOptions, open_engine
from platelens.evaluation.outcome import Finding
from platelens.evaluation.printed import CommandEngine, ResultsEngine, parse_results
from platelens.types import Box, Candidate, Quad

PLATE = {
    "text": "AB12CDE",
    "confidence": 0.75,
    "box": [10.0, 20, 110.5, 45],
    "corners": [[10, 20], [110.5, 21], [110.5, 45], [10, 44]],
    "detection_confidence": 0.9,
    "characters": [{"char": "A", "confidence": 0.9}],
    "candidates": [{"text": "AB12CDE", "confidence": 0.75}, {"text": "A812CDE", "confidence": 0.1}],
    "rows": 1,
    "region": "gb",
}
FINDING = Finding(
    box=Box(10, 20, 110.5, 45),
    confidence=0.9,
    text="AB12CDE",
    text_confidence=0.75,
    candidates=(Candidate("AB12CDE", 0.75), Candidate("A812CDE", 0.1)),
    quad=Quad((10, 20), (110.5, 21), (110.5, 45), (10, 44)),
    region="gb",
)


def line(name: str = "car.png", *plates: dict[str, Any]) -> str:
    return json.dumps({"image": f"somewhere/{name}", "width": 200, "height": 60, "plates": plates})


def script(folder: Path, text: str) -> str:
    """Write a Python program; gives the command that runs it."""
    path = folder / "my reader.py"
    path.write_text(f"import json, sys\npicture = sys.argv[-1]\n{text}\n")
    return shlex.join([sys.executable, str(path)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "car.png"
    imaging.save(imaging.from_array(np.full((60, 200), 90, np.uint8), order="rgb"), path)
    return path


def test_lines_become_findings() -> None:
    text = f"{line('car.png', PLATE)}\n\n{line('empty.png')}\n"
    assert parse_results(text, "x") == {"car.png": (FINDING,), "empty.png": ()}


def test_only_place_and_text_must_be_there() -> None:
    plate = {k: PLATE[k] for k in ("box", "detection_confidence", "confidence")}
    (finding,) = parse_results(line("a.png", {**plate, "text": "ab 12-cde"}), "x")["a.png"]
    assert finding == Finding(FINDING.box, 0.9, "AB12CDE", 0.75)


def test_an_unread_plate_stays_one() -> None:
    plate = {**PLATE, "text": "", "confidence": 0.0, "candidates": [], "region": None}
    (finding,) = parse_results(line("a.png", plate), "x")["a.png"]
    assert (finding.text, finding.candidates, finding.region) == ("", (), None)


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[]",
        "7",
        '{"image": "a.png"}',
        '{"image": 7, "plates": []}',
        '{"image": "a.png", "plates": [7]}',
        line("a.png", {**PLATE, "box": [1, 2, 3]}),
        line("a.png", {**PLATE, "box": [9, 2, 3, 4]}),
        line("a.png", {**PLATE, "box": [1, 2, float("inf"), 4]}),
        line("a.png", {**PLATE, "text": None}),
        line("a.png", {**PLATE, "confidence": 75}),
        line("a.png", {**PLATE, "detection_confidence": float("nan")}),
        line("a.png", {**PLATE, "corners": [[1, 2], [3, 4]]}),
        line("car.png"),
    ],
)
def test_a_malformed_line_is_named(bad: str) -> None:
    with pytest.raises(EngineError, match=r"res\.jsonl, line 3: "):
        parse_results(f"{line('car.png')}\n\n{bad}\n", "res.jsonl")


def test_results_of_a_file(tmp_path: Path, picture: Path) -> None:
    path = tmp_path / "res.jsonl"
    path.write_text(line("car.png", PLATE) + "\n")
    engine = open_engine(f"results:{path}", EngineOptions())
    assert engine.read(picture) == (FINDING,)
    assert engine.scan(picture) is None
    assert engine.name == f"results:{path}"
    assert engine.version == f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_a_picture_without_a_line(tmp_path: Path, picture: Path) -> None:
    path = tmp_path / "res.jsonl"
    path.write_text(line("other.png"))
    engine = ResultsEngine("results", path)
    with pytest.raises(EngineError, match=r"res\.jsonl: has no line for car\.png"):
        engine.read(picture)
    picture.write_bytes(b"broken")  # then it is not the results that are to blame
    with pytest.raises(ImageError):
        engine.read(picture)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"{"], ids=["missing", "binary", "cut"])
def test_a_file_that_holds_no_results(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "res.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r"res\.jsonl"):
        ResultsEngine("results", path)


def test_a_command_reads(tmp_path: Path, picture: Path) -> None:
    command = script(
        tmp_path,
        f"plate = json.loads({json.dumps(PLATE)!r})\n"
        "assert sys.argv[1:-1] == ['--json', 'two words; $HOME']\n"
        "print(json.dumps({'image': picture, 'plates': [plate]}))",
    )
    spec = f"command:{command} --json 'two words; $HOME'"
    engine = open_engine(spec, EngineOptions())
    assert engine.read(picture) == (FINDING,)
    assert engine.scan(picture) is None
    assert (engine.name, f"command:{engine.version}") == (spec, spec)


def test_a_command_may_fail_on_one_picture(tmp_path: Path, picture: Path) -> None:
    engine = CommandEngine("c", script(tmp_path, "sys.exit('error: not a picture')"))
    with pytest.raises(EngineError, match=r"no line for car\.png"):
        engine.read(picture)
    picture.write_bytes(b"broken")
    with pytest.raises(ImageError):
        engine.read(picture)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("print('first', file=sys.stderr)\nprint('last', file=sys.stderr)\nsys.exit(2)", "last$"),
        ("sys.exit(3)", "status 3 on .*car.png: it said nothing"),
        ("print('reading...')", "line 1: JSONDecodeError"),
        ("print(json.dumps({'image': 'b.png', 'plates': []}))", r"no line for car\.png"),
    ],
    ids=["fails", "fails silently", "prints other things", "speaks of another picture"],
)
def test_a_command_that_does_not_do_it(
    tmp_path: Path, picture: Path, program: str, message: str
) -> None:
    with pytest.raises(EngineError, match=message):
        CommandEngine("c", script(tmp_path, program)).read(picture)


def test_a_command_that_takes_too_long(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "TIMEOUT_S", 0.2)
    with pytest.raises(EngineError, match=r"no end after 0\.2 s"):
        CommandEngine("c", script(tmp_path, "import time; time.sleep(60)")).read(picture)


@pytest.mark.parametrize("command", ["", "  ", "read 'open"])
def test_no_command(command: str) -> None:
    with pytest.raises(EngineError, match="command:"):
        open_engine(f"command:{command}", EngineOptions())


def test_a_command_that_is_not_there(picture: Path) -> None:
    with pytest.raises(EngineError, match="no-such-program: cannot be run"):
        CommandEngine("c", "no-such-program").read(picture)


def test_a_name_that_looks_like_an_option_is_none(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture.rename(tmp_path / "-v.png")
    monkeypatch.chdir(tmp_path)
    command = script(
        tmp_path,
        "assert not picture.startswith('-')\nprint(json.dumps({'image': picture, 'plates': []}))",
    )
    assert CommandEngine("c", command).read(Path("-v.png")) == ()
