from __future__ import annotations

from pathlib import Path

import pytest

from platelens.errors import ModelError, UnknownModelError
from platelens.runtime import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    model_folder,
    model_names,
    open_session,
    split_size,
)


def test_the_defaults_are_shipped() -> None:
    assert {DEFAULT_DETECTOR, DEFAULT_RECOGNIZER} <= set(model_names())


@pytest.mark.parametrize("name", [DEFAULT_DETECTOR, DEFAULT_RECOGNIZER])
def test_shipped_models_open_and_are_small(name: str) -> None:
    folder = model_folder(name)
    assert open_session(folder).manifest.name == name
    assert (folder / "model.onnx").stat().st_size < 8_000_000
    assert (folder / "CARD.md").is_file()


def test_own_folders_have_a_prefix(tmp_path: Path) -> None:
    assert model_folder(f"path:{tmp_path}") == tmp_path


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere: .*no such directory"):
        model_folder(f"path:{tmp_path / 'nowhere'}")


@pytest.mark.parametrize("name", ["", "detector", "../weights/detector_small", "./folder"])
def test_other_names_are_unknown_and_the_known_ones_listed(name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        model_folder(name)
    assert caught.value.known == model_names()


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("detector_small", ("detector_small", None)),
        ("detector_small@384", ("detector_small", 384)),
        ("path:/models/a@b", ("path:/models/a@b", None)),
        ("path:/models/a@b@640", ("path:/models/a@b", 640)),
    ],
)
def test_a_size_may_stand_behind_a_detectors_name(name: str, split: tuple[str, int | None]) -> None:
    assert split_size(name) == split


@pytest.mark.parametrize("size", [0, 127, 2561, 10**9])
def test_a_size_that_no_detector_can_have_is_refused(size: int) -> None:
    with pytest.raises(ModelError, match="128 to 2560"):
        split_size(f"detector_small@{size}")
