"""`platelens batch report`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from platelens.cli.batch.state import exit_by, say_job
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors

if TYPE_CHECKING:
    from platelens.batch import JobReport

_COLUMNS: Final = ("shard", "picture", "image", "status", "trouble", "error", "duplicate_of")


@one_line_errors()
def report(
    dest: Annotated[str, typer.Argument(metavar="DEST", help="Folder of a job.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots.")
    ] = None,
    failures: Annotated[
        Path | None,
        typer.Option("--failures", metavar="FILE", help="Write a row for each failed picture."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read every file and compare its checksum.")
    ] = False,
) -> None:
    """Sum a job up: counts, regions, rates, and all that went wrong."""
    require_extra("batch", "ray", "pyarrow", "fsspec")
    if html:
        require_extra("eval", "matplotlib", "jinja2")
    from platelens.batch import report_job, troubles

    done = report_job(dest, check_files=check)
    if failures:
        _write_failures(failures, troubles(dest, done))
    if html:
        _write_page(html, dest, done)
    typer.echo(json.dumps(job_record(dest, done)) if as_json else say_job(done, dest))
    exit_by(done)


def _write_failures(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def job_record(dest: str, done: JobReport) -> dict[str, Any]:
    """Give what `--json` prints of a job; the form is a promise, see docs/cli.md."""
    tally = done.tally.record()
    return {
        "job": dest,
        "sources": done.plan.sources,
        "shards": len(done.plan.shards),
        "done": done.done,
        "pictures": done.tally.pictures,
        **tally,
        "shard_seconds": [round(s, 3) for s in done.seconds],
        "skipped_files": done.plan.skipped.count,
        "faults": done.faults(),
        "options": done.plan.options,
    }


def _write_page(path: Path, dest: str, done: JobReport) -> None:
    from platelens.batch import BINS
    from platelens.evaluation.job_page import JobFigures, render_job

    tally = done.tally
    figures = JobFigures(
        name=dest,
        lines=say_job(done, dest).splitlines(),
        faults=done.faults(),
        regions=dict(tally.regions),
        confidences=[tally.confidences[str(i)] for i in range(BINS)],
        shard_seconds=done.seconds,
        workers={
            name: (part.pictures, part.seconds) for name, part in sorted(done.workers.items())
        },
        options={key: str(value) for key, value in done.plan.options.items()},
    )
    path.write_text(render_job(figures), encoding="utf-8")
