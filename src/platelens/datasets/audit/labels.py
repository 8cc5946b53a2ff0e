"""Checks of the labels of one picture, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from platelens.datasets.audit.findings import Finding
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.geometry import quad_size_hw, quad_to_array
from platelens.types import Box, Quad

SLACK_PX: Final = 1.0
"""A box may leave its picture by so much: rounding, not a mistake."""

_TINY_HW: Final = (8, 16)
_TEXT_LENGTHS: Final = range(2, 13)

_TWO_ROWS_BELOW: Final = 3.2
"""Width / height that a plate of two rows never reaches; one in 100 reaches 2.6."""

_ONE_ROW_ABOVE: Final = 0.8
"""Width / height that a row of five characters stays above, unless the picture is squeezed."""

_LONG_ROW: Final = 5

_CORNER_SLACK: Final = 0.15
"""Corners may leave their box by this part of its longer side."""

Check = Callable[[Sample, LabelledPlate], tuple[str, str] | None]
"""Gives kind and message of what is wrong with a plate."""


def check_labels(sample: Sample) -> Iterator[Finding]:
    """Give what is wrong with the labels of a picture, as far as they alone show it."""
    for number, plate in enumerate(sample.plates):
        for check in _CHECKS:
            wrong = check(sample, plate)
            if wrong:
                kind, message = wrong
                yield Finding(kind, message, (sample,), number)


def inside(box: Box, size_hw: tuple[int, int]) -> Box | None:
    """Give the part of a box that lies in a picture; None if there is none."""
    height, width = size_hw
    x1, y1 = max(0.0, box.x1), max(0.0, box.y1)
    x2, y2 = min(float(width), box.x2), min(float(height), box.y2)
    return Box(x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def leaves(box: Box, size_hw: tuple[int, int]) -> bool:
    """Tell whether a box leaves its picture by more than rounding."""
    height, width = size_hw
    return max(-box.x1, -box.y1, box.x2 - width, box.y2 - height) > SLACK_PX


def _box(sample: Sample, plate: LabelledPlate) -> tuple[str, str] | None:
    size_hw = sample.height, sample.width
    if inside(plate.box, size_hw) is None:
        return "box_outside", f"{_shown(plate.box)} in a picture of {sample.width}x{sample.height}"
    if leaves(plate.box, size_hw):
        return "box_cut", f"{_shown(plate.box)} in a picture of {sample.width}x{sample.height}"
    return None


def _size(_sample: Sample, plate: LabelledPlate) -> tuple[str, str] | None:
    if plate.box.height >= _TINY_HW[0] and plate.box.width >= _TINY_HW[1]:
        return None
    return "tiny_box", f"{plate.box.width:.0f}x{plate.box.height:.0f} px, {_text(plate)}"


def _text_length(_sample: Sample, plate: LabelledPlate) -> tuple[str, str] | None:
    if plate.text is None or len(plate.text) in _TEXT_LENGTHS:
        return None
    return "text_length", f"{_text(plate)}: {len(plate.text)} characters"


def _rows(sample: Sample, plate: LabelledPlate) -> tuple[str, str] | None:
    height, width = quad_size_hw(plate.quad) if plate.quad else (plate.box.height, plate.box.width)
    aspect = width / height
    if sample.is_crop and plate.quad is None:
        return None  # the picture may have been stretched
    long = plate.text is not None and len(plate.text) >= _LONG_ROW
    too_wide = plate.rows == 2 and aspect > _TWO_ROWS_BELOW
    too_high = plate.rows == 1 and long and aspect < _ONE_ROW_ABOVE
    if not (too_wide or too_high):
        return None
    rows = "2 rows" if plate.rows == 2 else "1 row"
    return "rows_shape", f"{rows} on a plate {aspect:.1f} times as wide as high, {_text(plate)}"


def _corners(_sample: Sample, plate: LabelledPlate) -> tuple[str, str] | None:
    if plate.quad is None:
        return None
    if not _is_clockwise(plate.quad):
        return "corners_wrong", f"{_points(plate.quad)} do not go clockwise around a plate"
    points, box = quad_to_array(plate.quad), plate.box
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    out = float(max(box.x1 - left, box.y1 - top, right - box.x2, bottom - box.y2))
    if out <= max(SLACK_PX, _CORNER_SLACK * max(box.width, box.height)):
        return None
    return "corners_off", f"{_points(plate.quad)} leave {_shown(box)} by {out:.0f} px"


def _is_clockwise(quad: Quad) -> bool:
    """Tell whether every corner turns right, as on screen with y down."""
    points = quad.points
    for i, (x, y) in enumerate(points):
        (x1, y1), (x2, y2) = points[(i + 1) % 4], points[(i + 2) % 4]
        if (x1 - x) * (y2 - y1) - (y1 - y) * (x2 - x1) <= 0:
            return False
    return True


def _text(plate: LabelledPlate) -> str:
    return "no text" if plate.text is None else f"text {plate.text}"


def _points(quad: Quad) -> str:
    return "corners " + " ".join(f"({x:.0f}, {y:.0f})" for x, y in quad.points)


def _shown(box: Box) -> str:
    return f"box ({box.x1:.0f}, {box.y1:.0f}, {box.x2:.0f}, {box.y2:.0f})"


_CHECKS: Final[tuple[Check, ...]] = (_box, _size, _text_length, _rows, _corners)
