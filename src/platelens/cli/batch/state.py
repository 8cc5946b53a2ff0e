"""How a batch job does, in words."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import typer

from platelens.cli.failures import SOME_FAILED, Failures
from platelens.cli.progress import watched

if TYPE_CHECKING:
    from platelens.batch import JobReport, Progress

_TOLD_S: Final = 30.0
"""How often a line tells how far it is, where there is no terminal for a bar."""


@contextlib.contextmanager
def told() -> Iterator[Callable[[Progress], None]]:
    """Give what tells of progress: a bar on a terminal, a line from time to time elsewhere."""
    with contextlib.ExitStack() as stack:
        yield _Teller(stack).tell


class _Teller:
    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack  # ends the bar
        self._first: Progress | None = None
        self._move: Callable[..., None] = lambda _steps, _note: None
        self._shown = 0
        self._start_s = self._told_s = 0.0

    def tell(self, progress: Progress) -> None:
        """Show how far a job is. The first call starts the clock."""
        now = time.monotonic()
        if self._first is None:
            self._first = progress
            self._start_s = self._told_s = now
            # Of what is left: what was done before would spoil the estimate of the time.
            bar = watched("shards left", progress.shards - progress.done)
            self._move = self._stack.enter_context(bar)
            self._shown = progress.done
        seconds = now - self._start_s
        note = _note(progress, seconds)
        self._move(progress.done - self._shown, note)
        self._shown = progress.done
        if not sys.stderr.isatty() and now - self._told_s >= _TOLD_S:
            self._told_s = now
            shards = f"{progress.done:,} of {progress.shards:,} shards"
            left = _left(progress, self._first.done, seconds)
            typer.echo(f"note: {shards}, {note}, {left} left", err=True)


def _note(progress: Progress, seconds: float) -> str:
    if not progress.tally.pictures:
        return "starting"
    failed = progress.tally.statuses["failed"]
    note = f"{progress.tally.pictures / max(seconds, 1e-9):.1f} pictures/s"
    return f"{note}, {failed:,} failed" if failed else note


def _left(progress: Progress, first: int, seconds: float) -> str:
    if progress.done == first:
        return "unknown time"
    minutes = seconds / (progress.done - first) * (progress.shards - progress.done) / 60
    return f"{minutes / 60:.1f} h" if minutes >= 100 else f"{minutes:.0f} min"


def say_job(report: JobReport, out: str) -> str:
    """Give a job's counts in a few lines."""
    tally = report.tally
    by_status = ", ".join(f"{n:,} {_STATUS[s]}" for s, n in sorted(tally.statuses.items()))
    lines = [
        f"{out}: {report.done:,} of {len(report.plan.shards):,} shards, "
        f"{tally.pictures:,} pictures ({by_status})",
        f"{tally.plates:,} plates, {tally.readable:,} of them readable",
    ]
    for kind, count in sorted(tally.troubles.items()):
        lines.append(f"failed, {_TROUBLE[kind]}: {count:,}")
    if report.plan.skipped.count:
        some = ", ".join(report.plan.skipped.examples)
        lines.append(f"in the source, no pictures: {report.plan.skipped.count:,} files ({some})")
    return "\n".join(lines)


_STATUS: Final = {
    "read": "with plates",
    "none": "without",
    "failed": "failed",
    "skipped": "skipped as near-duplicates",
    "repeated": "named twice",
}
_TROUBLE: Final = {
    "missing": "no such file",
    "denied": "access denied",
    "unreachable": "cannot be fetched",
    "changed": "changed under way",
    "damaged": "damaged or no picture",
    "archive": "damaged archive",
    "manifest": "bad line of a manifest",
    "reading": "error while reading",
}


def exit_by(report: JobReport) -> None:
    """Report what is wrong with a job, and end with status 1 if anything is."""
    failures = Failures()
    for fault in report.faults():
        failures.report(fault)
    failures.exit_if_any()
    if report.tally.statuses["failed"]:
        raise typer.Exit(SOME_FAILED)
