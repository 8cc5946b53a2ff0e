"""Networks of timm as parts of ours: the only place that knows timm."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import timm
import torch
from torch import Tensor, nn

from platelens.errors import ModelError, UnknownModelError

PRETRAINED_DATA: Final = "ImageNet-1k weights of timm (see timm's model card for their licence)"
"""What a model that starts from fetched weights was trained on, too."""

_SIMILAR: Final = 5

_logger = logging.getLogger(__name__)


class Backbone(nn.Module):
    """The feature maps of a network of timm, without its head. Weights are random at first.

    Args:
        name: timm's, such as "resnet50".
        levels: how many feature maps to give: 1 = the coarsest only.
        in_channels: of the pictures, 1 or 3.

    Raises:
        UnknownModelError: timm has no such network; the message lists similar names.
        ModelError: it has no feature maps at strides 2, 4, 8, 16, 32.
    """

    is_pretrained: Tensor
    _scale: Tensor
    _shift: Tensor

    def __init__(self, name: str, *, levels: int = 1, in_channels: int = 3) -> None:
        super().__init__()
        if not timm.is_model(name):
            known = difflib.get_close_matches(name, timm.list_models(), _SIMILAR, cutoff=0.3)
            raise UnknownModelError(name, known=known)
        self.name = name
        self._make: Callable[..., nn.Module] = partial(
            timm.create_model, name,
            features_only=True, out_indices=tuple(range(-levels, 0)), in_chans=in_channels,
        )  # fmt: skip
        self.body = self._make(pretrained=False)
        features: Any = self.body.feature_info
        self.channels: tuple[int, ...] = tuple(features.channels())
        strides = features.reduction()
        if strides != [32 >> i for i in reversed(range(levels))]:
            raise ModelError(f"backbone {name!r}: has feature maps at strides {strides}")
        # Among the weights, so that a run that goes on and a model that starts from another know.
        self.register_buffer("is_pretrained", torch.tensor(False))
        self._add_range(in_channels)

    def _add_range(self, in_channels: int) -> None:
        """Keep what brings pictures from -1..1 to the range that timm's weights know."""
        known: Any = timm.get_pretrained_cfg(self.name)
        mean, std = (torch.tensor(part).view(1, -1, 1, 1) for part in (known.mean, known.std))
        if in_channels != len(mean[0]):
            mean, std = (part.mean(dim=1, keepdim=True) for part in (mean, std))
        self.register_buffer("_scale", 0.5 / std, persistent=False)
        self.register_buffer("_shift", (0.5 - mean) / std, persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Give the feature maps of float pictures (N, C, H, W) between -1 and 1, finest first."""
        return list(self.body(pictures * self._scale + self._shift))

    def places(self, size_hw: tuple[int, int]) -> int:
        """Give how many places the coarsest map has for pictures of that size."""
        self.eval()  # or batch normalisation would learn from the black picture
        with torch.no_grad():
            coarsest = self(torch.zeros(1, self._shift.shape[1], *size_hw))[-1]
        self.train()
        return int(coarsest.shape[2] * coarsest.shape[3])

    def fetch(self) -> bool:
        """Take ImageNet weights from where timm has them; False, and a warning, if that fails."""
        try:
            source = self._make(pretrained=True)
        except Exception as error:  # the loaders beneath timm share no other base
            _logger.warning(
                "backbone %s: no ImageNet weights, it starts from random ones (%s: %s)",
                self.name, type(error).__name__, str(error).partition("\n")[0],
            )  # fmt: skip
            return False
        self.body.load_state_dict(source.state_dict())
        self.is_pretrained.fill_(True)
        return True


def make_classifier(
    backbone: str, classes: int, *, dropout: float, in_channels: int = 3
) -> nn.Module:
    """Make a classifier of float pictures (N, C, H, W) between -1 and 1 into logits (N, classes).

    The backbone's coarsest map is averaged over its places, whatever head the network has in timm:
    any size of picture will do, and VGG16 has 15 million weights in place of 138. ImageNet weights
    are not fetched here, but by `fetch_pretrained`.

    Args:
        backbone: timm's name.
        classes: how many there are.
        dropout: before the last layer, 0..1.
        in_channels: of the pictures, 1 or 3.
    """
    trunk = Backbone(backbone, in_channels=in_channels)
    return nn.Sequential(
        trunk, _Mean(), nn.Dropout(dropout), nn.Linear(trunk.channels[-1], classes)
    )


class _Mean(nn.Module):
    """The coarsest feature map, averaged over its places."""

    def forward(self, maps: list[Tensor]) -> Tensor:
        return maps[-1].mean(dim=(2, 3))


def fetch_pretrained(network: nn.Module) -> None:
    """Give every backbone in `network` its ImageNet weights, if they can be had."""
    for part in _backbones(network):
        part.fetch()


def pretrained_score(network: nn.Module) -> dict[str, float]:
    """Give {"pretrained_backbone": 1 or 0}, or {} for a network without a backbone.

    It tells whether the training began with ImageNet weights, also where it went on after an
    interruption, or from the weights of another run.
    """
    found = [bool(part.is_pretrained) for part in _backbones(network)]
    return {"pretrained_backbone": float(all(found))} if found else {}


def _backbones(network: nn.Module) -> list[Backbone]:
    return [part for part in network.modules() if isinstance(part, Backbone)]
