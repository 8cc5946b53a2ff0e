"""A detector that knows one plate a picture: the largest one, as a single box."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from platelens.geometry import box_to_quad, fit_crop
from platelens.runtime import Session
from platelens.types import Box, Detection, FloatArray, RgbImage

BOX_CHANNELS: Final = 5
"""Numbers of a picture: the logit that it shows a plate, then the edges left, top, right and
bottom of the plate's box, as shares of the picture's width and height."""


class SingleBoxDetector:
    """Finds the largest plate with a model of the task "box". Safe to share between threads.

    Pictures are stretched to the model's input, whatever their proportions.

    Args:
        session: an open model; `settings` of its manifest give `score_threshold`.
        score_threshold: replaces the manifest's; 0..1.
    """

    def __init__(self, session: Session, *, score_threshold: float | None = None) -> None:
        if score_threshold is None:
            score_threshold = session.manifest.setting("score_threshold", low=0, high=1)
        self._session = session
        self._threshold = score_threshold

    def detect(self, image: RgbImage) -> list[Detection]:
        """Find the largest plate of `image`; [] when there is none.

        Its confidence is that there is a plate at all; its corners are those of the box.
        """
        pixels = fit_crop(image, self._session.manifest.input_size)
        (rows,) = self._session.run(pixels[None])
        return read_box(rows[0], self._threshold, (image.shape[0], image.shape[1]))


def read_box(row: FloatArray, score_threshold: float, size_hw: tuple[int, int]) -> list[Detection]:
    """Give the plate of one picture, if there is one. Training measures with the same code.

    Args:
        row: (BOX_CHANNELS,), what the network says of the picture.
        score_threshold: 0..1; the least presence that counts.
        size_hw: height and width of the picture; the box is cut at its border.
    """
    confidence = 1 / (1 + math.exp(-float(np.clip(row[0], -60, 60))))
    height, width = size_hw
    x1, x2 = (float(x) for x in np.clip(row[[1, 3]] * np.float32(width), 0, width))
    y1, y2 = (float(y) for y in np.clip(row[[2, 4]] * np.float32(height), 0, height))
    # Written so that what is no number is no plate either.
    if not (confidence >= score_threshold and x2 - x1 >= 1 and y2 - y1 >= 1):
        return []
    box = Box(x1, y1, x2, y2)
    return [Detection(box, box_to_quad(box), confidence)]
