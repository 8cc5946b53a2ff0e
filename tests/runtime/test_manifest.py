from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.errors import ManifestError
from platelens.runtime import MANIFEST_NAME, Manifest, load_manifest, write_manifest
from platelens.runtime.manifest import Task


def _written(folder: Path, manifest: Manifest) -> str:
    write_manifest(manifest, folder)
    return (folder / MANIFEST_NAME).read_text(encoding="utf-8")


def test_what_is_written_is_read_back(tmp_path: Path, reader_manifest: Manifest) -> None:
    odd = replace(
        reader_manifest,
        licence='quotes " and \\ and\nlines \x7f',
        trained_on=("Straße (CC-BY-4.0)", "車牌 🚗 (MIT)"),
        scores={"exact match, cars": 0.1 + 0.2, "tiny": 1e-12, "whole": 3},
    )
    write_manifest(odd, tmp_path)
    assert load_manifest(tmp_path) == odd


def test_empty_lists_and_tables_are_read_back(tmp_path: Path, detector_manifest: Manifest) -> None:
    bare = replace(detector_manifest, trained_on=(), settings={}, scores={})
    write_manifest(bare, tmp_path)
    assert load_manifest(tmp_path) == bare


@pytest.fixture
def region_manifest(detector_manifest: Manifest) -> Manifest:
    return replace(detector_manifest, name="tiny_region", task="region", classes=("us-oh", ""))


def test_classes_are_read_back_in_their_order(tmp_path: Path, region_manifest: Manifest) -> None:
    write_manifest(region_manifest, tmp_path)
    assert load_manifest(tmp_path).classes == ("us-oh", "")


def test_without_classes_the_key_is_not_written(tmp_path: Path, reader_manifest: Manifest) -> None:
    assert "classes" not in _written(tmp_path, reader_manifest)
    assert load_manifest(tmp_path).classes == ()


@pytest.mark.parametrize(
    "new",
    ["", "classes = []", 'classes = ["us-oh", "us-oh"]', 'classes = ["us-oh", 1]', 'classes = "a"'],
    ids=["missing", "empty", "twice", "number", "text"],
)
def test_bad_classes_are_refused(tmp_path: Path, region_manifest: Manifest, new: str) -> None:
    text = _written(tmp_path, region_manifest)
    line = 'classes = ["us-oh", ""]'
    assert line in text
    (tmp_path / MANIFEST_NAME).write_text(text.replace(line, new), encoding="utf-8")
    with pytest.raises(ManifestError, match="'classes' must be"):
        load_manifest(tmp_path)


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_only_a_region_model_has_classes(
    tmp_path: Path, region_manifest: Manifest, task: Task
) -> None:
    alphabet = "AB" if task == "recognition" else ""
    with pytest.raises(ManifestError, match="'classes' must be filled for the task region"):
        write_manifest(replace(region_manifest, task=task, alphabet=alphabet), tmp_path)


def test_a_region_model_has_no_alphabet(tmp_path: Path, region_manifest: Manifest) -> None:
    with pytest.raises(ManifestError, match="'alphabet' must be filled for the task recognition"):
        write_manifest(replace(region_manifest, alphabet="AB"), tmp_path)


def test_a_character_model_has_an_alphabet(tmp_path: Path, reader_manifest: Manifest) -> None:
    manifest = replace(reader_manifest, task="characters", alphabet="AB?")
    write_manifest(manifest, tmp_path)
    assert load_manifest(tmp_path) == manifest
    with pytest.raises(ManifestError, match=r"'alphabet' must be filled .* or characters"):
        write_manifest(replace(manifest, alphabet=""), tmp_path)


@pytest.mark.parametrize(
    ("line", "new", "key"),
    [
        ('task = "recognition"', 'task = "reading"', "task"),
        ('version = "1"', "version = 1", "version"),
        ('name = "tiny_reader"', 'name = ""', "name"),
        ('sha256 = "' + "0" * 64, 'sha256 = "' + "G" * 64, "sha256"),
        ("input_size = [16, 32]", "input_size = [16]", "input_size"),
        ("input_size = [16, 32]", "input_size = [16, 0]", "input_size"),
        ("input_size = [16, 32]", "input_size = [true, 32]", "input_size"),
        ("input_size = [16, 32]", "input_size = [16.0, 32]", "input_size"),
        ('alphabet = "ABC"', 'alphabet = "ABA"', "alphabet"),
        ('alphabet = "ABC"', 'alphabet = ""', "alphabet"),
        ("trained_on = [", "trained_on = [1, ", "trained_on"),
        ("temperature = 1.0", 'temperature = "1"', "settings"),
        ("temperature = 1.0", "temperature = true", "settings"),
        ("temperature = 1.0", "temperature = nan", "settings"),
        ("recall = 1.0", "recall = [1.0]", "scores"),
        ("[scores]", "[score]", "score"),
        ('recipe = "tiny_reader"', "", "recipe"),
        ("[settings]", "colour = 1\n[settings]", "colour"),
    ],
)
def test_bad_values_are_named_with_file_and_key(
    tmp_path: Path, reader_manifest: Manifest, line: str, new: str, key: str
) -> None:
    text = _written(tmp_path, reader_manifest)
    assert line in text
    path = tmp_path / MANIFEST_NAME
    path.write_text(text.replace(line, new), encoding="utf-8")
    with pytest.raises(ManifestError, match=f"{MANIFEST_NAME}: .*'{key}'") as caught:
        load_manifest(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "cause"),
    [(None, "cannot be read"), (b"\xff\xfe", "UTF-8"), (b"name = ", "TOML")],
)
def test_unreadable_files_are_named(tmp_path: Path, content: bytes | None, cause: str) -> None:
    if content is not None:
        (tmp_path / MANIFEST_NAME).write_bytes(content)
    with pytest.raises(ManifestError, match=f"{MANIFEST_NAME}: .*{cause}"):
        load_manifest(tmp_path)


def test_a_manifest_that_could_not_be_read_back_is_not_written(
    tmp_path: Path, reader_manifest: Manifest
) -> None:
    with pytest.raises(ManifestError, match="'alphabet'"):
        write_manifest(replace(reader_manifest, task="detection"), tmp_path)
    assert not (tmp_path / MANIFEST_NAME).exists()


def test_settings_are_looked_up_by_name(reader_manifest: Manifest) -> None:
    assert reader_manifest.setting("temperature") == 1.0
    with pytest.raises(ManifestError, match=r"tiny_reader.*'iou_threshold'"):
        reader_manifest.setting("iou_threshold")


@pytest.mark.parametrize(("low", "high"), [(1.5, 2), (0, 0.5)])
def test_settings_outside_of_their_range_are_refused(
    reader_manifest: Manifest, low: float, high: float
) -> None:
    assert reader_manifest.setting("temperature", low=0.5, high=1) == 1.0
    with pytest.raises(ManifestError, match=f"'temperature' must lie in {low} to {high}, is 1"):
        reader_manifest.setting("temperature", low=low, high=high)
