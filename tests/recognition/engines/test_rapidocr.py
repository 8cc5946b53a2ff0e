from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.errors import EngineError
from platelens.recognition.engines.rapidocr import RapidOcrRecognizer
from platelens.types import RgbImage
from tests.recognition.engines.plates import FakeLibrary, corners, drawn_plate, on_street

Answer = Callable[..., tuple[Any, Any]]


def pretend(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> dict[str, Any]:
    """Put a library in place whose engine gives `answer`; gives what the engine was made with."""
    made: dict[str, Any] = {}

    def make(**how: Any) -> Answer:
        made.update(how)
        return answer

    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", FakeLibrary(RapidOCR=make))
    return made


def red(height: int = 48, width: int = 100) -> RgbImage:
    return imaging.from_array(np.full((height, width, 3), (200, 10, 20), np.uint8), order="rgb")


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(EngineError, match=r"pip install 'platelens\[rapidocr\]'"):
        RapidOcrRecognizer()


def test_models_that_cannot_be_opened_are_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_how: Any) -> None:
        raise RuntimeError("no model")

    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", FakeLibrary(RapidOCR=fail))
    with pytest.raises(EngineError, match="no model"):
        RapidOcrRecognizer()


def test_lines_of_a_photograph(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[NDArray[np.uint8]] = []

    def answer(pixels: NDArray[np.uint8], **how: Any) -> tuple[Any, Any]:
        assert how == {}
        seen.append(pixels)
        return [[corners(1, 2, 30, 12), "AB 12", 0.9], [corners(5, 5, 5, 9), "X", 0.9]], [0.1]

    made = pretend(monkeypatch, answer)
    (line,) = RapidOcrRecognizer(threads=3).read_lines(red())
    assert made == {"intra_op_num_threads": 3}
    assert (line.text, line.confidence, line.box.x2) == ("AB 12", 0.9, 30)
    assert seen[0][0, 0].tolist() == [20, 10, 200]  # B, G, R
    assert seen[0].flags.c_contiguous


def test_no_lines_of_an_empty_photograph(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda _pixels, **_how: (None, None))
    assert RapidOcrRecognizer().read_lines(red()) == []


def test_crops_are_read_through_the_text_detector(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(pixels: NDArray[np.uint8], **how: Any) -> tuple[Any, Any]:
        assert how["text_score"] == 0.0
        assert pixels.shape == (96 + 64, 200 + 64, 3)
        found = [[corners(40, 80, 200, 120), "34", 0.5], [corners(40, 30, 200, 70), "a-b", 0.5]]
        return found, [0.1]

    pretend(monkeypatch, answer)
    readings = RapidOcrRecognizer().read([red(), red(96, 200)])
    assert [(r.text, r.rows) for r in readings] == [("AB34", 2), ("AB34", 2)]


def test_a_crop_without_found_lines_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_pixels: NDArray[np.uint8], **how: Any) -> tuple[Any, Any]:
        return (None, None) if how.get("use_det", True) else ([["K9", 0.25]], [0.1])

    pretend(monkeypatch, answer)
    (reading,) = RapidOcrRecognizer().read([red()])
    assert (reading.text, reading.confidence, reading.rows) == ("K9", 0.25, 1)


def test_no_crops_give_no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda _pixels, **_how: (None, None))
    assert RapidOcrRecognizer().read([]) == []


def test_a_failure_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_pixels: NDArray[np.uint8], **_how: Any) -> tuple[Any, Any]:
        raise ValueError("bad tensor")

    pretend(monkeypatch, answer)
    with pytest.raises(EngineError, match="bad tensor"):
        RapidOcrRecognizer().read([red()])


@pytest.mark.filterwarnings("ignore")  # what a library of others warns of is its own matter
def test_the_library_itself_reads() -> None:
    pytest.importorskip("rapidocr_onnxruntime", reason="needs the extra rapidocr")
    reader = RapidOcrRecognizer(threads=1)
    one, two = reader.read([drawn_plate("KX48 PFD"), drawn_plate("RTC", "5937")])
    assert (one.text, one.rows) == ("KX48PFD", 1)
    assert (two.text, two.rows) == ("RTC5937", 2)
    assert min(one.confidence, two.confidence) > 0.5
    lines = reader.read_lines(on_street(drawn_plate("KX48 PFD")))
    (line,) = [x for x in lines if "KX48" in x.text]
    assert 250 < line.box.x1 < line.box.x2 < 250 + 460
    assert 200 < line.box.y1 < line.box.y2 < 320
    assert reader.version.startswith("rapidocr-onnxruntime 1.")
