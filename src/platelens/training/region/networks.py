"""Networks that tell where a plate is from by its look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.training.layers import ConvNorm, Normalise, Residual, stage


class LookClassifier(nn.Module):
    """A small residual network over the whole plate.

    The places of the last stage are both averaged and searched for their largest value: the mean
    tells of colours and ground, which are everywhere; the largest keeps a name or an emblem, which
    is in one place only.

    Args:
        classes: how many there are.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the size.
        depths: residual blocks there.
        dropout: before the last layer, 0..1.
    """

    def __init__(
        self, classes: int, widths: Sequence[int], depths: Sequence[int], dropout: float
    ) -> None:
        super().__init__()
        a, b, c, d = widths
        self.trunk = nn.Sequential(
            Normalise(),
            ConvNorm(3, a, 3, 2), *[Residual(a) for _ in range(depths[0])],
            stage(a, b, depths[1], 2), stage(b, c, depths[2], 2), stage(c, d, depths[3], 2),
        )  # fmt: skip
        self.classify = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * d, classes))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits (N, classes) of uint8 crops (N, H, W, 3)."""
        x = self.trunk(pixels)
        seen = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        return torch.as_tensor(self.classify(seen))


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {"looks": LookClassifier}


def build_network(name: str, *, classes: int, **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(classes=classes, **settings)
