"""Where a plate is from, by its look alone: a classifier of rectified crops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from platelens.geometry import fit_crop
from platelens.runtime import Session
from platelens.types import RgbImage

ELSEWHERE: Final = ""
"""The class of plates that are from none of the others, and of crops that are no plates."""


class LookClassifier:
    """Tells regions apart by a model of the task "region". Safe to share between threads.

    Args:
        session: an open model; its manifest gives input size, classes and, in `settings`, the
            `temperature` that makes probabilities mean what they say and the `elsewhere_share`
            of the training crops.
        batch_size: crops that go through the network at a time.
    """

    def __init__(self, session: Session, *, batch_size: int = 16) -> None:
        self._session = session
        self._size_hw = session.manifest.input_size
        self._temperature = session.manifest.setting("temperature", low=0.01, high=100)
        self._elsewhere = session.manifest.setting("elsewhere_share", low=0.001, high=0.999)
        self._batch_size = batch_size

    @property
    def classes(self) -> tuple[str, ...]:
        """Codes of the regions that can be told, and ELSEWHERE."""
        return self._session.manifest.classes

    def classify(self, crops: Sequence[RgbImage]) -> list[dict[str, float]]:
        """Give for each rectified crop the probability (0..1) of every class; [] gives []."""
        found: list[dict[str, float]] = []
        for start in range(0, len(crops), self._batch_size):
            batch = [fit_crop(c, self._size_hw) for c in crops[start : start + self._batch_size]]
            (logits,) = self._session.run(np.stack(batch))  # (N, C)
            scaled = logits.astype(np.float64) / self._temperature
            odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
            rows = (odds / odds.sum(axis=1, keepdims=True)).tolist()
            found += [dict(zip(self.classes, row, strict=True)) for row in rows]
        return found

    def ratios(self, crops: Sequence[RgbImage]) -> list[Callable[[str], float]]:
        """Give for each crop how much more probable any region is by its look than by chance.

        Chance is how often a class was among the training crops; all regions that are no classes
        share the ratio of ELSEWHERE.
        """
        each = (1 - self._elsewhere) / max(1, len(self.classes) - 1)

        def ratio(code: str, found: dict[str, float]) -> float:
            if code != ELSEWHERE and code in found:
                return found[code] / each
            return found[ELSEWHERE] / self._elsewhere

        return [partial(ratio, found=found) for found in self.classify(crops)]
