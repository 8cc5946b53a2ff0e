"""Building blocks that the networks share, and the in-graph normalisation."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Normalise(nn.Module):
    """Pictures as they are stored -> what a network likes, inside the exported graph.

    uint8 (N, H, W, 3) becomes float (N, 3, H, W) between -1 and 1, so that an ONNX model takes
    plain pixels and nobody can get mean, deviation or axis order wrong.
    """

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalise a batch of pictures."""
        return pixels.permute(0, 3, 1, 2).to(torch.float32) * (1 / 127.5) - 1


class ConvNorm(nn.Sequential):
    """Convolution, batch normalisation and ReLU."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int = 3,
        stride: int | tuple[int, int] = 1,
    ) -> None:
        """Keep the size, but for `stride`."""
        super().__init__(
            nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    """Two 3x3 convolutions beside the identity (He et al. 2016, the basic block)."""

    def __init__(self, channels: int) -> None:
        """Keep size and number of channels."""
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Give relu(x + f(x))."""
        return torch.relu(x + self.second(self.first(x)))


def stage(
    channels_in: int, channels_out: int, depth: int, stride: int | tuple[int, int]
) -> nn.Module:
    """Reduce the size by `stride`, then refine with `depth` residual blocks."""
    blocks = [Residual(channels_out) for _ in range(depth)]
    return nn.Sequential(ConvNorm(channels_in, channels_out, 3, stride), *blocks)
