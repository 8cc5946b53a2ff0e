"""The loop of `read`, `detect` and `ocr`: every file through the work, on through every sink."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import typer

from platelens.cli.failures import Failures, describe, one_line
from platelens.cli.options import NO_OUTPUTS, Outputs
from platelens.cli.progress import watched
from platelens.cli.sinks import open_sinks, open_stdout
from platelens.cli.sources import find_sources
from platelens.errors import EngineError, ImageError

if TYPE_CHECKING:
    from platelens.pipeline import ReadResult
    from platelens.pipeline.records import Record

MANY: Final = 3
"""From so many files on, a terminal gets a progress bar."""


def work_through(
    paths: Sequence[str],
    work: Callable[[str], ReadResult],
    record: Callable[[str, ReadResult], Record],
    *,
    as_json: bool,
    outputs: Outputs = NO_OUTPUTS,
) -> None:
    """Do `work` on every file of `paths` and hand out the results as they come.

    A file that fails is reported and passed over; the program then ends with status 1.

    Args:
        paths: files, folders and globs as given.
        work: gives the result of a file, or raises EngineError, ImageError or OSError.
        record: gives the JSON form of a result.
        as_json: print JSON in place of a table.
        outputs: where results go beside the standard output.
    """
    sources = find_sources(paths)
    failures = Failures()
    for note in sources.notes:
        typer.echo(f"note: {one_line(note)}", err=True)
    for problem in sources.problems:
        failures.report(problem)
    with open_sinks(outputs, sources.files) as sinks, open_stdout(record, as_json=as_json) as out:
        for name in _watched(sources.files, as_json=as_json):
            try:
                result = work(name)
            except (EngineError, ImageError, OSError, MemoryError) as error:
                failures.report(describe(error, name))
                continue
            out.add(name, result)
            for sink in sinks:
                try:
                    sink.add(name, result)
                except (ImageError, OSError) as error:
                    failures.report(describe(error, name))
    failures.exit_if_any()


def _watched(files: Sequence[str], *, as_json: bool) -> Iterator[str]:
    # JSON lines that run over the same terminal are progress enough.
    crowded = as_json and sys.stdout.isatty()
    if len(files) < MANY or crowded:
        yield from files
        return
    with watched("", len(files)) as step:
        for name in files:
            yield name
            step()
