"""Networks for the detector. Their inference twin is `platelens.detection.postprocess`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from platelens.detection.postprocess import CHANNELS
from platelens.errors import UnknownModelError
from platelens.training.layers import ConvNorm, Normalise, stage


class PyramidDetector(nn.Module):
    """A small residual network with a top-down pyramid and one dense head at stride 8.

    Pyramid: Lin et al. 2017. Dense anchor-free head: FCOS (Tian et al. 2019), with one level
    only, since plates of 10 to 500 px all end up as a handful of cells there.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
        depths: residual blocks at strides 4, 8, 16 and 32.
        neck: channels of the pyramid.
    """

    def __init__(self, widths: Sequence[int], depths: Sequence[int], neck: int) -> None:
        super().__init__()
        w2, w4, w8, w16, w32 = widths
        self.normalise = Normalise()
        self.stem = ConvNorm(3, w2, 3, 2)
        self.to4 = stage(w2, w4, depths[0], 2)
        self.to8 = stage(w4, w8, depths[1], 2)
        self.to16 = stage(w8, w16, depths[2], 2)
        self.to32 = stage(w16, w32, depths[3], 2)
        self.scene = nn.Sequential(nn.Linear(w32, w32), nn.ReLU(inplace=True))
        self.side8, self.side16, self.side32 = (nn.Conv2d(w, neck, 1) for w in (w8, w16, w32))
        self.merge16 = ConvNorm(neck, neck)
        self.merge8 = ConvNorm(neck, neck)
        last = nn.Conv2d(neck, CHANNELS, 1)
        self.head = nn.Sequential(ConvNorm(neck, neck), last)
        nn.init.normal_(last.weight, std=0.01)
        start = torch.zeros(CHANNELS)
        start[0] = -4.6  # 1 % of the cells, as in the focal loss paper
        start[1:5] = 1.0  # boxes of about five cells
        last.bias = nn.Parameter(start)

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the map of `detection.postprocess` for uint8 pictures.

        Args:
            pixels: (N, H, W, 3), H and W multiples of 32.

        Returns:
            (N, CHANNELS, H/8, W/8).
        """
        x8 = self.to8(self.to4(self.stem(self.normalise(pixels))))
        x16 = self.to16(x8)
        x32 = self.to32(x16)
        x32 = x32 + self.scene(x32.mean(dim=(2, 3)))[:, :, None, None]
        y16 = self.merge16(self.side16(x16) + _double(self.side32(x32)))
        y8 = self.merge8(self.side8(x8) + _double(y16))
        return torch.as_tensor(self.head(y8))


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {"pyramid": PyramidDetector}


def build_network(name: str, **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(**settings)
