"""`platelens data stats` and `platelens data show`."""

from __future__ import annotations

import json as json_format
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from platelens.cli import options as opt
from platelens.cli.data.transfer import Source, report_problems
from platelens.cli.failures import one_line_errors
from platelens.runtime import write_whole

if TYPE_CHECKING:
    from platelens.datasets import DatasetStats

_MOST: Final = 12
"""So many entries of a count are printed; the rest is summed up."""


@one_line_errors()
def stats(
    source: Source,
    *,
    form: opt.FormatName = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count pictures, plates, texts, characters, sizes, regions and splits."""
    from platelens.datasets import count_samples, read_dataset

    loaded = read_dataset(source, form)
    report_problems(loaded.problems)
    found = count_samples(loaded.samples)
    if json:
        # Not asdict, which would count the items of a Counter anew.
        values = {field.name: getattr(found, field.name) for field in fields(found)}
        typer.echo(json_format.dumps(values, ensure_ascii=False))
        return
    for name, value in _lines(found):
        typer.echo(f"{name:<16} {value}")


def _lines(found: DatasetStats) -> list[tuple[str, str]]:
    return [
        ("pictures", f"{found.pictures}, {found.empty_pictures} without a plate"),
        ("crops", f"{found.crops} pictures that are one plate"),
        ("plates", f"{found.plates}, {found.readable} readable, {found.texts} different texts"),
        ("corners", f"of {found.with_corners} plates"),
        ("other script", f"on {found.other_script} plates"),
        ("vehicles", str(found.vehicles)),
        ("splits", _counted(found.splits)),
        ("rows", _counted(found.rows)),
        ("regions", _counted(found.regions)),
        ("text lengths", _counted(Counter(dict(sorted(found.lengths.items()))), ordered=True)),
        ("characters", _counted(found.characters, most=36)),
        ("width, px", _quantiles(found.widths_px)),
        ("width / height", _quantiles(found.aspects)),
    ]


def _counted(counts: Counter[Any], *, most: int = _MOST, ordered: bool = False) -> str:
    listed = list(counts.items()) if ordered else counts.most_common()
    shown = [f"{name if name != '' else '(none)'} {number}" for name, number in listed[:most]]
    rest = listed[most:]
    if rest:
        shown.append(f"{len(rest)} others {sum(number for _, number in rest)}")
    return ", ".join(shown) or "-"


def _quantiles(values: tuple[float, ...]) -> str:
    if not values:
        return "-"
    low, p5, p25, middle, p75, p95, high = (f"{value:.3g}" for value in values)
    return f"median {middle}; half in {p25} to {p75}, 90 % in {p5} to {p95}; {low} to {high}"


@one_line_errors()
def show(  # noqa: PLR0913  # a command's options are its arguments
    source: Source,
    picture: Annotated[
        Path, typer.Argument(metavar="PICTURE", help="Image file to write, as sheet.png.")
    ],
    *,
    form: opt.FormatName = None,
    count: Annotated[
        int, typer.Option("--count", min=1, max=2000, metavar="N", help="Pictures at most.")
    ] = 36,
    columns: Annotated[
        int, typer.Option("--columns", min=1, max=100, metavar="N", help="Pictures in a row.")
    ] = 6,
    cell: Annotated[
        int, typer.Option("--cell", min=32, max=2000, metavar="PX", help="Side of a picture.")
    ] = 240,
    seed: opt.Seed = 0,
) -> None:
    """Draw a contact sheet: pictures chosen by chance with their boxes and texts."""
    from platelens import imaging
    from platelens.datasets import SheetSettings, draw_contact_sheet, read_dataset

    loaded = read_dataset(source, form)
    report_problems(loaded.problems)
    settings = SheetSettings(columns=columns, cell_px=cell, seed=seed)
    sheet = draw_contact_sheet(loaded, count, settings)
    write_whole(picture, imaging.encode(sheet, picture.suffix))
    typer.echo(f"{picture}: {min(count, len(loaded.samples))} of {len(loaded.samples)} pictures")
