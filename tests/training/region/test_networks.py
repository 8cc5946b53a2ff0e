from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from platelens.errors import UnknownModelError
from platelens.training.networks import make_network
from platelens.training.recipe import load_recipe, recipe_path
from platelens.training.region.networks import build_network

SETTINGS: dict[str, Any] = {"widths": [8, 8, 8, 8], "depths": [1, 0, 1, 0], "dropout": 0.5}


def test_crops_of_any_size_become_logits() -> None:
    network = build_network("looks", size_hw=(32, 56), classes=5, **SETTINGS).eval()
    for size_hw in ((32, 56), (40, 40)):
        assert network(torch.zeros(2, *size_hw, 3, dtype=torch.uint8)).shape == (2, 5)


def test_a_small_thing_in_one_place_is_seen() -> None:
    torch.manual_seed(0)
    network = build_network("looks", size_hw=(32, 56), classes=5, **SETTINGS).eval()
    plain = torch.full((1, 32, 56, 3), 128, dtype=torch.uint8)
    marked = plain.clone()
    marked[0, 2:6, 40:50] = 255
    with torch.inference_mode():
        assert not torch.allclose(network(plain), network(marked), atol=1e-4)


def test_a_network_of_timm_takes_the_same_crops() -> None:
    network = build_network(
        "timm_looks", size_hw=(32, 56), classes=5, backbone="test_resnet", dropout=0.5
    ).eval()
    for size_hw in ((32, 56), (64, 64)):
        assert network(torch.zeros(2, *size_hw, 3, dtype=torch.uint8)).shape == (2, 5)


def edges_network() -> nn.Module:
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"widths": [8, 8, 8, 8], "depths": [0, 0, 0, 0], "hidden": 8}
    return build_network("edges", size_hw=(112, 32), classes=5, dropout=0.1, **sizes).eval()


@pytest.mark.parametrize(
    ("rows", "is_seen"),
    [(slice(10, 14), True), (slice(40, 72), False), (slice(98, 102), True), (slice(0, 4), False)],
)
def test_of_a_plate_only_its_edges_are_read(rows: slice, is_seen: bool) -> None:
    network = edges_network()
    plain = torch.full((1, 112, 32, 3), 128, dtype=torch.uint8)
    marked = plain.clone()
    marked[0, rows, 8:20] = 255
    with torch.inference_mode():
        assert torch.allclose(network(plain), network(marked), atol=1e-5) is not is_seen


def test_words_are_read_without_their_colour() -> None:
    network = edges_network()
    grey = torch.randint(100, 150, (1, 112, 32, 1)).to(torch.uint8)
    tinted = torch.cat([grey + 30, grey, grey - 30], dim=3)
    with torch.inference_mode():
        assert torch.allclose(network(grey.expand(-1, -1, -1, 3)), network(tinted), atol=1e-4)


def test_the_words_start_from_a_reader_that_knows_letters() -> None:
    words = make_network(load_recipe(recipe_path("words_small")))
    reader = make_network(load_recipe(recipe_path("reader_small")))
    shapes = {name: value.shape for name, value in words.state_dict().items()}
    known = {name: value.shape for name, value in reader.state_dict().items()}
    assert {name for name, shape in shapes.items() if known.get(name) != shape} == {
        "tell.1.weight", "tell.1.bias",
    }  # fmt: skip


def test_an_unknown_network_is_named_with_the_known() -> None:
    with pytest.raises(UnknownModelError, match=r"'two_row'; known: .*looks"):
        build_network("two_row", size_hw=(32, 56), classes=5, **SETTINGS)
