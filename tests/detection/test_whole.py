from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.detection import WholePicture
from platelens.geometry import box_to_quad
from platelens.types import Box


@pytest.mark.parametrize("size_hw", [(1, 1), (40, 150)], ids=str)
def test_the_picture_is_the_plate(size_hw: tuple[int, int]) -> None:
    image = imaging.from_array(np.zeros((*size_hw, 3), np.uint8), order="rgb")
    (found,) = WholePicture().detect(image)
    assert found.box == Box(0, 0, size_hw[1], size_hw[0])
    assert found.quad == box_to_quad(found.box)
    assert found.confidence == 1
