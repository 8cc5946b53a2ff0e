"""EasyOCR: the CRAFT text detector and a reader on PyTorch; its weights come separately."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from platelens.alphabet import CHARACTERS
from platelens.errors import DeviceError, EngineError
from platelens.recognition.engines.library import load_library, version_of
from platelens.recognition.engines.lines import TextLine, line_of, reading_of
from platelens.recognition.preprocess import enlarge_with_border
from platelens.types import Reading, RgbImage


class EasyOcrRecognizer:
    """Reads plates and photographs with EasyOCR's English model. Threads that share it take turns.

    Nothing is downloaded: the weights have to be there already.

    Args:
        device: "cpu" or "cuda"; used as asked or refused, never replaced.

    Raises:
        EngineError: the library or its weights are missing.
        DeviceError: PyTorch cannot use the device here.
    """

    def __init__(self, *, device: str = "cpu") -> None:
        library = load_library("easyocr", "easyocr")
        self.version = version_of("easyocr")
        self._lock = Lock()  # nothing says that it is safe without
        try:
            self._reader = library.Reader(
                ["en"], gpu=device == "cuda", download_enabled=False, verbose=False
            )
        except FileNotFoundError as error:
            raise EngineError(
                f"EasyOCR's weights are missing or damaged ({error}); fetch them once with: "
                "python -c \"import easyocr; easyocr.Reader(['en'])\""
            ) from error
        except Exception as error:  # it has no base of its own
            raise EngineError(f"EasyOCR cannot be opened: {error}") from error
        if self._reader.device != device:
            raise DeviceError(f"EasyOCR cannot use device {device!r}, only {self._reader.device!r}")

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives []."""
        return [
            reading_of(self._run(enlarge_with_border(crop), allowlist=CHARACTERS)) for crop in crops
        ]

    def read_lines(self, image: RgbImage) -> list[TextLine]:
        """Find and read every line of text of a photograph."""
        return self._run(image)

    def _run(self, image: RgbImage, **how: Any) -> list[TextLine]:
        # Its text detector wants R, G, B; the grey that its reader gets is made as if of B, G, R,
        # which costs less than colours that the detector has never seen.
        try:
            with self._lock:
                found = self._reader.readtext(image, **how)
        except Exception as error:  # it has no base of its own
            raise EngineError(f"EasyOCR failed: {error}") from error
        lines = [line_of(corners, text, score) for corners, text, score in found]
        return [line for line in lines if line]
