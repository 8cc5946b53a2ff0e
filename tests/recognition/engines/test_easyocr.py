from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.alphabet import CHARACTERS
from platelens.errors import DeviceError, EngineError
from platelens.recognition.engines.easyocr import EasyOcrRecognizer
from platelens.types import RgbImage
from tests.recognition.engines.plates import FakeLibrary, corners, drawn_plate, on_street


class FakeReader:
    """EasyOCR's reader on a machine without a GPU; finds what the test put into `found`."""

    found: tuple[Any, ...] = ()
    calls: list[tuple[tuple[int, ...], dict[str, Any]]]

    def __init__(self, languages: list[str], **how: Any) -> None:
        assert languages == ["en"]
        assert how["download_enabled"] is False
        self.device = "cpu"
        self.calls = []

    def readtext(self, image: NDArray[np.uint8], **how: Any) -> list[Any]:
        self.calls.append((image.shape, how))
        return list(self.found)


def pretend(monkeypatch: pytest.MonkeyPatch, *found: Any) -> None:
    reader = type("Reader", (FakeReader,), {"found": found})
    monkeypatch.setitem(sys.modules, "easyocr", FakeLibrary(Reader=reader))


def grey(height: int = 48, width: int = 100) -> RgbImage:
    return imaging.from_array(np.full((height, width), 99, np.uint8), order="rgb")


def failing(error: Exception) -> FakeLibrary:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return FakeLibrary(Reader=fail)


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", None)
    with pytest.raises(EngineError, match=r"pip install 'platelens\[easyocr\]'"):
        EasyOcrRecognizer()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (FileNotFoundError("Missing craft.pth and downloads disabled"), "fetch them once with"),
        (RuntimeError("broken archive"), "broken archive"),
    ],
    ids=["weights missing", "weights broken"],
)
def test_what_cannot_be_opened_is_an_engine_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", failing(error))
    with pytest.raises(EngineError, match=message):
        EasyOcrRecognizer()


def test_another_device_than_asked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    with pytest.raises(DeviceError, match="'cuda'"):
        EasyOcrRecognizer(device="cuda")


def test_lines_of_a_photograph(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [[np.int32(v) for v in point] for point in corners(3, 4, 40, 20)]
    pretend(monkeypatch, (whole, "Ab 12", np.float64(0.75)), (corners(1, 1, 9, 9), "", 0.5))
    (line,) = EasyOcrRecognizer().read_lines(grey())
    assert (line.text, line.confidence) == ("Ab 12", 0.75)
    assert (line.box.x1, line.box.y2) == (3.0, 20.0)
    assert type(line.confidence) is float


def test_crops_are_read_with_the_characters_of_plates(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, (corners(9, 60, 90, 95), "34", 0.5), (corners(9, 9, 90, 50), "XY", 0.5))
    reader = EasyOcrRecognizer()
    (reading,) = reader.read([grey()])
    assert (reading.text, reading.rows, reading.confidence) == ("XY34", 2, 0.25)
    assert reader._reader.calls == [((160, 264, 3), {"allowlist": CHARACTERS})]
    assert reader.read([]) == []


def test_a_failure_is_an_engine_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    reader = EasyOcrRecognizer()
    monkeypatch.setattr(reader._reader, "readtext", lambda *_, **__: 1 / 0)
    with pytest.raises(EngineError, match="division"):
        reader.read_lines(grey())


@pytest.mark.filterwarnings("ignore")  # what a library of others warns of is its own matter
def test_the_library_itself_reads() -> None:
    pytest.importorskip("easyocr", reason="needs the extra easyocr")
    try:
        reader = EasyOcrRecognizer()
    except EngineError as error:
        pytest.skip(str(error))
    one, two = reader.read([drawn_plate("KX48 PFD"), drawn_plate("RTC", "5937")])
    assert (one.text, one.rows) == ("KX48PFD", 1)
    assert (two.text, two.rows) == ("RTC5937", 2)
    lines = reader.read_lines(on_street(drawn_plate("KX48 PFD")))
    assert "KX48PFD" in "".join(line.text for line in lines).replace(" ", "")
    assert all(250 < line.box.x1 < line.box.x2 < 250 + 460 for line in lines)
