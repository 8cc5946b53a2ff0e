"""`platelens data import` and `platelens data export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import SOME_FAILED, one_line, one_line_errors
from platelens.errors import AnnotationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platelens.datasets import Loaded, Problem

Form = Annotated[
    str, typer.Argument(metavar="FORMAT", help="As `platelens data import --help` lists them.")
]
Source = Annotated[Path, typer.Argument(metavar="SRC", help="Data set to read.")]
Destination = Annotated[
    Path, typer.Argument(metavar="DST", help="Folder to make; it must be new or empty.")
]

FromStore = Annotated[
    bool,
    typer.Option(
        "--from-store",
        help="SRC is a service's data folder or settings; its reviewed reads are written.",
    ),
]

_OWN: Final = "platelens"


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
    form: Form,
    source: Source,
    destination: Destination,
    *,
    source_form: opt.FormatName = None,
    from_store: FromStore = False,
) -> None:
    """Write a data set in another form; what that form cannot hold is counted.

    FORMAT `platelens` is our own.
    """
    from platelens.datasets import export_dataset, find_format, import_dataset

    target = None if form == _OWN else find_format(form)
    loaded = _load_reviewed(source) if from_store else _load(source, source_form)
    if target is None:
        import_dataset(loaded, source, destination)
        report_problems(loaded.problems)
        typer.echo(f"{destination}: {len(loaded.samples)} pictures in the form of platelens")
        return
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


def _load(source: Path, form: str | None) -> Loaded:
    from platelens.datasets import read_dataset

    return read_dataset(source, form)


def _load_reviewed(source: Path) -> Loaded:
    require_extra("serve", "fastapi", "sqlalchemy")
    from platelens.serving.reviewed import load_reviewed

    loaded = load_reviewed(source)
    if not loaded.samples:
        report_problems(loaded.problems)
        raise AnnotationError(f"{source}: has no read that somebody has confirmed or corrected")
    return loaded


def report_problems(problems: Sequence[Problem]) -> None:
    """Print a line for each problem of a reader."""
    for problem in problems:
        kind = "left out" if problem.dropped else "note"
        typer.echo(f"{kind}: {one_line(f'{problem.where}: {problem.what}')}", err=True)
