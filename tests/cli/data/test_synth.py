from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from platelens.datasets import load_samples

Run = Callable[..., Result]


def test_crops_of_the_named_regions_are_drawn(run: Run, tmp_path: Path, font_folder: Path) -> None:
    result = run(
        "data", "synth", tmp_path / "new", "--count", 12, "--fonts", font_folder,
        "--regions", "us-ca, GB", "--workers", 1, "--seed", 3,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    line = r"12 crops of 2 jurisdictions in \d+\.\d s: \d+ a second\n"
    assert re.fullmatch(line, result.stdout)
    samples = load_samples(tmp_path / "new")
    assert len(samples) == 12
    assert {p.region for s in samples for p in s.plates} == {"us-ca", "gb"}
    assert all(s.is_crop for s in samples)


def test_scenes_and_loose_crops(run: Run, tmp_path: Path, font_folder: Path) -> None:
    common = ("--count", 2, "--fonts", font_folder, "--workers", 1, "--regions", "de")
    for name, option in (("scenes", ("--kind", "scenes")), ("loose", ("--loose",))):
        result = run("data", "synth", tmp_path / name, *common, *option, "--strength", 0.5)
        assert result.exit_code == 0, result.output
        assert not any(s.is_crop for s in load_samples(tmp_path / name))


def test_a_seed_gives_the_same_files(run: Run, tmp_path: Path, font_folder: Path) -> None:
    texts = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("data", "synth", tmp_path / name, "--count", 3, "--fonts", font_folder,
            "--seed", seed, "--workers", 1)  # fmt: skip
        lines = (tmp_path / name / "annotations.jsonl").read_text(encoding="utf-8").splitlines()
        texts.append([json.loads(line)["plates"][0]["text"] for line in lines])
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--regions", "us-zz"), "unknown jurisdiction 'us-zz'; near: us-"),
        (("--regions", ","), "--regions ',': expected codes"),
        (("--regions", ""), "--regions '': expected codes"),
        (("--backgrounds", "nowhere"), "nowhere: no picture was found"),
    ],
    ids=["region", "no region", "nothing", "backgrounds"],
)
def test_bad_options_are_one_line_and_write_nothing(
    run: Run, tmp_path: Path, font_folder: Path, options: tuple[str, str], message: str
) -> None:
    result = run("data", "synth", tmp_path / "new", "--fonts", font_folder, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_fonts_are_required_and_must_be_usable(run: Run, tmp_path: Path) -> None:
    assert run("data", "synth", tmp_path / "new").exit_code == 2
    result = run("data", "synth", tmp_path / "new", "--fonts", tmp_path / "nothing")
    assert result.exit_code == 2
    assert "no usable font was found" in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_full_folder_is_not_touched(run: Run, tmp_path: Path, font_folder: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    result = run("data", "synth", tmp_path, "--fonts", font_folder, "--count", 1)
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_without_pillow_the_extra_is_named(
    run: Run, tmp_path: Path, font_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platelens.cli import extras

    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    result = run("data", "synth", tmp_path / "new", "--fonts", font_folder)
    assert result.exit_code == 2
    assert "pip install 'platelens[data]'" in result.stderr


@pytest.mark.parametrize(
    ("regions", "places"),
    [("zz", "free forms"), ("gb", "1 jurisdictions"), ("gb,zz", "1 jurisdictions and free forms")],
)
def test_plates_from_nowhere_are_free_forms(
    run: Run, tmp_path: Path, font_folder: Path, regions: str, places: str
) -> None:
    common = ("--count", 16, "--fonts", font_folder, "--workers", 1, "--seed", 2)
    result = run("data", "synth", tmp_path / "new", *common, "--regions", regions)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"16 crops of {places} in ")
