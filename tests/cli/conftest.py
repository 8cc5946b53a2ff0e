"""The command line over tiny models that stand in the place of the shipped ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from platelens import imaging
from platelens.cli.main import app
from platelens.runtime import hub
from platelens.types import RgbImage

Run = Callable[..., Result]


@pytest.fixture
def weights(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    detector_folder: Path,
    reader_folder: Path,
    look_folder: Path,
) -> Path:
    """A folder of models with the default names; a test may break them."""
    folder = tmp_path_factory.mktemp("weights")
    shutil.copytree(detector_folder, folder / hub.DEFAULT_DETECTOR)
    shutil.copytree(reader_folder, folder / hub.DEFAULT_RECOGNIZER)
    shutil.copytree(look_folder, folder / hub.DEFAULT_CLASSIFIER)
    shutil.copytree(look_folder, folder / hub.DEFAULT_WORDS)
    monkeypatch.setattr(hub, "_WEIGHTS", folder)
    monkeypatch.setattr(hub, "LOCAL_MODELS", folder / "none")
    monkeypatch.delenv(hub.MODELS_VARIABLE, raising=False)
    return folder


@pytest.fixture
def run(weights: Path) -> Run:
    """Run `platelens` with the given arguments."""
    del weights
    # A wide terminal, so that no line is folded.
    environment: Mapping[str, str] = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return invoke


@pytest.fixture
def photos(tmp_path: Path, street: Callable[..., RgbImage]) -> Path:
    """A folder with a.png (A), b.png (B above C) and none.png (no plate)."""
    folder = tmp_path / "photos"
    folder.mkdir()
    imaging.save(street("A"), folder / "a.png")
    imaging.save(street("B", "C"), folder / "b.png")
    imaging.save(street(), folder / "none.png")
    return folder
