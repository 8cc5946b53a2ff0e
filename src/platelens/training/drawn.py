"""Samples that are drawn when they are asked for, as a DataLoader takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import cv2
from torch.utils.data import Dataset


class Source(Protocol):
    """Draws samples without end."""

    def draw(self, seed: int, index: int) -> tuple[Any, ...]:
        """Give sample `index` of `seed`: arrays and numbers, the same on any number of workers."""
        ...


class DrawnDataset(Dataset[tuple[Any, ...]]):
    """Sample `i` of a seed; the loader's collation makes tensors of its arrays."""

    def __init__(
        self, source: Source, seed: int, encode: Callable[..., tuple[Any, ...]] | None = None
    ) -> None:
        """Draw from `source`; `encode` takes the parts of a sample and gives those of the batch."""
        self._source = source
        self._seed = seed
        self._encode = encode

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Give sample `index`."""
        cv2.setNumThreads(0)  # the workers are the threads
        sample = self._source.draw(self._seed, index)
        return self._encode(*sample) if self._encode else sample
