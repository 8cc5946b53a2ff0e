"""Counts of what a job did. Those of shards add up to those of the job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from platelens.batch.schema import Outcome

BINS: Final = 20
"""Of the confidences of texts, 0 to 1."""


@dataclass(slots=True)
class Tally:
    """Sums over pictures."""

    statuses: Counter[str] = field(default_factory=Counter)  # pictures by status
    troubles: Counter[str] = field(default_factory=Counter)  # failed pictures by trouble
    regions: Counter[str] = field(default_factory=Counter)  # readable plates; "" = not told
    confidences: Counter[str] = field(default_factory=Counter)  # readable plates by bin
    plates: int = 0
    readable: int = 0
    rows: int = 0
    bytes_in: int = 0  # of the pictures as they came
    bytes_out: int = 0  # of the Parquet files
    seconds: float = 0.0  # on the clock, loading of the models not counted
    cpu_seconds: float = 0.0

    @property
    def pictures(self) -> int:
        """All pictures, whatever became of them."""
        return self.statuses.total()

    def add(self, outcome: Outcome) -> None:
        """Count a picture."""
        self.statuses[outcome.status] += 1
        self.rows += max(1, len(outcome.plates))
        if outcome.trouble:
            self.troubles[outcome.trouble] += 1
        for plate in outcome.plates:
            self.plates += 1
            if plate.reading and plate.reading.is_readable:
                self.readable += 1
                self.regions[plate.region.code if plate.region else ""] += 1
                self.confidences[str(min(BINS - 1, int(plate.confidence * BINS)))] += 1

    def merge(self, other: Tally) -> None:
        """Add the sums of other pictures."""
        for each in fields(self):
            mine = getattr(self, each.name)
            if isinstance(mine, Counter):
                mine.update(getattr(other, each.name))
            else:
                setattr(self, each.name, mine + getattr(other, each.name))

    def record(self) -> dict[str, Any]:
        """Give the sums as plain values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        # `asdict` would count the pairs of a Counter.
        return {
            k: dict(sorted(v.items())) if isinstance(v, Counter) else v for k, v in values.items()
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Give the sums of such values."""
        values: dict[str, Any] = {
            key: Counter(value) if isinstance(value, dict) else value
            for key, value in record.items()
        }
        return cls(**values)
