from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from platelens.cli import extras, train
from platelens.errors import RecipeError

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command sets up the log of its process; give it back as it was."""
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Path, Path]]:
    """What would have been trained."""
    from platelens.training import run as training_run

    runs: list[tuple[Any, Path, Path]] = []
    monkeypatch.setattr(training_run, "run_recipe", lambda *run, **_: runs.append(run))
    return runs


@pytest.fixture
def reporting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A training that gives two reports: it went on at step 20 of 40."""
    from platelens.training import run as training_run
    from platelens.training.journal import Report

    def give_reports(*_run: Any, on_report: Callable[[Report], None]) -> None:
        on_report(Report(30, 40, 1.5, 1e-3, 2.25, {"part": 0.5}, {}))
        on_report(Report(40, 40, 0.1234, 5e-4, 2.5, {"part": 0.25}, {"recall": 0.75}))

    monkeypatch.setattr(training_run, "run_recipe", give_reports)


def test_a_recipe_is_run_with_its_changes(
    run: Run, started: list[tuple[Any, Path, Path]], tmp_path: Path
) -> None:
    result = run(
        "train", "detector_small", "--data", tmp_path, "--out", tmp_path / "out",
        "--set", "fit.samples=64", "--set", "network.depths = [1, 1, 1, 1]",
        "--set", "data.fonts=['a']", "--set", "start_from=other",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    ((recipe, data, out),) = started
    assert recipe.name == "detector_small"
    assert recipe.fit.samples == 64
    assert recipe.network.depths == (1, 1, 1, 1)
    assert recipe.data.fonts == ("a",)
    assert recipe.start_from == "other"
    assert (data, out) == (tmp_path, tmp_path / "out")


def test_the_run_folder_has_the_recipes_name(
    run: Run, started: list[tuple[Any, Path, Path]]
) -> None:
    assert run("train", "reader_small").exit_code == 0
    assert started[0][2] == Path("runs/reader_small")


@pytest.mark.usefixtures("reporting")
def test_reports_are_lines_where_there_is_no_terminal(run: Run) -> None:
    result = run("train", "reader_small")
    assert result.exit_code == 0
    first, last = result.stderr.splitlines()
    assert "'step': 30, 'of': 40, 'loss': 1.5, 'learning_rate': 0.001," in first
    assert last.endswith("'ms_per_sample': 2.5, 'part': 0.25, 'recall': 0.75}")


@pytest.mark.usefixtures("reporting")
def test_reports_move_a_bar_on_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    moves: list[tuple[int, str]] = []
    bars: list[tuple[str, int]] = []

    @contextlib.contextmanager
    def watched(title: str, total: int) -> Iterator[Callable[..., None]]:
        bars.append((title, total))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        yield lambda steps, note: moves.append((steps, note))

    monkeypatch.setattr(train, "watched", watched)
    result = run("train", "reader_small", "--set", "fit.samples=650", "--set", "fit.batch_size=16")
    assert result.exit_code == 0
    assert bars == [("reader_small", 40)]
    assert moves == [(30, "loss 1.500, 2.2 ms a sample"), (10, "loss 0.123, 2.5 ms a sample")]
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody"], "unknown recipe 'nobody'; known: chars_cnn3, "),
        (["detector_small", "--set", "fit.samples"], "--set fit.samples: expected KEY=VALUE"),
        (["detector_small", "--set", "fit.sampels=1"], "fit.sampels: "),
        (["detector_small", "--set", "fit.samples=many"], "fit.samples: "),
        (["detector_small", "--set", "fit.optimizer=adamax"], "'adamw', 'adam' or 'sgd'"),
        (["detector_small", "--set", "fit.samples.deep=1"], "fit.samples.deep: "),
        (["no/such/file.toml"], "no/such/file.toml: No such file or directory"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_wrong_is_said_in_one_line(
    run: Run, started: list[tuple[Any, Path, Path]], arguments: list[str], message: str
) -> None:
    result = run("train", *arguments)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert started == []


def test_a_missing_data_folder_is_named_in_one_line(run: Run, tmp_path: Path) -> None:
    result = run("train", "detector_small", "--data", tmp_path / "no", "--out", tmp_path / "out")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / 'no'}/scenes/")
    assert line.endswith("annotations.jsonl: No such file or directory")


def test_smoke_says_in_a_line_that_it_works(
    run: Run, started: list[tuple[Any, Path, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from platelens.training import smoke

    tried: list[Any] = []

    def try_out(recipe: Any) -> smoke.Smoke:
        tried.append(recipe)
        return smoke.Smoke(steps=2, batch_size=4, loss=1.23456, seconds=7.6)

    monkeypatch.setattr(smoke, "smoke_recipe", try_out)
    result = run("train", "reader_small", "--smoke", "--set", "seed=5")
    assert result.exit_code == 0
    assert result.stdout == "reader_small: 2 steps of 4 drawn samples, loss 1.235, 8 s\n"
    assert result.stderr == ""
    assert [recipe.seed for recipe in tried] == [5]
    assert started == []


@pytest.mark.parametrize("command", [["train", "detector_small"], ["export", "run", "model"]])
def test_without_the_extra_there_is_a_line_that_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    result = run(*command)
    assert result.exit_code == 2
    expected = "this command needs torch, tensorboard, timm: pip install 'platelens[train]'"
    assert result.stderr == f"error: {expected}\n"


def test_export_of_a_run_that_is_not_finished(run: Run, tmp_path: Path) -> None:
    result = run("export", tmp_path, tmp_path / "model")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path}: is not a finished run")


def test_export_names_what_it_wrote(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader_manifest: Any
) -> None:
    from platelens.training import export

    monkeypatch.setattr(export, "export_run", lambda *_, **__: reader_manifest)
    result = run("export", tmp_path / "run", tmp_path / "model")
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'model'}: tiny_reader, sha256 {'0' * 64}\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7), ("7e-4", 7e-4), ("[1, 2]", [1, 2]), ("'7'", "7"), ("true", True),
        ("scenes/openlpr", "scenes/openlpr"), ("", ""), ("a=b", "a=b"),
    ],
)  # fmt: skip
def test_values_are_read_as_toml_where_they_are(text: str, value: object) -> None:
    assert json.dumps(train._changes([f" key.part ={text}"])) == json.dumps({"key.part": value})


def test_a_change_needs_a_value() -> None:
    with pytest.raises(RecipeError, match="expected KEY=VALUE"):
        train._changes(["key"])
