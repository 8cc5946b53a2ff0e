from __future__ import annotations

from typing import Any

import pytest
import torch

from platelens.detection.postprocess import CHANNELS, STRIDE
from platelens.errors import UnknownModelError
from platelens.training.detection.networks import BoxRegressor, build_network

SETTINGS: dict[str, Any] = {
    "pyramid": {"widths": [8, 8, 8, 8, 8], "depths": [0, 1, 0, 0], "neck": 8},
    "timm_pyramid": {"backbone": "test_resnet", "neck": 8},
}
DENSE = pytest.mark.parametrize("name", SETTINGS)


def pictures(*size: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=generator)


@DENSE
@pytest.mark.parametrize("size_hw", [(32, 32), (64, 160), (224, 96)], ids=str)
def test_a_map_has_a_cell_for_each_stride(name: str, size_hw: tuple[int, int]) -> None:
    network = build_network(name, **SETTINGS[name]).eval()
    with torch.inference_mode():
        cells = network(pictures(2, *size_hw))
    assert cells.shape == (2, CHANNELS, size_hw[0] // STRIDE, size_hw[1] // STRIDE)
    assert cells.dtype == torch.float32


@DENSE
def test_pictures_do_not_see_each_other(name: str) -> None:
    network = build_network(name, **SETTINGS[name]).eval()
    batch = pictures(3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(network(batch)[1:2], network(batch[1:2]))


@DENSE
def test_it_starts_out_sure_that_there_is_nothing(name: str) -> None:
    torch.manual_seed(0)
    network = build_network(name, **SETTINGS[name]).eval()
    with torch.inference_mode():
        scores = network(pictures(1, 64, 64))[:, 0].sigmoid()
    assert scores.mean() == pytest.approx(0.01, abs=0.003)


@DENSE
def test_every_weight_learns(name: str) -> None:
    network = build_network(name, **SETTINGS[name])
    network(pictures(2, 64, 64)).square().sum().backward()
    still = [name for name, p in network.named_parameters() if p.grad is None]
    assert still == []


def test_an_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModelError, match=r"'tower'; known: .*pyramid"):
        build_network("tower")


def test_a_box_is_never_inverted_and_starts_near_the_usual_one() -> None:
    torch.manual_seed(0)
    network = BoxRegressor("test_resnet", dropout=0.0, size_hw=(64, 96)).eval()
    last = network.regress[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.inference_mode():
        usual = network(pictures(3, 64, 96))
        torch.nn.init.normal_(last.weight, std=50)
        wild = network(pictures(3, 64, 96))
    assert usual.shape == (3, 5)
    width, height = (usual[:, 3] - usual[:, 1]).mean(), (usual[:, 4] - usual[:, 2]).mean()
    assert (float(width), float(height)) == pytest.approx((0.2, 0.1), abs=0.03)
    assert (wild[:, 3:] >= wild[:, 1:3]).all()
    assert (wild[:, 1:] >= -0.5).all()
    assert (wild[:, 1:] <= 1.5).all()


def test_a_regressor_tells_places_apart() -> None:
    """The same thing elsewhere gives other numbers, which an average could not."""
    torch.manual_seed(0)
    network = BoxRegressor("test_resnet", dropout=0.0, size_hw=(64, 128)).eval()
    picture = torch.full((1, 64, 128, 3), 30, dtype=torch.uint8)
    picture[:, 20:40, 10:50] = 250
    with torch.inference_mode():
        near, far = network(picture), network(picture.roll(64, dims=2))
    assert not torch.allclose(near, far, atol=1e-5)


def test_every_weight_of_a_regressor_learns() -> None:
    network = BoxRegressor("test_resnet", dropout=0.0, size_hw=(64, 96))
    network(pictures(2, 64, 96)).square().sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []
