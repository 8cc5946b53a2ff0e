from __future__ import annotations

import shutil
import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.errors import EngineError
from platelens.recognition.engines.tesseract import TesseractRecognizer
from tests.recognition.engines.plates import FakeLibrary, drawn_plate, on_paper

Word = tuple[int, int, int, int, int, str, float]
"""Number of the line, left, top, width, height, text, percent."""


def table(*words: Word) -> dict[str, list[Any]]:
    """Give words as pytesseract does, below a row for the page and one for each line."""
    rows: list[tuple[Any, ...]] = [(1, 0, 0, 0, 0, 900, 600, "", -1)]
    last = 0
    for number, left, top, width, height, text, percent in words:
        if number != last:
            rows.append((4, 1, number, left, top, width, height, "", -1))
            last = number
        rows.append((5, 1, number, left, top, width, height, text, percent))
    names = ("level", "par_num", "line_num", "left", "top", "width", "height", "text", "conf")
    columns = dict(zip(names, (list(c) for c in zip(*rows, strict=True)), strict=True))
    return {**columns, "block_num": [1] * len(rows)}


class FakeTesseract(FakeLibrary):
    """pytesseract with a program that finds `words`; keeps what it was asked."""

    def __init__(self, *words: Word) -> None:
        super().__init__(words=words, asked=[], get_tesseract_version=lambda: "5.9")

    def get_languages(self) -> list[str]:
        return ["eng", "osd"]

    def image_to_data(self, pixels: NDArray[np.uint8], **how: Any) -> dict[str, list[Any]]:
        self.__dict__["asked"].append((pixels, how["config"]))
        return table(*self.__dict__["words"])


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeTesseract:
    fake = FakeTesseract()
    monkeypatch.setitem(sys.modules, "pytesseract", fake)
    return fake


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(EngineError, match=r"pip install 'platelens\[tesseract\]'"):
        TesseractRecognizer()


def test_a_missing_program_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: FakeTesseract
) -> None:
    def fail() -> None:
        raise OSError("tesseract is not installed")

    monkeypatch.setattr(library, "get_tesseract_version", fail)
    with pytest.raises(EngineError, match=r"apt install tesseract-ocr$"):
        TesseractRecognizer()


def test_missing_language_data_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, library: FakeTesseract
) -> None:
    monkeypatch.setattr(library, "get_languages", lambda: ["deu", "osd"])
    with pytest.raises(EngineError, match="apt install tesseract-ocr-eng"):
        TesseractRecognizer()


@pytest.mark.parametrize("error", [RuntimeError("process timeout"), OSError("no such file")])
def test_a_failure_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, library: FakeTesseract, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(library, "image_to_data", fail)
    with pytest.raises(EngineError, match=str(error)):
        TesseractRecognizer().read([drawn_plate("AB12")])


@pytest.mark.parametrize(
    ("rows", "dark", "page", "height"),
    [
        (("AB12",), False, "--psm 7", 90),
        (("AB12",), True, "--psm 7", 90),
        (("AB", "1234"), False, "--psm 6", 180),
    ],
    ids=["one row", "light on dark", "two rows"],
)
def test_tesseract_gets_nothing_but_letters(
    library: FakeTesseract, rows: tuple[str, ...], dark: bool, page: str, height: int
) -> None:
    TesseractRecognizer().read([drawn_plate(*rows, dark=dark)])
    ((pixels, config),) = library.__dict__["asked"]
    assert page in config
    assert "--oem 1" in config
    assert "tessedit_char_whitelist=0123456789ABC" in config
    assert abs(pixels.shape[0] - height) < 10
    assert pixels.dtype == np.uint8
    for edge in (pixels[:15], pixels[-15:], pixels[:, :15], pixels[:, -15:]):
        assert edge.min() == 255  # the frame of the plate is gone
    assert 0.03 < (pixels < 80).mean() < 0.5


def test_a_crop_without_letters_is_shown_whole(library: FakeTesseract) -> None:
    flat = imaging.from_array(np.full((40, 100), 90, np.uint8), order="rgb")
    (reading,) = TesseractRecognizer().read([flat])
    assert (reading.text, reading.rows) == ("", 1)
    assert "--psm 7" in library.__dict__["asked"][0][1]


def test_words_make_a_reading(library: FakeTesseract) -> None:
    words = [
        (1, 20, 20, 60, 40, "AB", 50),
        (2, 90, 100, 60, 40, "34", 80),
        (2, 9, 99, 60, 40, "12", 50),
    ]
    library.__dict__["words"] = words
    (reading,) = TesseractRecognizer().read([drawn_plate("AB", "1234")])
    assert (reading.text, reading.rows) == ("AB1234", 2)
    assert reading.confidence == pytest.approx(0.2)
    assert reading.char_confidences == (0.5, 0.5, 0.5, 0.5, 0.8, 0.8)


def test_words_of_a_photograph_are_joined_by_their_lines(library: FakeTesseract) -> None:
    library.__dict__["words"] = [
        (1, 20, 22, 60, 40, "AB", 50),
        (1, 90, 20, 60, 40, "12", 50),
        (2, 20, 70, 60, 40, "Ford", 90),
        (3, 20, 120, 60, 40, " ", 95),
    ]
    first, second = TesseractRecognizer().read_lines(on_paper("AB12"))
    assert (first.text, first.confidence) == ("AB 12", 0.25)
    assert (first.box.x1, first.box.y1, first.box.x2, first.box.y2) == (20, 20, 150, 62)
    assert (second.text, second.confidence) == ("Ford", 0.9)
    assert library.__dict__["asked"][0][1] == "--oem 1 --psm 11"


def test_no_crops_give_no_readings(library: FakeTesseract) -> None:
    assert TesseractRecognizer().read([]) == []
    assert library.__dict__["asked"] == []


@pytest.mark.filterwarnings("ignore")  # what a library of others warns of is its own matter
def test_the_program_itself_reads() -> None:
    pytest.importorskip("pytesseract", reason="needs the extra tesseract")
    if shutil.which("tesseract") is None:
        pytest.skip("needs the program tesseract")
    reader = TesseractRecognizer()
    plates = [drawn_plate("KX48PFD"), drawn_plate("RTC", "5937"), drawn_plate("HTX4837", dark=True)]
    one, two, dark = reader.read(plates)
    assert (one.text, one.rows) == ("KX48PFD", 1)
    assert (two.text, two.rows) == ("RTC5937", 2)
    assert (dark.text, dark.rows) == ("HTX4837", 1)
    (line,) = reader.read_lines(on_paper("KX48PFD"))
    assert line.text == "KX48PFD"
    box = line.box
    assert 250 < box.x1 < 350
    assert 550 < box.x2 < 650
    assert 240 < box.y1 < 290
    assert 310 < box.y2 < 360
    assert reader.version.startswith("tesseract ")
