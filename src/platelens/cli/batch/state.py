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
        start, last, shown = time.monotonic(), time.monotonic(), 0
        move: Callable[..., None] | None = None
        first = 0

        def tell(progress: Progress) -> None:
            nonlocal move, last, shown, first
            now = time.monotonic()
            if move is None:
                move = stack.enter_context(watched("shards", progress.shards))
                first = progress.done
            move(progress.done - shown, _note(progress, now - start))
            shown = progress.done
            if not sys.stderr.isatty() and now - last >= _TOLD_S:
                last = now
                left = _left(progress, first, now - start)
                typer.echo(
                    f"note: {progress.done:,} of {progress.shards:,} shards, "
                    f"{_note(progress, now - start)}, {left} left",
                    err=True,
                )

        yield tell


def _note(progress: Progress, seconds: float) -> str:
    pictures = progress.tally.pictures
    failed = progress.tally.statuses["failed"]
    note = f"{pictures / max(seconds, 1e-9):.1f} pictures/s"
    return f"{note}, {failed:,} failed" if failed else note


def _left(progress: Progress, first: int, seconds: float) -> str:
    done = progress.done - first
    if not done:
        return "unknown time"
    minutes = seconds / done * (progress.shards - progress.done) / 60
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
