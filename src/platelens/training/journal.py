"""What a run tells of itself: `log.jsonl` and TensorBoard's files, both in the run folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from torch.utils.tensorboard import SummaryWriter

LOG_NAME: Final = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Report:
    """How the training goes at one step."""

    step: int  # steps made
    of: int  # steps in all
    loss: float  # of this step's batch
    learning_rate: float  # that this step was made with
    ms_per_sample: float  # since the last report, without the measuring
    parts: Mapping[str, float]  # of the loss
    scores: Mapping[str, float]  # on held-out data; empty where nothing was measured

    def line(self) -> dict[str, float]:
        """Give all numbers side by side, rounded to be read."""
        return {
            "step": self.step,
            "of": self.of,
            "loss": round(self.loss, 4),
            "learning_rate": float(f"{self.learning_rate:.4g}"),
            "ms_per_sample": round(self.ms_per_sample, 2),
            **{k: round(v, 4) for k, v in {**self.parts, **self.scores}.items()},
        }

    def scalars(self) -> dict[str, float]:
        """Give the numbers by the names under which TensorBoard draws them."""
        train = {
            "loss": self.loss,
            "learning_rate": self.learning_rate,
            "ms_per_sample": self.ms_per_sample,
            **self.parts,
        }
        return {
            **{f"train/{name}": value for name, value in train.items()},
            **{f"held_out/{name}": value for name, value in self.scores.items()},
        }


class Journal:
    """Writes the reports of a run down, each at once.

    A run that goes on from a checkpoint makes the steps after it a second time. What was written
    of them the first time does not count any more: it goes from the log, and TensorBoard is told
    not to show it.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """Open the journal of `folder`, whose training goes on after `step`."""
        self._log = folder / LOG_NAME
        _drop_after(self._log, step)
        self._board = SummaryWriter(str(folder), purge_step=step + 1)

    def __enter__(self) -> Self:
        """Give the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close TensorBoard's file."""
        self._board.close()

    def add(self, report: Report) -> None:
        """Write a report."""
        with self._log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(report.line()) + "\n")
        for name, value in report.scalars().items():
            self._board.add_scalar(name, value, report.step)
        self._board.flush()


def _drop_after(log: Path, step: int) -> None:
    """Keep the lines up to `step`; one that was cut short by the interruption goes too."""
    if not log.exists():
        return
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if _step_of(line) <= step]
    if kept != lines:
        new = log.with_suffix(".new")
        new.write_text("".join(kept), encoding="utf-8")
        new.replace(log)


def _step_of(line: str) -> float:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
