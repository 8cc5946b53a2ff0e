from __future__ import annotations

from typing import Any

import pytest
import torch

from platelens.errors import UnknownModelError
from platelens.training.region.networks import build_network

SETTINGS: dict[str, Any] = {"widths": [8, 8, 8, 8], "depths": [1, 0, 1, 0], "dropout": 0.5}


def test_crops_of_any_size_become_logits() -> None:
    network = build_network("looks", classes=5, **SETTINGS).eval()
    for size_hw in ((32, 56), (40, 40)):
        assert network(torch.zeros(2, *size_hw, 3, dtype=torch.uint8)).shape == (2, 5)


def test_a_small_thing_in_one_place_is_seen() -> None:
    torch.manual_seed(0)
    network = build_network("looks", classes=5, **SETTINGS).eval()
    plain = torch.full((1, 32, 56, 3), 128, dtype=torch.uint8)
    marked = plain.clone()
    marked[0, 2:6, 40:50] = 255
    with torch.inference_mode():
        assert not torch.allclose(network(plain), network(marked), atol=1e-4)


def test_a_network_of_timm_takes_the_same_crops() -> None:
    network = build_network("timm_looks", classes=5, backbone="test_resnet", dropout=0.5).eval()
    for size_hw in ((32, 56), (64, 64)):
        assert network(torch.zeros(2, *size_hw, 3, dtype=torch.uint8)).shape == (2, 5)


def test_an_unknown_network_is_named_with_the_known() -> None:
    with pytest.raises(UnknownModelError, match=r"'two_row'; known: .*looks"):
        build_network("two_row", classes=5, **SETTINGS)
