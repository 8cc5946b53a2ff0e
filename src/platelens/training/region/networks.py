"""Networks that tell where a plate is from by its look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.training.backbones import make_classifier
from platelens.training.layers import ConvNorm, Normalise, Residual, stage
from platelens.training.recognition.networks import RowTokens

_RIM_PX: Final = 4
"""Above the upper edge and below the lower one: the margin that readers see, and the rim."""

_EDGE_PX: Final = 32
"""Height of an edge, a half of what a reader sees."""


class LookClassifier(nn.Module):
    """A small residual network over the whole plate.

    The places of the last stage are both averaged and searched for their largest value: the mean
    tells of colours and ground, which are everywhere; the largest keeps a name or an emblem, which
    is in one place only.

    The first stages have the form of `training.recognition.networks.RowTokens`, so that they can
    start from those of a reader, which knows letters already.

    Args:
        classes: how many there are.
        widths: channels at 1/2, 1/4, 1/8... of the size.
        depths: residual blocks there.
        dropout: before the last layer, 0..1.
    """

    def __init__(
        self, classes: int, widths: Sequence[int], depths: Sequence[int], dropout: float
    ) -> None:
        super().__init__()
        self.normalise = Normalise()
        stages = zip(widths[:-1], widths[1:], depths[1:], strict=True)
        self.trunk = nn.Sequential(
            ConvNorm(3, widths[0], 3, 2), *[Residual(widths[0]) for _ in range(depths[0])],
            *[stage(before, after, depth, 2) for before, after, depth in stages],
        )  # fmt: skip
        self.classify = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * widths[-1], classes))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits (N, classes) of uint8 crops (N, H, W, 3)."""
        x = self.trunk(self.normalise(pixels))
        seen = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        return torch.as_tensor(self.classify(seen))


class EdgeClassifier(RowTokens):
    """Reads the words along the edges of a plate: the names and mottos of its state.

    The upper and the lower edge are laid one above the other, in grey values, as the two rows that
    a reader knows, so that all weights but the last can start from those of a reader.

    Args:
        classes: how many there are.
        size_hw: height and width of the crops; its edges are 32 pixels high each.
        widths: as of `RowTokens`.
        depths: as of `RowTokens`.
        hidden: as of `RowTokens`.
        dropout: of the transformer and before the last layer, 0..1.
    """

    def __init__(
        self, classes: int, size_hw: Sequence[int], widths: Sequence[int], depths: Sequence[int],
        hidden: int, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__((2 * _EDGE_PX, size_hw[1]), widths, depths, hidden, dropout)
        self.tell = nn.Sequential(nn.Dropout(dropout), nn.Linear(4 * hidden, classes))

    def forward(self, pixels: Tensor) -> Tensor:
        """Give the logits (N, classes) of uint8 crops (N, H, W, 3)."""
        grey = pixels.to(torch.float32).mean(dim=3, keepdim=True).expand(-1, -1, -1, 3)
        upper = grey[:, _RIM_PX : _RIM_PX + _EDGE_PX]
        lower = grey[:, grey.shape[1] - _RIM_PX - _EDGE_PX : grey.shape[1] - _RIM_PX]
        tokens = self.tokens(torch.cat([upper, lower], dim=1))
        rows = tokens.reshape(tokens.shape[0], 2, self.steps, tokens.shape[2])
        seen = torch.cat([rows.mean(dim=2), rows.amax(dim=2)], dim=2)  # (N, 2, 2 * hidden)
        return torch.as_tensor(self.tell(seen.flatten(1)))


def timm_looks(classes: int, backbone: str, dropout: float) -> nn.Module:
    """Make a classifier of timm over the whole plate; in and out as `LookClassifier`."""
    return nn.Sequential(Normalise(), make_classifier(backbone, classes, dropout=dropout))


NETWORKS: Final[Mapping[str, Callable[..., nn.Module]]] = {
    "looks": LookClassifier,
    "edges": EdgeClassifier,
    "timm_looks": timm_looks,
}

_OF_ONE_SIZE: Final = ("edges",)
"""Networks that want to know the size of the crops."""


def build_network(name: str, *, classes: int, size_hw: Sequence[int], **settings: Any) -> nn.Module:
    """Make the network `name`; UnknownModelError when there is none of that name."""
    try:
        make = NETWORKS[name]
    except KeyError:
        raise UnknownModelError(name, known=list(NETWORKS)) from None
    if name in _OF_ONE_SIZE:
        settings["size_hw"] = size_hw
    return make(classes=classes, **settings)
