from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from platelens.errors import UnknownModelError
from platelens.training.characters.networks import Cnn3, NormaliseInk, build_network

TINY_CNN = {"widths": (4, 8, 8), "dense": 16, "dropout": 0.5}


def test_ink_is_between_minus_one_and_one() -> None:
    given = NormaliseInk()(torch.tensor([[[0, 255]]], dtype=torch.uint8))
    assert given.shape == (1, 1, 1, 2)
    assert given.flatten().tolist() == pytest.approx([-1, 1])


@pytest.mark.parametrize(
    ("name", "settings", "classes"),
    [
        ("cnn3", TINY_CNN, 37),
        ("timm_characters", {"backbone": "resnet18", "dropout": 0.2}, 47),
    ],
    ids=["cnn3", "timm_characters"],
)
def test_pictures_give_logits(name: str, settings: dict[str, Any], classes: int) -> None:
    pytest.importorskip("timm")
    network = build_network(name, size_hw=(32, 24), classes=classes, **settings).eval()
    pictures = torch.randint(0, 256, (3, 32, 24), dtype=torch.uint8)
    logits = network(pictures)
    assert logits.shape == (3, classes)
    assert not torch.allclose(logits[0], logits[1])
    torch.testing.assert_close(network(pictures[1:2]), logits[1:2], rtol=1e-3, atol=1e-4)


def test_the_small_network_is_the_published_one() -> None:
    network = Cnn3(37, (32, 32), (32, 64, 128), 128, 0.5)
    order = [type(part) for block in network.blocks.children() for part in block.children()]
    assert order == [nn.Conv2d, nn.ReLU, nn.MaxPool2d, nn.BatchNorm2d] * 3
    order = [type(part) for part in network.classify.children()]
    assert order == [nn.Flatten, nn.Linear, nn.ReLU, nn.Dropout, nn.Linear]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"cnn4.*cnn3"):
        build_network("cnn4", size_hw=(32, 32), classes=2)
