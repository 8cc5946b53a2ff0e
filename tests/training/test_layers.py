from __future__ import annotations

import pytest
import torch

from platelens.training.layers import Normalise, Residual, stage


def test_pixels_become_planes_between_minus_1_and_1() -> None:
    pixels = torch.tensor([[[[0, 255, 51]], [[255, 0, 204]]]], dtype=torch.uint8)
    planes = Normalise()(pixels)
    assert planes.shape == (1, 3, 2, 1)
    expected = torch.tensor([[-1, 1], [1, -1], [-0.6, 0.6]])
    torch.testing.assert_close(planes[0, :, :, 0], expected, atol=1e-6, rtol=0)


def test_a_residual_block_of_nothing_is_the_identity() -> None:
    block = Residual(4).eval()
    for parameter in block.second.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.rand(2, 4, 5, 6)
    torch.testing.assert_close(block(x), x)


@pytest.mark.parametrize(("stride", "size"), [(1, (8, 12)), (2, (4, 6)), ((2, 1), (4, 12))])
def test_a_stage_reduces_by_its_stride(
    stride: int | tuple[int, int], size: tuple[int, int]
) -> None:
    assert stage(3, 5, 2, stride)(torch.rand(2, 3, 8, 12)).shape == (2, 5, *size)
