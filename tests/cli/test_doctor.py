from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import Result

from platelens.runtime import session

Run = Callable[..., Result]


def test_a_sound_installation(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert version("numpy") in lines["numpy"]
    assert "CPUExecutionProvider" in lines["providers"]
    assert int(lines["processors"].split()[1]) >= 1
    for name in ("detector_small", "reader_small", "state_small", "words_small"):
        assert "checksum ok" in lines[name]
        assert "CPUExecutionProvider" in lines[name]
    assert "1280 x 720" in lines["timed"]


def test_every_damaged_model_is_named(run: Run, weights: Path) -> None:
    for name in ("detector_small", "reader_small"):
        (weights / name / "model.onnx").write_bytes(b"damaged")
    result = run("doctor")
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(f"error: {weights / 'detector_small' / 'model.onnx'}")
    assert second.startswith(f"error: {weights / 'reader_small' / 'model.onnx'}")


def test_a_device_that_is_not_there_fails_aloud(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "available_providers", lambda: ("CPUExecutionProvider",))
    result = run("doctor", "--device", "cuda")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: device 'cuda' is not available")
    assert "timed read" not in result.stdout


def test_missing_models_are_missed(run: Run, weights: Path) -> None:
    (weights / "reader_small" / "model.toml").unlink()
    result = run("doctor")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: model 'reader_small' is not trained yet")
    assert "platelens train reader_small" in result.stderr
    assert result.stderr.count("\n") == 1
