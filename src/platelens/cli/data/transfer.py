"""`platelens data import` and `platelens data export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from platelens.cli import options as opt
from platelens.cli.failures import SOME_FAILED, one_line, one_line_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platelens.datasets import Problem

Form = Annotated[
    str, typer.Argument(metavar="FORMAT", help="As `platelens data import --help` lists them.")
]
Source = Annotated[Path, typer.Argument(metavar="SRC", help="Data set to read.")]
Destination = Annotated[
    Path, typer.Argument(metavar="DST", help="Folder to make; it must be new or empty.")
]


@one_line_errors()
def import_data(form: Form, source: Source, destination: Destination) -> None:
    """Bring a data set of another form into that of platelens, pictures copied.

    FORMAT: voc, yolo, yolo-pose, yolo-obb, coco, cvat, roboflow, ccpd, ufpr-alpr, rodosol-alpr,
    openalpr, csv, crop-names, class-folders, emnist.
    """
    from platelens.datasets import find_format, import_dataset

    loaded = find_format(form).read(source)
    import_dataset(loaded, source, destination)
    report_problems(loaded.problems)
    plates = [plate for sample in loaded.samples for plate in sample.plates]
    readable = sum(plate.readable for plate in plates)
    mended = sum(not problem.dropped for problem in loaded.problems)
    dropped = len(loaded.problems) - mended
    typer.echo(
        f"{destination}: {len(loaded.samples)} pictures, {len(plates)} plates, "
        f"{readable} of them readable; {mended} labels mended, {dropped} left out"
    )
    if dropped:
        raise typer.Exit(SOME_FAILED)


@one_line_errors()
def export_data(
    form: Form, source: Source, destination: Destination, *, source_form: opt.FormatName = None
) -> None:
    """Write a data set in another form; what that form cannot hold is counted."""
    from platelens.datasets import export_dataset, find_format, read_dataset

    target = find_format(form)
    loaded = read_dataset(source, source_form)
    lost = export_dataset(loaded.samples, target, destination)
    report_problems(loaded.problems)
    for name, count in lost.items():
        typer.echo(f"note: {form} has no place for {name}: left out {count} times", err=True)
    pictures = len(loaded.samples)
    if "box" not in target.holds:  # a picture a plate
        plates = [plate for sample in loaded.samples for plate in sample.plates]
        unread = sum(not plate.readable for plate in plates) if "text" in target.holds else 0
        pictures = len(plates) - unread
        if unread:
            typer.echo(
                f"note: {form} has no place for plates without text: {unread} left out", err=True
            )
    typer.echo(f"{destination}: {pictures} pictures as {target.title}")


def report_problems(problems: Sequence[Problem]) -> None:
    """Print a line for each problem of a reader."""
    for problem in problems:
        kind = "left out" if problem.dropped else "note"
        typer.echo(f"{kind}: {one_line(f'{problem.where}: {problem.what}')}", err=True)
