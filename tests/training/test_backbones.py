from __future__ import annotations

import logging
from typing import Any

import pytest
import timm
import torch

from platelens.errors import UnknownModelError
from platelens.training.backbones import (
    Backbone,
    fetch_pretrained,
    make_classifier,
    pretrained_score,
)

TINY = "test_resnet"  # of timm's own tests: 0.4 M parameters


@pytest.fixture
def with_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network where timm's loader has weights to give: all of them 0.125."""
    make: Any = timm.create_model

    def create(*args: Any, pretrained: bool, **settings: Any) -> Any:
        network = make(*args, pretrained=False, **settings)
        if pretrained:
            for weight in network.parameters():
                torch.nn.init.constant_(weight, 0.125)
        return network

    monkeypatch.setattr(timm, "create_model", create)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that timm's loader cannot fetch weights on."""
    make: Any = timm.create_model

    def create(*args: Any, pretrained: bool, **settings: Any) -> Any:
        if pretrained:
            raise OSError("cannot reach the hub\nand much more")
        return make(*args, pretrained=False, **settings)

    monkeypatch.setattr(timm, "create_model", create)


@pytest.mark.parametrize(("levels", "strides"), [(1, [32]), (3, [8, 16, 32])], ids=str)
def test_maps_come_finest_first(levels: int, strides: list[int]) -> None:
    trunk = Backbone(TINY, levels=levels).eval()
    with torch.inference_mode():
        maps = trunk(torch.zeros(2, 3, 64, 96))
    assert [tuple(m.shape[2:]) for m in maps] == [(64 // s, 96 // s) for s in strides]
    assert [m.shape[1] for m in maps] == list(trunk.channels)


def test_places_are_those_of_the_coarsest_map_and_teach_nothing() -> None:
    trunk = Backbone(TINY)
    before = {name: value.clone() for name, value in trunk.state_dict().items()}
    assert trunk.places((64, 96)) == 6
    assert trunk.training
    assert all(torch.equal(before[name], value) for name, value in trunk.state_dict().items())


@pytest.mark.parametrize("in_channels", [1, 3])
def test_pictures_get_the_range_that_the_weights_know(in_channels: int) -> None:
    trunk = Backbone("resnet10t", in_channels=in_channels)
    seen: list[torch.Tensor] = []
    trunk.body.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    trunk(torch.ones(2, in_channels, 64, 64))
    known: Any = timm.get_pretrained_cfg("resnet10t")
    mean, std = torch.tensor(known.mean), torch.tensor(known.std)
    white = (1 - mean) / std if in_channels == 3 else ((1 - mean.mean()) / std.mean())[None]
    torch.testing.assert_close(seen[0][0, :, 5, 5], white)


def test_an_unknown_backbone_lists_similar_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'resnet5O'; known: .*resnet50"):
        Backbone("resnet5O")


def test_a_classifier_takes_any_size_and_every_weight_learns() -> None:
    network = make_classifier(TINY, 7, dropout=0.5)
    logits = network(torch.rand(2, 3, 64, 96))
    assert logits.shape == (2, 7)
    logits.square().sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []
    with torch.inference_mode():
        assert network.eval()(torch.rand(1, 3, 32, 160)).shape == (1, 7)


def test_vgg16_is_without_its_wide_layers() -> None:
    network = make_classifier("vgg16", 57, dropout=0.5)
    assert sum(p.numel() for p in network.parameters()) < 15e6


@pytest.mark.usefixtures("with_weights")
def test_fetched_weights_are_taken_and_remembered() -> None:
    network = make_classifier(TINY, 7, dropout=0.5)
    assert pretrained_score(network) == {"pretrained_backbone": 0.0}
    fetch_pretrained(network)
    assert pretrained_score(network) == {"pretrained_backbone": 1.0}
    trunk = network[0]  # type: ignore[index]  # it is a Sequential
    assert all(bool((weight == 0.125).all()) for weight in trunk.body.parameters())
    # A network that goes on from its weights knows it, too.
    other = make_classifier(TINY, 7, dropout=0.5)
    other.load_state_dict(network.state_dict())
    assert pretrained_score(other) == {"pretrained_backbone": 1.0}


@pytest.mark.usefixtures("offline")
def test_without_a_network_it_starts_from_random_weights_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = make_classifier(TINY, 7, dropout=0.5)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with caplog.at_level(logging.WARNING):
        fetch_pretrained(network)
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("backbone test_resnet: no ImageNet weights, it starts from random")
    assert message.endswith("(OSError: cannot reach the hub)")
    assert pretrained_score(network) == {"pretrained_backbone": 0.0}
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_a_network_without_a_backbone_has_no_such_score() -> None:
    assert pretrained_score(torch.nn.Linear(2, 2)) == {}
