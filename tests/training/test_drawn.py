"""Samples drawn on demand: their order, their seed, their tensors."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from platelens.training.drawn import DrawnDataset


class _Squares:
    def draw(self, seed: int, index: int) -> tuple[NDArray[np.uint8], int]:
        """Give a picture of one grey, and the sample's number."""
        return np.full((2, 3, 3), seed, np.uint8), index


def test_sample_i_of_the_seed_is_drawn() -> None:
    picture, number = DrawnDataset(_Squares(), 7)[4]
    assert picture[0, 0, 0] == 7
    assert number == 4


def test_parts_may_be_encoded() -> None:
    assert DrawnDataset(_Squares(), 7, lambda _, number: (number * 10,))[4] == (40,)


def test_a_batch_is_tensors() -> None:
    dataset = DrawnDataset(_Squares(), 7)
    pictures, numbers = next(iter(DataLoader(dataset, batch_size=2, sampler=[5, 3])))
    assert pictures.shape == (2, 2, 3, 3)
    assert pictures.dtype == torch.uint8
    assert numbers.tolist() == [5, 3]
