"""Tests of `make bench`, with stages that do nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import platelens
from benchmarks import read_latency
from platelens import Box, Detection, PlateReader, Reading, RgbImage, imaging
from platelens.geometry import box_to_quad
from platelens.runtime import DEFAULT_DETECTOR, DEFAULT_RECOGNIZER

_BOX = Box(10, 10, 60, 22)


class _OnePlate:
    def detect(self, image: RgbImage) -> list[Detection]:
        assert image.shape == (40, 80, 3)
        return [Detection(_BOX, box_to_quad(_BOX), 0.9)]


class _Reader:
    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        return [Reading("AB1", 1.0, (1.0, 1.0, 1.0), (), 1) for _ in crops]


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    path = tmp_path / "frame.png"
    imaging.save(imaging.from_array(np.zeros((40, 80, 3), np.uint8), order="rgb"), path)
    return path


def test_platelens_is_measured(frame: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(_detector: str, _reader: str, *, threads: int, accurate: bool) -> PlateReader:
        return PlateReader(_OnePlate(), _Reader(), threads=threads, accurate=accurate)

    monkeypatch.setattr(platelens, "PlateReader", fake)
    numbers = read_latency.measure_platelens(read_latency.Job(frame, threads=1, runs=3))
    assert set(numbers) == {*read_latency.ROWS, "plates"}
    assert numbers["plates"] == 1
    assert all(value > 0 for value in numbers.values())


def test_table_and_json(
    frame: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    costs = {"platelens": 20.0, "rapidocr": 400.0}

    def measured(engine: str, job: read_latency.Job) -> read_latency.Numbers:
        return {"total_ms": costs[engine] / job.threads, "peak_mb": 100.0, "plates": 2}

    monkeypatch.setattr(read_latency, "_run_worker", measured)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    out = tmp_path / "runs" / "latency.json"
    assert read_latency.main(["--frame", str(frame), "--json", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "20.0 x" in printed
    assert "found [2] plates in the frame, not 1" in printed
    assert json.loads(out.read_text())["rapidocr"]["2"]["total_ms"] == 200.0


def test_other_models_and_several_views_stand_beside(
    frame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str, str]] = []

    def measured(engine: str, job: read_latency.Job) -> read_latency.Numbers:
        asked.append((engine, job.detector, job.reader))
        return {"total_ms": 10.0, "plates": 1}

    monkeypatch.setattr(read_latency, "_run_worker", measured)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    out = tmp_path / "latency.json"
    beside = ["--accurate", "--beside", "before", "path:old/d", "path:old/r"]
    arguments = ["--frame", str(frame), "--threads", "1", "--json", str(out), *beside]
    assert read_latency.main(arguments) == 0
    ours = (DEFAULT_DETECTOR, DEFAULT_RECOGNIZER)
    assert asked == [
        ("platelens", *ours), ("accurate", *ours), ("platelens", "path:old/d", "path:old/r")
    ]  # fmt: skip
    assert list(json.loads(out.read_text())) == ["platelens", "accurate", "before"]


def test_says_so_without_rapidocr(
    frame: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(read_latency, "_run_worker", lambda *_: {"total_ms": 20.0, "plates": 1})
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert read_latency.main(["--frame", str(frame)]) == 0
    assert "RapidOCR is not installed here" in capsys.readouterr().out


def test_default_models_are_those_of_the_package(frame: Path) -> None:
    job = read_latency.Job(frame)
    assert (job.detector, job.reader) == (DEFAULT_DETECTOR, DEFAULT_RECOGNIZER)
