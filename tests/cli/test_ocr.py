from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import Result

from platelens.errors import EngineError
from platelens.pipeline import build
from platelens.recognition.engines.lines import TextLine
from platelens.types import Reading, RgbImage

Run = Callable[..., Result]


@pytest.fixture
def crops(run: Run, photos: Path, tmp_path: Path) -> Path:
    """A folder with the crops of an A, a B and a C."""
    folder = tmp_path / "crops"
    assert run("read", "--crops", folder, photos).exit_code == 0
    return folder


def test_each_picture_is_one_plate(run: Run, crops: Path) -> None:
    result = run("ocr", "--json", crops)
    assert result.exit_code == 0
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [p["text"] for p in printed] == ["A", "B", "C"]
    first = printed[0]
    keys = ["image", "width", "height", "text", "confidence", "readable"]
    assert list(first) == [*keys, "characters", "candidates", "rows", "ms"]
    assert list(first["ms"]) == ["read", "total"]
    assert (first["width"], first["height"]) == (64, 32)
    assert first["candidates"][0] == {"text": "A", "confidence": first["confidence"]}
    assert [c["char"] for c in first["characters"]] == ["A"]


def test_what_cannot_be_read_has_an_empty_text(run: Run, photos: Path) -> None:
    result = run("ocr", "--json", photos / "none.png")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert (printed["text"], printed["confidence"], printed["characters"]) == ("", 0, [])
    assert printed["readable"] is False
    assert run("ocr", photos / "none.png").stdout.split("\t")[1] == "unreadable"


def test_the_detector_is_not_needed(run: Run, crops: Path, weights: Path) -> None:
    (weights / "detector_small" / "model.onnx").unlink()
    assert run("ocr", "--top", 1, crops).exit_code == 0


def test_a_bad_file_is_passed_over(run: Run, crops: Path) -> None:
    result = run("ocr", crops / "missing.jpg", crops / "a_1_A.png")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1


def test_failed_characters_are_told_where_it_is_asked(run: Run, crops: Path) -> None:
    result = run("ocr", "--json", "--min-char-confidence", "1", crops / "a_1_A.png")
    printed = json.loads(result.stdout)
    assert (printed["text"], printed["failed_positions"]) == ("A", [0])
    result = run("ocr", "--min-char-confidence", "1", crops / "a_1_A.png")
    assert result.stdout.split("\t")[1] == "?"


def test_a_reader_of_others_fails_on_one_picture(
    run: Run, crops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        version = "1"

        def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
            if crops[0][0, 0, 0] > 100:  # the red one
                raise EngineError("Tesseract failed")
            return [Reading("B", 1.0, (1.0,), (), 1)]

        def read_lines(self, image: RgbImage) -> list[TextLine]:
            raise NotImplementedError

    monkeypatch.setattr(build, "OCR_ENGINES", {"tesseract": lambda *_: Failing()})
    result = run("ocr", "--reader", "tesseract", crops)
    assert result.exit_code == 1
    assert [line.split("\t")[1] for line in result.stdout.splitlines()] == ["B", "B"]
    assert result.stderr == "error: Tesseract failed\n"
