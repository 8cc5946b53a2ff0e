"""Networks that tell characters apart, one picture each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.training.backbones import make_classifier


class NormaliseInk(nn.Module):
    """uint8 (N, H, W) -> float (N, 1, H, W) between -1 and 1, inside the exported graph."""

    def forward(self, ink: Tensor) -> Tensor:
        """Normalise a batch of grey pictures."""
        return ink[:, None].to(torch.float32) * (1 / 127.5) - 1


class Cnn3(nn.Module):
    """Three blocks of convolution, max-pooling and batch normalisation, then two dense layers.

    Args:
        classes: how many there are.
        size_hw: of the pictures; multiples of 8.
        widths: channels of the blocks.
        dense: neurons of the first dense layer.
        dropout: behind it, 0..1.
    """

    def __init__(
        self, classes: int, size_hw: tuple[int, int], widths: Sequence[int], dense: int,
        dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.normalise = NormaliseInk()
        self.blocks = nn.Sequential(
            *[_block(before, after) for before, after in zip((1, *widths), widths, strict=False)]
        )
        cells = (size_hw[0] // 8) * (size_hw[1] // 8)
        self.classify = nn.Sequential(
            nn.Flatten(), nn.Linear(widths[-1] * cells, dense), nn.ReLU(), nn.Dropout(dropout),
            nn.Linear(dense, classes),
        )  # fmt: skip

    def forward(self, ink: Tensor) -> Tensor:
        """Give the logits (N, classes) of uint8 pictures (N, H, W)."""
        return torch.as_tensor(self.classify(self.blocks(self.normalise(ink))))


def _block(channels_in: int, channels_out: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.BatchNorm2d(channels_out),
    )  # fmt: skip


def timm_characters(
    classes: int, size_hw: tuple[int, int], backbone: str, dropout: float
) -> nn.Module:
    """Make a classifier of timm over grey pictures of any size; in and out as `Cnn3`."""
    del size_hw
    body = make_classifier(backbone, classes, dropout=dropout, in_channels=1)
    return nn.Sequential(NormaliseInk(), body)


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {
    "cnn3": Cnn3,
    "timm_characters": timm_characters,
}


def build_network(
    name: str, *, size_hw: tuple[int, int], classes: int, **settings: Any
) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(classes=classes, size_hw=size_hw, **settings)
