"""Scores of the four corners: how exactly a plate was outlined."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import dist
from statistics import fmean, median

from platelens.types import Quad


def corner_error_px(found: Quad, truth: Quad) -> float:
    """Give the mean distance of the four corners, in pixels: sum over k of |f_k - t_k| / 4.

    A corner is held against the one of the same name, so that an outline that is right but turned
    by half a turn, which would be read upside down, is wrong.
    """
    return fmean(dist(f, t) for f, t in zip(found.points, truth.points, strict=True))


def plate_width_px(quad: Quad) -> float:
    """Give the width of a plate: the mean length of its top and its bottom side, in pixels."""
    top = dist(quad.top_left, quad.top_right)
    bottom = dist(quad.bottom_left, quad.bottom_right)
    return (top + bottom) / 2


@dataclass(frozen=True, slots=True)
class CornerScores:
    """Mean and median of the corner errors of some plates."""

    mean_px: float
    median_px: float
    mean_relative: float  # of the labelled plate's width; 0.01 = one pixel on a plate of 100
    median_relative: float


@dataclass(slots=True)
class CornerError:
    """Corner errors over matched plates, in pixels and relative to the labelled plate's width.

    * error in pixels = `corner_error_px(found, truth)`
    * relative error = `corner_error_px(found, truth)` / `plate_width_px(truth)`

    Each plate counts once. Plates that were not found have no corners: tell the recall with it.
    """

    errors_px: list[float] = field(default_factory=list)
    errors_relative: list[float] = field(default_factory=list)

    def update(self, found: Quad, truth: Quad) -> None:
        """Add one matched plate; ValueError when the labelled one has no width."""
        width = plate_width_px(truth)
        if width == 0:
            raise ValueError(f"a relative corner error needs a plate with a width, got {truth}")
        error = corner_error_px(found, truth)
        self.errors_px.append(error)
        self.errors_relative.append(error / width)

    def merge(self, other: CornerError) -> None:
        """Add the plates of `other`."""
        self.errors_px.extend(other.errors_px)
        self.errors_relative.extend(other.errors_relative)

    def compute(self) -> CornerScores:
        """Give means and medians; ValueError when there was no plate."""
        self._need_a_plate()
        return CornerScores(
            mean_px=fmean(self.errors_px),
            median_px=median(self.errors_px),
            mean_relative=fmean(self.errors_relative),
            median_relative=median(self.errors_relative),
        )

    def part_under(self, fraction: float) -> float:
        """Give the part of the plates whose relative error is less than `fraction`.

        Raises:
            ValueError: there was no plate.
        """
        self._need_a_plate()
        under = sum(error < fraction for error in self.errors_relative)
        return under / len(self.errors_relative)

    def _need_a_plate(self) -> None:
        if not self.errors_px:
            raise ValueError("a corner error needs a matched plate")
