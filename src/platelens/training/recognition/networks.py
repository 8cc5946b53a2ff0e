"""Networks for the reader. Their inference twin is `platelens.recognition.decode`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.training.layers import ConvNorm, Normalise, Residual, stage


class TwoRowReader(nn.Module):
    """Convolutions, then a small transformer over two sweeps: the upper and the lower row.

    The picture is brought down to 4 x W/4 places; the upper two and the lower two of a column
    become one token each. All tokens see each other, so that the network can decide whether a
    plate has one row (read in the first sweep) or two. The classifier is trained with CTC.

    Args:
        size_hw: height and width of the input, height 64.
        classes: characters and the blank.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the height.
        depths: residual blocks there.
        hidden: width of the tokens.
        dropout: of the transformer, 0..1.
    """

    def __init__(
        self, size_hw: Sequence[int], classes: int, widths: Sequence[int], depths: Sequence[int],
        hidden: int, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        a, b, c, d = widths
        self.normalise = Normalise()
        self.trunk = nn.Sequential(
            ConvNorm(3, a, 3, 2), *[Residual(a) for _ in range(depths[0])],
            stage(a, b, depths[1], 2), stage(b, c, depths[2], (2, 1)),
            stage(c, d, depths[3], (2, 1)),
        )  # fmt: skip
        self.steps = size_hw[1] // 4
        self.to_token = nn.Linear(d * (size_hw[0] // 32), hidden)
        self.place = nn.Parameter(torch.zeros(1, 2 * self.steps, hidden))
        nn.init.trunc_normal_(self.place, std=0.02)
        layer = nn.TransformerEncoderLayer(
            hidden, 4, 2 * hidden, dropout, batch_first=True, norm_first=True
        )
        self.context = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.classify = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, classes))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits of `recognition.decode` for uint8 crops (N, H, W, 3).

        Returns:
            (N, 2 * W/4, classes): first the upper row from left to right, then the lower.
        """
        x = self.trunk(self.normalise(pixels))  # (N, D, H/16, W/4)
        n, d, h, w = x.shape
        x = x.reshape(n, d, 2, h // 2, w).permute(0, 2, 4, 1, 3)  # (N, 2, W/4, D, H/32)
        tokens = self.to_token(x.reshape(n, 2 * w, d * (h // 2)))
        return torch.as_tensor(self.classify(self.context(tokens + self.place)))


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {"two_row": TwoRowReader}


def build_network(name: str, **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    return make(**settings)
