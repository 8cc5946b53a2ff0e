from __future__ import annotations

import pytest
import torch

from platelens.detection.postprocess import CHANNELS, STRIDE
from platelens.errors import UnknownModelError
from platelens.training.detection.networks import build_network

SETTINGS = {"widths": [8, 8, 8, 8, 8], "depths": [0, 1, 0, 0], "neck": 8}


def pictures(*size: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("size_hw", [(32, 32), (64, 160), (224, 96)], ids=str)
def test_a_map_has_a_cell_for_each_stride(size_hw: tuple[int, int]) -> None:
    network = build_network("pyramid", **SETTINGS).eval()
    with torch.inference_mode():
        cells = network(pictures(2, *size_hw))
    assert cells.shape == (2, CHANNELS, size_hw[0] // STRIDE, size_hw[1] // STRIDE)
    assert cells.dtype == torch.float32


def test_pictures_do_not_see_each_other() -> None:
    network = build_network("pyramid", **SETTINGS).eval()
    batch = pictures(3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(network(batch)[1:2], network(batch[1:2]))


def test_it_starts_out_sure_that_there_is_nothing() -> None:
    torch.manual_seed(0)
    network = build_network("pyramid", **SETTINGS).eval()
    with torch.inference_mode():
        scores = network(pictures(1, 64, 64))[:, 0].sigmoid()
    assert scores.mean() == pytest.approx(0.01, abs=0.003)


def test_every_weight_learns() -> None:
    network = build_network("pyramid", **SETTINGS)
    network(pictures(2, 64, 64)).square().sum().backward()
    still = [name for name, p in network.named_parameters() if p.grad is None]
    assert still == []


def test_an_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match="'tower'; known: pyramid"):
        build_network("tower")
