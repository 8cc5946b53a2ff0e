from __future__ import annotations

from pathlib import Path

import pytest

from platelens.errors import ModelError, UnknownModelError
from platelens.runtime import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    find_models,
    hub,
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


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no folder of own models named."""
    monkeypatch.delenv("PLATELENS_MODELS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.toml").write_text("")
    return folder


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("name", ["", "detector", "../weights/detector_small", "./folder"])
def test_other_names_are_unknown_and_the_known_ones_listed(name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        model_folder(name)
    assert caught.value.known == model_names()


def test_own_models_are_found_by_name(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_model(elsewhere / "models" / "mine")
    put_model(elsewhere / "models" / "both")
    assert model_folder("mine").resolve() == elsewhere / "models" / "mine"
    both = put_model(elsewhere / "named" / "both")
    monkeypatch.setenv("PLATELENS_MODELS", str(elsewhere / "named"))
    assert model_folder("both") == both  # the named folder comes first
    assert model_folder("mine").resolve() == elsewhere / "models" / "mine"
    assert list(find_models()) == [*model_names(), "both", "mine"]
    with pytest.raises(UnknownModelError, match=r"both, .*mine"):
        model_folder("yours")


def test_an_own_model_never_replaces_a_shipped_one(elsewhere: Path) -> None:
    put_model(elsewhere / "models" / DEFAULT_DETECTOR)
    assert elsewhere not in model_folder(DEFAULT_DETECTOR).resolve().parents


@pytest.mark.parametrize("named", ["", "nowhere", "~no-such-user/x"])
def test_a_named_folder_that_is_not_there_has_no_models(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    put_model(elsewhere / "mine")  # in the working directory itself
    monkeypatch.setenv("PLATELENS_MODELS", named)
    assert tuple(find_models()) == model_names()


def test_a_model_that_has_only_a_recipe_says_how_to_make_it(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "_RECIPES", elsewhere / "recipes")
    (elsewhere / "recipes").mkdir()
    (elsewhere / "recipes" / "reader_huge.toml").write_text("")
    train, export = "platelens train reader_huge", "platelens export runs/reader_huge models/reader"
    with pytest.raises(ModelError, match=f"not trained yet.*`{train}` and `{export}") as caught:
        model_folder("reader_huge")
    assert not isinstance(caught.value, UnknownModelError)


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
