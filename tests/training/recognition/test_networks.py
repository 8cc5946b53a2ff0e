from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from platelens.errors import UnknownModelError
from platelens.training.recognition.networks import TwoRowReader, build_network

SETTINGS: dict[str, Any] = {
    "size_hw": (64, 96), "classes": 7, "widths": [8, 8, 8, 8], "depths": [0, 1, 0, 0],
    "hidden": 8, "dropout": 0.0,
}  # fmt: skip


def crops(count: int, height: int = 64, width: int = 96) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, height, width, 3), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("width", [32, 96, 160])
def test_logits_have_two_sweeps_of_a_quarter_of_the_width(width: int) -> None:
    network = build_network("two_row", **SETTINGS | {"size_hw": (64, width)}).eval()
    with torch.inference_mode():
        logits = network(crops(3, 64, width))
    assert logits.shape == (3, 2 * width // 4, 7)
    assert logits.dtype == torch.float32


@pytest.mark.parametrize(
    ("rows", "columns", "steps"),
    [
        (slice(0, 8), slice(0, 8), range(8)),  # top left: where the first sweep begins
        (slice(0, 8), slice(88, 96), range(16, 24)),
        (slice(56, 64), slice(0, 8), range(24, 32)),  # bottom left: the second sweep
        (slice(56, 64), slice(88, 96), range(40, 48)),
    ],
    ids=["top left", "top right", "bottom left", "bottom right"],
)
def test_the_first_sweep_is_the_upper_row_from_left_to_right(
    rows: slice, columns: slice, steps: range
) -> None:
    torch.manual_seed(0)
    network = build_network("two_row", **SETTINGS).eval()
    assert isinstance(network, TwoRowReader)
    network.context = nn.Identity()  # type: ignore[assignment]  # tokens that see only their place
    before = torch.zeros(1, 64, 96, 3, dtype=torch.uint8)
    after = before.clone()
    after[:, rows, columns] = 255
    with torch.inference_mode():
        changed = (network(after) - network(before)).abs().amax(dim=2)[0]
    places = torch.nonzero(changed > 1e-6).flatten().tolist()
    assert places
    assert set(places) <= set(steps)


def test_crops_do_not_see_each_other() -> None:
    network = build_network("two_row", **SETTINGS).eval()
    batch = crops(3)
    with torch.inference_mode():
        torch.testing.assert_close(network(batch)[1:2], network(batch[1:2]), rtol=1e-4, atol=1e-5)


def test_every_weight_learns() -> None:
    network = build_network("two_row", **SETTINGS)
    network(crops(2)).square().sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


def test_an_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match="'three_row'; known: two_row"):
        build_network("three_row")
