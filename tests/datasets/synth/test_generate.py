from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import load_samples
from platelens.datasets.synth import Catalogue, FontSet
from platelens.datasets.synth import generate as generate_module
from platelens.datasets.synth.generate import generate
from platelens.datasets.synth.source import PictureSource, SynthSettings
from platelens.errors import AnnotationError, ImageError, PlatelensError

CROPS = SynthSettings("crops", 40)


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    monkeypatch.setattr(Catalogue, "default", staticmethod(lambda _: catalogue))


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_data_set_in_the_form_of_platelens_is_written(tmp_path: Path, fonts: FontSet) -> None:
    told: list[int] = []
    drawn = generate(CROPS, fonts, tmp_path / "new", progress=told.append)
    samples = load_samples(tmp_path / "new")
    assert len(samples) == 40
    assert sum(told) == 40
    assert len(told) > 1
    assert drawn == Counter(p.region for s in samples for p in s.plates)
    for index, sample in enumerate(samples):
        assert sample.image == tmp_path / "new" / "images" / f"{index:06d}.jpg"
        assert imaging.load(sample.image).shape == (sample.height, sample.width, 3)
        assert sample.is_crop
        assert sample.plates[0].text


def test_files_show_what_was_drawn(tmp_path: Path, fonts: FontSet, catalogue: Catalogue) -> None:
    """Channels in order, little lost."""
    settings = replace(CROPS, count=6, jpeg_quality=98)
    generate(settings, fonts, tmp_path / "new")
    source = PictureSource(settings, fonts, catalogue)
    for index, sample in enumerate(load_samples(tmp_path / "new")):
        pixels, plates = source.draw(index)
        stored = imaging.load(sample.image).astype(int)
        np.testing.assert_allclose(stored.mean(axis=(0, 1)), pixels.mean(axis=(0, 1)), atol=2)
        assert plates[0].text == sample.plates[0].text


def test_workers_change_nothing_but_the_time(tmp_path: Path, fonts: FontSet) -> None:
    for workers in (1, 3):
        generate(CROPS, fonts, tmp_path / str(workers), workers=workers)
    assert content(tmp_path / "1") == content(tmp_path / "3")
    assert len(content(tmp_path / "1")) == 41


def test_lower_quality_makes_smaller_files(tmp_path: Path, fonts: FontSet) -> None:
    sizes = []
    for quality in (30, 95):
        settings = replace(CROPS, count=5, jpeg_quality=quality)
        generate(settings, fonts, tmp_path / str(quality))
        sizes.append(sum(len(b) for b in content(tmp_path / str(quality)).values()))
    assert sizes[0] < 0.7 * sizes[1]


def test_scenes_are_written_with_all_their_plates(tmp_path: Path, fonts: FontSet) -> None:
    settings = SynthSettings("scenes", 5, scene_side_px=300, plates=(1, 2))
    drawn = generate(settings, fonts, tmp_path / "new")
    samples = load_samples(tmp_path / "new")
    assert drawn.total() == sum(len(s.plates) for s in samples) >= 5
    assert all(p.quad is not None for s in samples for p in s.plates)
    assert {s.width for s in samples} == {300}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_reaches_the_caller_and_leaves_nothing(
    tmp_path: Path, fonts: FontSet, workers: int
) -> None:
    grounds = tmp_path / "grounds"
    grounds.mkdir()
    (grounds / "broken.png").write_bytes(b"no picture at all")
    with pytest.raises(ImageError, match=r"broken\.png"):
        generate(replace(CROPS, backgrounds=grounds), fonts, tmp_path / "new", workers=workers)
    assert [p.name for p in tmp_path.iterdir()] == ["grounds"]


def test_errors_of_any_kind_name_the_picture(
    tmp_path: Path, fonts: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: PictureSource, index: int) -> None:
        raise MemoryError(f"no room for {index}")

    monkeypatch.setattr(PictureSource, "draw", fail)
    with pytest.raises(PlatelensError, match="picture 0 of seed 7: no room for 0"):
        generate(replace(CROPS, seed=7), fonts, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, fonts: FontSet) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(replace(CROPS, count=400), fonts, tmp_path / "new", workers=2, progress=interrupt)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path, fonts: FontSet) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(AnnotationError, match="is there already"):
        generate(CROPS, fonts, tmp_path)
    assert content(tmp_path) == {"mine.txt": b"mine"}


def test_a_dead_worker_is_an_error(
    tmp_path: Path, fonts: FontSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate_module, "_prepare", die)
    with pytest.raises(PlatelensError, match="worker died"):
        generate(CROPS, fonts, tmp_path / "new", workers=2)
    assert not list(tmp_path.iterdir())


def die(*_: object) -> None:
    import os

    os._exit(9)
