"""Kinds of plates, each measured by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from platelens.evaluation.outcome import Outcome
from platelens.evaluation.rates import KINDS, Rate, measure

SLICED: Final[Mapping[str, str]] = {
    "recall_50": "found",
    "exact": "read exactly",
    "exact_folded": "O=0, I=1",
    "char_errors": "character errors",
}
"""The rates that a slice has, and their short names."""

Group = Callable[[Outcome, int], str | None]
"""Names the group of labelled plate number i; None where it belongs to none."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The scores of the labelled plates of one group."""

    by: str
    group: str
    plates: int
    rates: Mapping[str, Rate]


def _bins(value: float, edges: Sequence[float], unit: str = "") -> str:
    """Name the bin of a value: "under 50", "50 to 80", "200 and more"."""
    below = [edge for edge in edges if value >= edge]
    above = [edge for edge in edges if value < edge]
    if not below:
        return f"under {edges[0]:g}{unit}"
    if not above:
        return f"{edges[-1]:g}{unit} and more"
    return f"{below[-1]:g} to {above[0]:g}{unit}"


def _width(outcome: Outcome, number: int) -> str:
    return _bins(outcome.sample.plates[number].box.width, (80, 120, 200), " px")


def _rows(outcome: Outcome, number: int) -> str:
    return "one row" if outcome.sample.plates[number].rows == 1 else "two rows"


def _brightness(outcome: Outcome, number: int) -> str | None:
    look = outcome.look(number)
    return _bins(look.brightness, (70, 110, 150)) if look else None


def _sharpness(outcome: Outcome, number: int) -> str | None:
    look = outcome.look(number)
    return _bins(look.sharpness, (0.1, 0.25, 0.5)) if look else None


GROUPS: Final[Mapping[str, Group]] = {
    "rows": _rows,
    "width": _width,
    "brightness (mean luma, 0 to 255)": _brightness,
    "sharpness (Laplacian variance over variance)": _sharpness,
    "region": lambda outcome, number: outcome.sample.plates[number].region,
    "dataset": lambda outcome, _: outcome.dataset,
}
"""What plates are grouped by."""


def slice_outcomes(outcomes: Sequence[Outcome]) -> list[Slice]:
    """Give the scores of every group of every grouping; one that splits nothing is left out."""
    slices = []
    for by, group in GROUPS.items():
        names = {
            name
            for outcome in outcomes
            for number in range(len(outcome.sample.plates))
            if (name := group(outcome, number)) is not None
        }
        if len(names) > 1:
            slices += [_slice(by, name, group, outcomes) for name in sorted(names, key=_order)]
    return slices


def _order(name: str) -> tuple[float, str]:
    """Sort bins by where they begin, other names by the alphabet."""
    numbers = [word for word in name.split() if word.replace(".", "").isdigit()]
    return (float(numbers[0]) if numbers and not name.startswith("under") else -1.0), name


def _slice(by: str, name: str, group: Group, outcomes: Sequence[Outcome]) -> Slice:
    def wanted(outcome: Outcome, number: int) -> bool:
        return group(outcome, number) == name

    plates = sum(wanted(o, i) for o in outcomes for i in range(len(o.sample.plates)))
    rates = {key: measure(KINDS[key], outcomes, wanted) for key in SLICED}
    return Slice(by, name, plates, {key: rate for key, rate in rates.items() if rate})
