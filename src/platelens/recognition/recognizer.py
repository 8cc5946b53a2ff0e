"""The plate reader: pre-processing, the network and decoding in a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from platelens.geometry import fit_crop
from platelens.recognition.decode import decode_ctc, log_softmax
from platelens.runtime import Session
from platelens.types import Reading, RgbImage


class PlateRecognizer:
    """Reads plates with a model of the task "recognition". Safe to share between threads.

    Args:
        session: an open model; its manifest gives the input size, the alphabet and, in
            `settings`, the `temperature` that makes confidences mean what they say.
        top_n: how many candidates a reading carries.
        batch_size: crops that go through the network at a time.
    """

    def __init__(self, session: Session, *, top_n: int = 5, batch_size: int = 16) -> None:
        self._session = session
        self._size_hw = session.manifest.input_size
        self._alphabet = session.manifest.alphabet
        self._temperature = session.manifest.setting("temperature", low=0.01, high=100)
        self._top_n = top_n
        self._batch_size = batch_size

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        """Read rectified plate crops of any size, one reading each; [] gives []."""
        readings: list[Reading] = []
        for start in range(0, len(crops), self._batch_size):
            batch = [fit_crop(c, self._size_hw) for c in crops[start : start + self._batch_size]]
            (logits,) = self._session.run(np.stack(batch))
            scores = log_softmax(logits, self._temperature)
            readings += [decode_ctc(s, self._alphabet, top_n=self._top_n) for s in scores]
        return readings
