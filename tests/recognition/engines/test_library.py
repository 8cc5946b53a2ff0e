from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from platelens.errors import EngineError
from platelens.recognition.engines.library import load_library, version_of


def test_a_library_is_imported() -> None:
    assert load_library("json", "nothing") is json


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(EngineError, match=r"pytesseract.*pip install 'platelens\[tesseract\]'"):
        load_library("pytesseract", "tesseract")


def test_a_broken_library_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_library.py").write_text("raise RuntimeError('operator does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(EngineError, match="operator does not exist"):
        load_library("broken_library", "easyocr")


def test_versions_have_names() -> None:
    assert version_of("pytest") == f"pytest {pytest.__version__}"
    assert version_of("no-such-distribution") == "no-such-distribution of unknown version"
