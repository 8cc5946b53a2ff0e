from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from platelens.training.journal import Journal, Report


def report(step: int, loss: float = 1.0, **scores: float) -> Report:
    return Report(step, 100, loss, 7.123456e-5, 1.2345, {"part": 1 / 3}, scores)


def points(folder: Path, name: str) -> list[tuple[int, float]]:
    """Give the points of a curve as TensorBoard shows them."""
    board = EventAccumulator(str(folder))
    board.Reload()
    return [(event.step, event.value) for event in board.Scalars(name)]


def logged(folder: Path) -> list[tuple[int, float]]:
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["step"], line["loss"]) for line in map(json.loads, lines)]


def let_a_minute_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorBoard orders the files of a folder by the second in their names."""
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60)


def test_a_report_is_a_line_that_can_be_read() -> None:
    assert report(10, 0.123456, recall=2 / 3).line() == {
        "step": 10,
        "of": 100,
        "loss": 0.1235,
        "learning_rate": 7.123e-5,
        "ms_per_sample": 1.23,
        "part": 0.3333,
        "recall": 0.6667,
    }


def test_a_report_is_written_at_once(tmp_path: Path) -> None:
    with Journal(tmp_path, 0) as journal:
        journal.add(report(10, 0.5))
        assert logged(tmp_path) == points(tmp_path, "train/loss") == [(10, 0.5)]


def test_tensorboard_gets_every_number(tmp_path: Path) -> None:
    with Journal(tmp_path, 0) as journal:
        journal.add(report(10))
        journal.add(report(20, recall=0.75))
    assert [step for step, _ in points(tmp_path, "train/part")] == [10, 20]
    for name, value in [("part", 1 / 3), ("learning_rate", 7.123456e-5), ("ms_per_sample", 1.2345)]:
        shown = [value for _, value in points(tmp_path, f"train/{name}")]
        assert shown == pytest.approx([value, value])  # TensorBoard keeps them as float32
    assert points(tmp_path, "held_out/recall") == [(20, 0.75)]


@pytest.mark.parametrize("reached", [0, 20, 30], ids=["nothing", "a part", "all"])
def test_steps_made_twice_are_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reached: int
) -> None:
    with Journal(tmp_path, 0) as journal:
        for step in (10, 20, 30):
            journal.add(report(step, 1.0))
    let_a_minute_pass(monkeypatch)
    with Journal(tmp_path, reached) as journal:
        for step in range(reached + 10, 50, 10):
            journal.add(report(step, 2.0))
    wanted = [(step, 1.0 if step <= reached else 2.0) for step in (10, 20, 30, 40)]
    assert logged(tmp_path) == points(tmp_path, "train/loss") == wanted


def test_a_line_that_was_cut_short_goes(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 10, "loss": 1}\n{"step": 20, "lo')
    with Journal(tmp_path, 20) as journal:
        journal.add(report(30, 2.0))
    assert logged(tmp_path) == [(10, 1), (30, 2.0)]


def test_an_untouched_log_is_not_written_again(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 10, "loss": 1}\n')
    before = log.stat().st_ino
    Journal(tmp_path, 10).__exit__(None, None, None)
    assert log.stat().st_ino == before
