"""The places results go to: lines, a table, a CSV file, folders of pictures."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import typer

from platelens.cli.failures import one_line

if TYPE_CHECKING:
    from platelens.cli.options import Outputs
    from platelens.pipeline import Explain, ReadResult
    from platelens.pipeline.records import Record
    from platelens.types import Plate


Row = tuple[str, str, str, str, str]
"""Picture, plate, confidence, box and region, as people read them."""


class Sink(Protocol):
    """Takes the results one by one as they come."""

    def add(self, name: str, result: ReadResult) -> None:
        """Take the result of the picture `name`."""
        ...


class JsonLines:
    """One JSON object a line on the standard output, each flushed at once."""

    def __init__(self, record: Callable[[str, ReadResult], Record]) -> None:
        self._record = record

    def add(self, name: str, result: ReadResult) -> None:
        """Print the result."""
        # ASCII: a file name need not be valid Unicode.
        typer.echo(json.dumps(self._record(name, result), allow_nan=False))


class PlainLines:
    """One line a plate with tabs between the values: for pipes and logs."""

    def add(self, name: str, result: ReadResult) -> None:
        """Print the result; a picture without a plate gives one line too."""
        for row in _rows(name, result):
            typer.echo("\t".join(row))


class PeopleTable:
    """A table on the terminal, printed when all is done."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._pictures = 0
        self._plates = 0
        self._ms = 0.0

    def add(self, name: str, result: ReadResult) -> None:
        """Keep the result's rows."""
        self._rows += _rows(name, result)
        self._pictures += 1
        self._plates += len(result.plates)
        self._ms += result.ms_total

    def show(self) -> None:
        """Print the table, if there is anything to show."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        if not self._rows:
            return
        mean = self._ms / self._pictures
        table = Table(
            caption=f"plates: {self._plates}, pictures: {self._pictures}, {mean:.0f} ms each"
        )
        table.add_column("picture", overflow="fold")
        # Where the terminal is narrow, the texts of the plates are what must stay whole.
        widest = max(len(row[1]) for row in self._rows)
        table.add_column("plate", style="bold", no_wrap=True, min_width=widest)
        table.add_column("confidence", justify="right")
        table.add_column("box")
        table.add_column("region")
        for row in self._rows:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)


class CsvFile:
    """One row a plate in a CSV file, each flushed at once."""

    COLUMNS = (
        *("image", "plate", "text", "confidence", "detection_confidence", "rows", "region"),
        *("x1", "y1", "x2", "y2"),
        *("tl_x", "tl_y", "tr_x", "tr_y", "br_x", "br_y", "bl_x", "bl_y"),
        *("readable", "region_confidence", "raw_text", "reason"),
    )

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer = csv.writer(file)
        self._write([self.COLUMNS])

    def add(self, name: str, result: ReadResult) -> None:
        """Write the result's plates, numbered from 1, left to right."""
        from platelens.pipeline.records import read_record

        rows = []
        for number, plate in enumerate(read_record(name, result, top=1)["plates"], start=1):
            region = plate["region"] or {}
            values = [plate[c] for c in self.COLUMNS[2:6]] + [region.get("code")]
            corners = [v for corner in plate["corners"] for v in corner]
            place = [*plate["box"], *corners]
            last = [region.get("confidence"), plate["raw_text"], plate["reason"]]
            rows.append([name, number, *values, *place, plate["readable"], *last])
        self._write(rows)

    def _write(self, rows: Iterable[Iterable[object]]) -> None:
        try:
            self._writer.writerows(rows)
            self._file.flush()
        except OSError as error:
            raise OSError(error.errno, error.strerror, self._file.name) from error


class AnnotatedPictures:
    """A folder of the pictures with their plates drawn."""

    def __init__(self, names: OutputNames) -> None:
        self._names = names

    def add(self, name: str, result: ReadResult) -> None:
        """Save the picture, with or without plates."""
        from platelens import imaging

        image = result.image
        for plate in result.plates:
            quad, reading = plate.detection.quad, plate.reading
            if reading is None:
                image = imaging.draw_plate(image, quad, "", plate.detection.confidence)
            elif reading.is_readable:
                text = shown_text(plate)
                label = f"{plate.region.code} {text}" if plate.region else text
                image = imaging.draw_plate(image, quad, label, reading.confidence)
            else:
                image = imaging.draw_plate(image, quad, "unreadable", None)
        imaging.save(image, self._names.take(name, ".jpg"))


