from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from platelens.datasets import LabelledPlate, Sample, write_samples
from platelens.types import Box

Run = Callable[..., Result]


@pytest.fixture
def labelled(photos: Path) -> Path:
    """Photographs on which the tiny models read A and B right, and C wrong: it is labelled D."""
    boxes = (Box(36, 12, 100, 44), Box(52, 76, 116, 108))
    samples = [
        Sample(photos / "a.png", 128, 128, (LabelledPlate(boxes[0], None, "A"),)),
        Sample(
            photos / "b.png",
            128,
            128,
            (LabelledPlate(boxes[0], None, "B"), LabelledPlate(boxes[1], None, "D")),
        ),
        Sample(photos / "none.png", 128, 128, ()),
    ]
    write_samples(samples, photos)
    return photos


def row(result: Result, title: str) -> str:
    return next(line for line in result.stdout.splitlines() if line.startswith(title))


def test_numbers_page_and_scores(run: Run, labelled: Path, tmp_path: Path) -> None:
    files = ("--html", tmp_path / "out" / "report.html", "--json", tmp_path / "out" / "s.json")
    result = run("eval", labelled, *files)
    assert result.exit_code == 0, result.stderr
    assert " 100.0 [100, 100]" in row(result, "found (recall at IoU 0.5)")
    assert " 66.7 [" in row(result, "read exactly, end to end")
    scores = json.loads((tmp_path / "out" / "s.json").read_text())["engines"][0]
    assert scores["rates"]["exact"]["count"] == 3
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Misread: 1" in page


def test_engines_side_by_side_and_an_earlier_run(run: Run, labelled: Path, tmp_path: Path) -> None:
    # The same answers but one, from a command that speaks the JSON of `platelens read`.
    script = tmp_path / "reader.py"
    script.write_text(
        "import json, sys\n"
        "for name in sys.argv[1:]:\n"
        "    plates = [] if 'none' in name else [{'text': 'A', 'confidence': 0.9,"
        " 'box': [36, 12, 100, 44], 'detection_confidence': 0.9}]\n"
        "    print(json.dumps({'image': name, 'width': 128, 'height': 128, 'plates': plates}))\n"
    )
    command = f"command:{sys.executable} {script}"
    run("eval", labelled, "--json", tmp_path / "first.json")
    result = run(
        *("eval", labelled, "--engine", "platelens", "--engine", command),
        *("--compare", tmp_path / "first.json"),
    )
    assert result.exit_code == 0, result.stderr
    assert "66.7" in row(result, "read exactly, end to end")
    assert "33.3" in row(result, "read exactly, end to end")
    lines = [line for line in result.stdout.splitlines() if "read exactly:" in line]
    assert "+33.3 points" in lines[0]
    assert "1 against 0 right alone, p = 1" in lines[0]
    assert f"platelens in {tmp_path / 'first.json'}" in lines[1]
    assert "+0.0 points" in lines[1]


def test_a_kept_run_is_not_run_again(run: Run, labelled: Path, tmp_path: Path) -> None:
    first = run("eval", labelled, "--keep", tmp_path / "kept")
    kept = tmp_path / "kept" / "platelens.jsonl"
    times = [json.loads(line).get("ms") for line in kept.read_text().splitlines()]
    second = run("eval", labelled, "--keep", tmp_path / "kept")
    assert [json.loads(line).get("ms") for line in kept.read_text().splitlines()] == times
    assert first.stdout == second.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--engine", "crystal-ball"), "crystal-ball"),
        (("--split", "test"), "no split 'test'"),
        (("--compare", "missing.json"), "missing.json"),
        (("--format", "vok"), "did you mean voc"),
    ],
    ids=["engine", "split", "comparison", "format"],
)
def test_wrong_arguments_are_one_line(
    run: Run, labelled: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("eval", labelled, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_labels_that_were_left_out_are_told(run: Run, labelled: Path, tmp_path: Path) -> None:
    run("data", "export", "yolo", labelled, tmp_path / "yolo")
    (file,) = (tmp_path / "yolo").rglob("a.txt")
    file.write_text("0 3.5 0.5 0.1 0.1\n")
    scores = tmp_path / "s.json"
    result = run("eval", tmp_path / "yolo", "--format", "yolo", "--json", scores)
    assert result.exit_code == 0, result.stderr
    assert "lies outside its picture and is left out" in result.stderr
    assert json.loads(scores.read_text())["datasets"][0]["problems"] == 1


def test_a_comparison_without_a_common_plate_stops_at_once(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    other = {"engine": "x", "results": []}
    (tmp_path / "s.json").write_text(json.dumps({"schema": 1, "engines": [other]}))
    page = tmp_path / "r.html"
    result = run("eval", labelled, "--compare", tmp_path / "s.json", "--html", page)
    assert result.exit_code == 2
    assert "has no labelled plate of these data sets" in result.stderr
    assert not page.exists()


def test_given_plates_are_only_read(run: Run, labelled: Path) -> None:
    result = run("eval", labelled, "--given")
    assert result.exit_code == 0, result.stderr
    assert " 66.7 [" in row(result, "read exactly, end to end")
    assert "found" not in result.stdout.replace("of those found", "")
