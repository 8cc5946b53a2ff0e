"""`platelens data split`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line, one_line_errors
from platelens.cli.progress import watched
from platelens.errors import AnnotationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platelens.datasets import Sample

Folder = Annotated[
    Path, typer.Argument(metavar="SRC", help="Folder with annotations.jsonl, which is rewritten.")
]
Parts = Annotated[
    str, typer.Option("--parts", metavar="NAME=SHARE,...", help="The parts; together 1.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace splits that are there already.")]


_MUCH: Final = 0.1
"""A part that is off its share by more than this is worth a note."""


@one_line_errors()
def split(
    source: Folder,
    *,
    parts: Parts = "train=0.8,valid=0.1,test=0.1",
    seed: opt.Seed = 0,
    force: Force = False,
) -> None:
    """Split a data set so that no plate, ride or near-duplicate is in two parts."""
    require_extra("data", "imagehash")
    from platelens.datasets.audit import write_splits

    shares = _shares(parts)
    groups = write_splits(source, shares, seed, force=force, watch=watched)
    _print_table(groups, shares)


def _shares(parts: str) -> dict[str, float]:
    """Read NAME=SHARE,...; AnnotationError when it is malformed."""
    shares: dict[str, float] = {}
    for part in parts.split(","):
        name, equals, share = (word.strip() for word in part.partition("="))
        try:
            value = float(share)
        except ValueError:
            value = math.nan
        if not name or not equals or name in shares or not 0 < value <= 1:
            raise AnnotationError(f"--parts {parts}: expected different NAME=SHARE, SHARE 0 to 1")
        shares[name] = value
    if not math.isclose(sum(shares.values()), 1.0, abs_tol=1e-6):
        raise AnnotationError(f"--parts {parts}: the shares make {sum(shares.values()):g}, not 1")
    return shares


def _print_table(
    groups: Sequence[tuple[str, Sequence[Sample]]], shares: Mapping[str, float]
) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("part", box=None, pad_edge=False)
    for title in ("asked", "got", "pictures", "plates", "groups"):
        table.add_column(title, justify="right")
    total = sum(len(samples) for _, samples in groups)
    for name, share in shares.items():
        mine = [samples for part, samples in groups if part == name]
        pictures = sum(map(len, mine))
        plates = sum(len(sample.plates) for samples in mine for sample in samples)
        counts = [str(number) for number in (pictures, plates, len(mine))]
        got = pictures / total
        table.add_row(escape(one_line(name)), f"{share:.1%}", f"{got:.1%}", *counts)
        if not pictures:
            _note(name, "stays empty: too few groups")
        elif abs(got - share) > _MUCH:
            _note(name, f"got {got:.1%}, not {share:.1%}: groups stay together")
    Console().print(table)


def _note(part: str, text: str) -> None:
    typer.echo(f"note: part {one_line(part)} {text}", err=True)
