"""What a stage does to a picture, step by step, for people to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from platelens.errors import PlanError
from platelens.geometry import cut_plate
from platelens.pipeline.pipeline import ReadResult
from platelens.types import Detector, Recognizer, RgbImage, Step

Explain = Callable[[ReadResult], list[Step]]
"""Gives the steps that led to a result, in their order."""


@runtime_checkable
class Stepwise(Protocol):
    """A stage that works in steps which can be shown."""

    def steps(self, image: RgbImage, /) -> list[Step]:
        """Give what becomes of a picture on its way, in order."""
        ...


def explain_with(detector: Detector | None = None, recognizer: Recognizer | None = None) -> Explain:
    """Give what shows the steps of these stages, as far as they work in steps.

    Those of the detector come first, then those of the recogniser on each plate, left to right;
    the names of these begin with the plate's number: "plate1-...".

    Raises:
        PlanError: neither of them works in steps.
    """
    first, second = _stepwise(detector), _stepwise(recognizer)
    if first is None and second is None:
        raise PlanError(
            "no stage here works in steps that can be drawn; the detector `classical` and readers "
            "of single characters (chars_cnn3) do: pipeline B has both"
        )

    def explain(result: ReadResult) -> list[Step]:
        steps: list[Step] = []
        if first:
            steps += first.steps(result.image)
        if second:
            for number, plate in enumerate(result.plates, start=1):
                crop = cut_plate(result.image, plate.detection.quad)
                found = second.steps(crop)
                steps += [Step(f"plate{number}-{step.name}", step.pixels) for step in found]
        return steps

    return explain


def _stepwise(stage: object) -> Stepwise | None:
    return stage if isinstance(stage, Stepwise) else None
