"""The command `platelens` and its subcommands."""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated

import typer

from platelens.cli import access, models, pipeline
from platelens.cli.batch.app import app as batch_app
from platelens.cli.data.app import app as data_app
from platelens.cli.detect import detect
from platelens.cli.doctor import doctor
from platelens.cli.evaluate import evaluate
from platelens.cli.failures import TERMINATED, one_line_errors
from platelens.cli.label import label
from platelens.cli.ocr import ocr
from platelens.cli.read import read
from platelens.cli.redact import redact
from platelens.cli.region import region
from platelens.cli.serve import serve
from platelens.cli.train import export, train
from platelens.cli.watch import watch

app = typer.Typer(
    name="platelens",
    help="Read licence plates in photographs: offline, with models inside the package.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(read)
app.command()(detect)
app.command()(ocr)
app.command()(region)
app.command()(watch)
app.command()(redact)
app.command()(serve)
app.add_typer(access.app)
app.add_typer(batch_app)
app.add_typer(models.app)
app.add_typer(pipeline.app)
app.command()(doctor)
app.command("eval")(evaluate)
app.add_typer(data_app)
app.command()(label)
app.command()(train)
app.command()(export)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"platelens {version('platelens')}")
        raise typer.Exit


@app.callback()
def _platelens(
    *,
    show_version: Annotated[  # its callback does the work
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print and exit."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; the exit status is 0, 1 (some picture failed) or 2 (could not work)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, or a Windows program without one
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  # stays open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name that the terminal's encoding lacks is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    _clean_up_on_sigterm()
    try:
        with one_line_errors():  # those outside of the commands: of --help and --version
            app()
    except typer.Exit as end:
        sys.exit(end.exit_code)


def _clean_up_on_sigterm() -> None:
    """Let SIGTERM end the program as Ctrl-C does: half-written files are removed first."""

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second one must not stop the cleaning up
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, end)
    if hasattr(os, "register_at_fork"):  # a worker has nothing to clean up
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
