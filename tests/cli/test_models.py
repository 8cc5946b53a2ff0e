from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


def test_list_names_every_model(run: Run) -> None:
    result = run("models", "list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["name", "task", "version", "licence", "size", "where"]
    assert lines[1].split()[:4] == ["detector_small", "detection", "1", "Apache-2.0"]
    assert lines[2].split()[:4] == ["reader_small", "recognition", "1", "Apache-2.0"]
    assert lines[2].endswith("the package")


def test_list_names_own_models_after_those_of_the_package(
    run: Run, tmp_path: Path, reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(reader_folder, tmp_path / "aaa")
    shutil.copytree(reader_folder, tmp_path / "bbb")
    (tmp_path / "bbb" / "model.onnx").unlink()
    monkeypatch.setenv("PLATELENS_MODELS", str(tmp_path))
    result = run("models", "list")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[-1].split()[0] == "aaa"
    assert result.stdout.splitlines()[-1].endswith(str(tmp_path / "aaa"))
    assert result.stderr == f"error: {tmp_path / 'bbb' / 'model.onnx'}: No such file or directory\n"


def test_list_goes_on_after_a_broken_manifest(run: Run, weights: Path) -> None:
    (weights / "detector_small" / "model.toml").write_text("name =", encoding="utf-8")
    result = run("models", "list")
    assert result.exit_code == 2
    assert "reader_small" in result.stdout
    assert result.stderr.startswith(f"error: {weights / 'detector_small' / 'model.toml'}")


def test_info_shows_the_manifest_and_checks_the_file(run: Run, weights: Path) -> None:
    result = run("models", "info", "reader_small")
    assert result.exit_code == 0
    shown = dict(line.split("  ", 1) for line in result.stdout.splitlines())
    shown = {key.strip(): value.strip() for key, value in shown.items()}
    assert shown["alphabet"] == "ABC"
    assert shown["input"] == "16 x 32 (height x width)"
    assert shown["trained on"] == "nothing (CC0-1.0)"
    assert shown["setting temperature"] == "1"
    assert shown["folder"] == str(weights / "reader_small")
    assert shown["checksum"] == "ok"


def test_info_of_an_own_model(run: Run, reader_folder: Path) -> None:
    result = run("models", "info", f"path:{reader_folder}")
    assert result.exit_code == 0
    assert "tiny_reader" in result.stdout


def test_info_of_a_damaged_model_fails(run: Run, weights: Path) -> None:
    (weights / "reader_small" / "model.onnx").write_bytes(b"")
    result = run("models", "info", "reader_small")
    assert result.exit_code == 2
    assert "sha256" in result.stderr
    assert "checksum" not in result.stdout


def test_info_of_nobody_lists_the_known(run: Run) -> None:
    result = run("models", "info", "nobody")
    assert result.exit_code == 2
    known = "detector_small, reader_small, state_small, words_small"
    assert result.stderr == f"error: unknown model 'nobody'; known: {known}\n"
