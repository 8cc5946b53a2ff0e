"""Networks for detectors. Their inference twins: `platelens.detection.postprocess`, `.single`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from platelens.detection.postprocess import CHANNELS
from platelens.detection.single import BOX_CHANNELS
from platelens.errors import UnknownModelError
from platelens.training.backbones import Backbone
from platelens.training.layers import ConvNorm, Normalise, stage

_THIN: Final = 64
"""Channels that a box regressor keeps of a backbone's 1,536: a 24th of the weights behind them."""

_DENSE: Final = 512

_USUAL_BOX: Final = (0.0, 0.0, 0.5, -1.4, -2.2)
"""What a box regressor says at first: a plate below the middle, 20 % as wide as its picture and
10 % as high; logits of presence, middle (x, y) and size (width, height)."""


class DenseDetector(nn.Module):
    """A top-down pyramid and one dense head at stride 8, over the feature maps of a trunk.

    Pyramid: Lin et al. 2017. Dense anchor-free head: FCOS (Tian et al. 2019), with one level
    only, since plates of 10 to 500 px all end up as a handful of cells there.

    Args:
        channels: of the trunk's maps at strides 8, 16 and 32.
        neck: channels of the pyramid.
    """

    def __init__(self, channels: Sequence[int], neck: int) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.side8, self.side16, self.side32 = (nn.Conv2d(w, neck, 1) for w in channels)
        self.merge16 = ConvNorm(neck, neck)
        self.merge8 = ConvNorm(neck, neck)
        last = nn.Conv2d(neck, CHANNELS, 1)
        self.head = nn.Sequential(ConvNorm(neck, neck), last)
        nn.init.normal_(last.weight, std=0.01)
        start = torch.zeros(CHANNELS)
        start[0] = -4.6  # 1 % of the cells, as in the focal loss paper
        start[1:5] = 1.0  # boxes of about five cells
        last.bias = nn.Parameter(start)

    def maps(self, pictures: Tensor) -> Sequence[Tensor]:
        """Give the trunk's maps at strides 8, 16 and 32 of normalised pictures (N, 3, H, W)."""
        raise NotImplementedError

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the map of `detection.postprocess` for uint8 pictures.

        Args:
            pixels: (N, H, W, 3), H and W multiples of 32.

        Returns:
            (N, CHANNELS, H/8, W/8).
        """
        x8, x16, x32 = self.maps(self.normalise(pixels))
        y16 = self.merge16(self.side16(x16) + _double(self.side32(x32)))
        y8 = self.merge8(self.side8(x8) + _double(y16))
        return torch.as_tensor(self.head(y8))


class PyramidDetector(DenseDetector):
    """A small residual network below the pyramid.

    Args:
        widths: channels at strides 2, 4, 8, 16 and 32.
        depths: residual blocks at strides 4, 8, 16 and 32.
        neck: channels of the pyramid.
    """

    def __init__(self, widths: Sequence[int], depths: Sequence[int], neck: int) -> None:
        super().__init__(widths[2:], neck)
        w2, w4, w8, w16, w32 = widths
        self.stem = ConvNorm(3, w2, 3, 2)
        self.to4 = stage(w2, w4, depths[0], 2)
        self.to8 = stage(w4, w8, depths[1], 2)
        self.to16 = stage(w8, w16, depths[2], 2)
        self.to32 = stage(w16, w32, depths[3], 2)
        self.scene = nn.Sequential(nn.Linear(w32, w32), nn.ReLU(inplace=True))

    def maps(self, pictures: Tensor) -> Sequence[Tensor]:
        """Give the maps at strides 8, 16 and 32; the last knows what the whole picture is like."""
        x8 = self.to8(self.to4(self.stem(pictures)))
        x16 = self.to16(x8)
        x32 = self.to32(x16)
        return x8, x16, x32 + self.scene(x32.mean(dim=(2, 3)))[:, :, None, None]


class TimmPyramid(DenseDetector):
    """A network of timm below the pyramid.

    Args:
        backbone: timm's name.
        neck: channels of the pyramid.
    """

    def __init__(self, backbone: str, neck: int) -> None:
        trunk = Backbone(backbone, levels=3)
        super().__init__(trunk.channels, neck)
        self.trunk = trunk

    def maps(self, pictures: Tensor) -> Sequence[Tensor]:
        """Give the backbone's maps at strides 8, 16 and 32."""
        return list(self.trunk(pictures))


class BoxRegressor(nn.Module):
    """One box and one presence for a whole picture, whose plate is the largest one.

    What the backbone sees is thinned out and then looked at place by place, not averaged: where a
    plate is cannot be told from an average.

    Args:
        backbone: timm's name.
        dropout: before the last layer, 0..1.
        size_hw: of the pictures.
    """

    def __init__(self, backbone: str, dropout: float, size_hw: tuple[int, int]) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.trunk = Backbone(backbone)
        self.thin = ConvNorm(self.trunk.channels[-1], _THIN, 1)
        places = self.trunk.places(size_hw)
        last = nn.Linear(_DENSE, BOX_CHANNELS)
        self.regress = nn.Sequential(
            nn.Flatten(), nn.Linear(_THIN * places, _DENSE), nn.ReLU(), nn.Dropout(dropout), last
        )
        nn.init.normal_(last.weight, std=0.01)
        last.bias = nn.Parameter(torch.tensor(_USUAL_BOX))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give what `detection.single.read_box` takes, for uint8 pictures.

        Args:
            pixels: (N, H, W, 3).

        Returns:
            (N, 5): the logit that there is a plate, and x1, y1, x2, y2 as shares of the width and
            height; an edge may lie a little outside the picture, none is beyond the opposite one.
        """
        numbers = self.regress(self.thin(self.trunk(self.normalise(pixels))[-1]))
        middle, half = numbers[:, 1:3].sigmoid(), numbers[:, 3:5].sigmoid() / 2
        return torch.cat([numbers[:, :1], middle - half, middle + half], dim=1)


def _double(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {
    "pyramid": PyramidDetector,
    "timm_pyramid": TimmPyramid,
    "box_regressor": BoxRegressor,
}


def build_network(name: str, **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(**settings)
