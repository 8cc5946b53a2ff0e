"""The places that the passes of a video go to, each as soon as it is told."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TextIO

import typer

from platelens.cli.failures import one_line
from platelens.pipeline.records import pass_record

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from platelens.types import Pass

_SHOWN: Final = 15
"""Passes in the table of a terminal: the last ones."""


class PassSink(Protocol):
    """Takes passes one by one as they come."""

    def add(self, found: Pass) -> None:
        """Take a pass."""
        ...


class JsonPasses:
    """One JSON object a line on the standard output, each flushed at once."""

    def __init__(self, source: str, top: int) -> None:
        self._source = source
        self._top = top

    def add(self, found: Pass) -> None:
        """Print the pass."""
        record = pass_record(self._source, found, self._top)
        typer.echo(json.dumps(record, allow_nan=False))
        sys.stdout.flush()


class PlainPasses:
    """One line a pass with tabs between the values: for pipes and logs."""

    def add(self, found: Pass) -> None:
        """Print the pass."""
        typer.echo("\t".join(_cells(found)))
        sys.stdout.flush()


class LiveTable:
    """The last passes on a terminal, and how the source does."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._rows: list[tuple[str, ...]] = []
        self._count = 0
        self._note = ""

    def add(self, found: Pass) -> None:
        """Show the pass; one that replaces its preview takes its place."""
        if found.is_final:
            self._count += 1
        row = (str(found.id), *_cells(found))
        others = [known for known in self._rows if known[0] != row[0]]
        self._rows = [*others[1 - _SHOWN :], row]
        self._live.update(self._table())

    def tell(self, note: str) -> None:
        """Show how the source does."""
        self._note = note
        self._live.update(self._table())

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(caption=f"passes: {self._count}{self._note}")
        for name in ("from - to", "plate", "confidence", "region", "sightings", ""):
            table.add_column(name, style="bold" if name == "plate" else "", no_wrap=True)
        for row in self._rows:
            table.add_row(*(Text(cell) for cell in row[1:]))
        return table


class CsvPasses:
    """One row a pass in a CSV file, each flushed at once."""

    COLUMNS = (
        *("source", "event", "id", "text", "confidence", "readable", "first_s", "last_s", "best_s"),
        *("sightings", "direction", "parked", "region", "region_confidence", "raw_text", "reason"),
        *("x1", "y1", "x2", "y2"),
    )

    def __init__(self, file: TextIO, source: str) -> None:
        self._file = file
        self._source = source
        self._writer = csv.writer(file)
        self._write(self.COLUMNS)

    def add(self, found: Pass) -> None:
        """Write the pass."""
        record = pass_record(self._source, found, top=1)
        region = record["region"] or {}
        record |= dict(zip(("x1", "y1", "x2", "y2"), record["box"], strict=True))
        record |= {"region": region.get("code"), "region_confidence": region.get("confidence")}
        self._write(record[column] for column in self.COLUMNS)

    def _write(self, row: Iterable[object]) -> None:
        try:
            self._writer.writerow(row)
            self._file.flush()
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._file.name) from error


class Snapshots:
    """A folder of the best picture and the plate of each pass."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def add(self, found: Pass) -> None:
        """Save picture and plate, named by number and text; a final event replaces its preview."""
        from platelens import imaging

        stem = f"{found.id:05d}"
        for old in self._folder.glob(f"{stem}_*"):
            old.unlink()
        name = f"{stem}_{found.plate.text}"
        quad, text = found.plate.detection.quad, found.plate.text
        drawn = imaging.draw_plate(found.image, quad, text, found.plate.confidence)
        imaging.save(drawn, self._folder / f"{name}.jpg")
        imaging.save(found.crop, self._folder / f"{name}_plate.png")


@contextlib.contextmanager
def open_pass_sinks(
    source: str, top: int, *, as_json: bool, csv_file: Path | None, snapshots: Path | None
) -> Iterator[list[PassSink]]:
    """Open what is asked for; what goes to the standard output comes first."""
    with contextlib.ExitStack() as stack:
        sinks: list[PassSink] = []
        if as_json:
            sinks.append(JsonPasses(source, top))
        elif sys.stdout.isatty():
            from rich.live import Live

            sinks.append(LiveTable(stack.enter_context(Live())))
        else:
            sinks.append(PlainPasses())
        if csv_file is not None:
            file = stack.enter_context(csv_file.open("w", newline="", encoding="utf-8"))
            sinks.append(CsvPasses(file, source))
        if snapshots is not None:
            sinks.append(Snapshots(snapshots))
        yield sinks


def _cells(found: Pass) -> tuple[str, ...]:
    plate = found.plate
    region = f"{plate.region.code} {plate.region.confidence:.2f}" if plate.region else ""
    state = "parked" if found.is_parked else "" if found.is_final else "preview"
    span = f"{_clock(found.first_s)} - {_clock(found.last_s)}"
    text = one_line(plate.text) if plate.reading and plate.reading.is_readable else "unreadable"
    return span, text, f"{plate.confidence:.3f}", region, str(found.sightings), state


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(time_s, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{seconds:04.1f}"