class PlateCrops:
    """A folder of the rectified plates."""

    def __init__(self, names: OutputNames) -> None:
        self._names = names

    def add(self, name: str, result: ReadResult) -> None:
        """Save the result's plates, numbered from 1, left to right."""
        from platelens import imaging
        from platelens.geometry import cut_plate

        for number, plate in enumerate(result.plates, start=1):
            crop = cut_plate(result.image, plate.detection.quad)
            tail = f"_{number}_{plate.text}" if plate.text else f"_{number}"
            imaging.save(crop, self._names.take(name, f"{tail}.png"))


class StepPictures:
    """A folder of what the stages did to the pictures, a file a step."""

    def __init__(self, names: OutputNames, explain: Explain) -> None:
        self._names = names
        self._explain = explain

    def add(self, name: str, result: ReadResult) -> None:
        """Save the steps that led to the result, numbered from 1."""
        from platelens import imaging

        for number, step in enumerate(self._explain(result), start=1):
            title = re.sub(r"[^\w.]+", "-", step.name)
            imaging.save(step.pixels, self._names.take(name, f"-{number:02d}-{title}.png"))


class OutputNames:
    """File names in a folder: never twice the same in one run, never one of the inputs.

    Args:
        folder: is made if it is not there.
        inputs: the files that the run reads.
    """

    def __init__(self, folder: Path, inputs: Iterable[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._taken = {_key(path) for path in inputs}

    def take(self, source: str, tail: str) -> Path:
        """Give `folder/<stem of source><tail>`, with a number before the tail where needed."""
        stem = Path(source).stem
        number = 1
        while True:
            path = self._folder / f"{stem}{'' if number == 1 else f'-{number}'}{tail}"
            if _key(path) not in self._taken:
                self._taken.add(_key(path))
                return path
            number += 1


@contextlib.contextmanager
def open_sinks(outputs: Outputs, inputs: Iterable[str]) -> Iterator[list[Sink]]:
    """Open what `outputs` asks for; OSError where a place cannot be written to."""
    inputs = list(inputs)
    with contextlib.ExitStack() as stack:
        sinks: list[Sink] = []
        if outputs.csv:
            _refuse_input(outputs.csv, inputs)
            sinks.append(stack.enter_context(_open_csv(outputs.csv)))
        if outputs.annotate:
            sinks.append(AnnotatedPictures(OutputNames(outputs.annotate, inputs)))
        if outputs.crops:
            sinks.append(PlateCrops(OutputNames(outputs.crops, inputs)))
        if outputs.steps:
            names = OutputNames(outputs.steps.folder, inputs)
            sinks.append(StepPictures(names, outputs.steps.explain))
        yield sinks


def _refuse_input(path: Path, inputs: Iterable[str]) -> None:
    if _key(path) in map(_key, inputs):
        raise OSError(errno.EEXIST, "would overwrite a picture that is to be read", str(path))


@contextlib.contextmanager
def _open_csv(path: Path) -> Iterator[CsvFile]:
    # File names that are not valid Unicode are written as the bytes they are.
    file = path.open("w", newline="", encoding="utf-8", errors="surrogateescape")
    try:
        yield CsvFile(file)
    finally:
        with contextlib.suppress(OSError):  # what cannot be written was reported by add()
            file.close()


@contextlib.contextmanager
def open_stdout(record: Callable[[str, ReadResult], Record], *, as_json: bool) -> Iterator[Sink]:
    """Give what fits: JSON if asked for, a table for a terminal, plain lines otherwise."""
    if as_json:
        yield JsonLines(record)
    elif not sys.stdout.isatty():
        yield PlainLines()
    else:
        table = PeopleTable()
        try:
            yield table
        finally:
            table.show()  # also what there is when the run is interrupted


def _rows(name: str, result: ReadResult) -> list[Row]:
    name = one_line(name)
    return [(name, *_cells(plate)) for plate in result.plates] or [(name, "no plate", "", "", "")]


def _cells(plate: Plate) -> tuple[str, str, str, str]:
    box = plate.detection.box
    corners = " ".join(str(round(v)) for v in (box.x1, box.y1, box.x2, box.y2))
    region = f"{plate.region.code} {plate.region.confidence:.2f}" if plate.region else ""
    if plate.reading is None:
        return "-", f"{plate.detection.confidence:.3f}", corners, region
    if not plate.reading.is_readable:
        return "unreadable", "", corners, region
    return shown_text(plate), f"{plate.confidence:.3f}", corners, region


def shown_text(plate: Plate) -> str:
    """Give the text of a plate for people: characters that failed are question marks."""
    failed = plate.failed_positions or ()
    return "".join("?" if i in failed else char for i, char in enumerate(plate.text))


def _key(path: str | Path) -> str:
    # Some file systems do not tell upper from lower case.
    return os.path.realpath(path).casefold()
