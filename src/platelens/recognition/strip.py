"""A row of a plate by itself: level, at one height, with its greys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from platelens.recognition.ink import Levels, level_strip, row_levels, to_lab
from platelens.recognition.lines import Line
from platelens.recognition.preprocess import GreyImage
from platelens.types import FloatArray

LETTER_PX: Final = 40
"""Height of the characters of a row where it is cut into them."""

AROUND_PX: Final = 16
"""How much is seen above and below; small letters may reach farther than the others."""

STRIP_PX: Final = LETTER_PX + 2 * AROUND_PX


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of characters, level and LETTER_PX high, in the middle of what is around it."""

    line: Line
    scale: float  # pixels of the strip per pixel of the plate
    grey: GreyImage  # (STRIP_PX, W), characters dark
    colours: FloatArray  # (STRIP_PX, W, 3)
    levels: Levels
    contrast: float  # distance of the colours of ink and ground


def cut_strip(shade: GreyImage, colours: NDArray[np.uint8], line: Line) -> Strip:
    """Cut the surroundings of a line out of a plate.

    Args:
        shade: (H, W) the plate in grey, its characters dark.
        colours: (H, W, 3) R, G, B of the same.
        line: where the characters stand.
    """
    scale = LETTER_PX / line.height
    place = (line.offset, line.slope)
    grey = level_strip(shade, place, scale, STRIP_PX)
    lab = to_lab(level_strip(colours, place, scale, STRIP_PX))
    core = np.s_[AROUND_PX:-AROUND_PX]
    # The greys are told where characters were found: an emblem beside them has its own.
    columns = np.zeros(grey.shape[1], bool)
    for x1, x2 in (line.spans * scale).astype(np.int64).tolist():
        columns[max(0, x1) : x2] = True
    levels = row_levels(grey[core][:, columns])
    inked = grey[core] <= levels.between
    ground = lab[core][~inked] if not inked.all() else lab[core][inked]
    contrast = float(np.linalg.norm(lab[core][inked].mean(axis=0) - ground.mean(axis=0)))
    return Strip(line, scale, grey, lab, levels, max(20.0, contrast))
