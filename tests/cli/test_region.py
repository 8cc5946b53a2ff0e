from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from platelens import imaging

Run = Callable[..., Result]

COLOURS = {"red": (120, 0, 0), "green": (0, 120, 0), "blue": (0, 0, 120)}


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    folder = tmp_path / "crops"
    folder.mkdir()
    for name, colour in COLOURS.items():
        pixels = np.full((32, 64, 3), colour, np.uint8)
        imaging.save(imaging.from_array(pixels, order="rgb"), folder / f"{name}.png")
    return folder


def test_json_tells_where_each_crop_is_from(run: Run, crops: Path, look_folder: Path) -> None:
    options = ["--matcher", f"path:{look_folder}", "--region", "us"]
    result = run("region", "--json", *options, crops / "red.png", crops / "green.png")
    assert result.exit_code == 0
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["text"], first["raw_text"], first["reason"]) == ("A", "A", None)
    assert (first["region"]["code"], first["region"]["name"]) == ("us-ca", "California")
    assert second["region"]["code"] == "us-ny"
    assert 0.5 <= second["region"]["confidence"] <= 1
    assert first["region"]["candidates"][0]["code"] == "us-ca"


def test_lines_end_with_the_region(run: Run, crops: Path, look_folder: Path) -> None:
    options = ["--matcher", f"path:{look_folder}", "--region", "us"]
    (line,) = run("region", *options, crops / "red.png").stdout.splitlines()
    assert line.split("\t")[-1].startswith("us-ca ")


def test_what_decides_nothing_gives_null(run: Run, crops: Path) -> None:
    result = run("region", "--json", "--matcher", "serials", crops / "blue.png")
    assert json.loads(result.stdout)["region"] is None


def test_without_a_matcher_nothing_is_told(run: Run, crops: Path) -> None:
    result = run("region", "--json", "--matcher", "none", crops / "red.png")
    printed = json.loads(result.stdout)
    assert (printed["region"], printed["raw_text"], printed["text"]) == (None, "A", "A")


def test_an_unknown_region_lists_those_near(run: Run, crops: Path) -> None:
    result = run("region", "--region", "us-cal", crops / "red.png")
    assert result.exit_code == 2
    assert "us-ca" in result.stderr
