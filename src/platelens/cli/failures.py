"""What goes wrong becomes one line on the standard error and an exit status."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator

import typer

from platelens.errors import PlatelensError

SOME_FAILED = 1
COULD_NOT_WORK = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
BROKEN_PIPE = 141  # 128 + SIGPIPE
TERMINATED = 143  # 128 + SIGTERM


class Failures:
    """Reports failures one by one as they happen and remembers that there were some."""

    def __init__(self) -> None:
        self._count = 0

    def report(self, message: str) -> None:
        """Print one `error:` line."""
        self._count += 1
        typer.echo(f"error: {one_line(message)}", err=True)

    def exit_if_any(self, status: int = SOME_FAILED) -> None:
        """End the program with `status` if anything was reported."""
        if self._count:
            raise typer.Exit(status)


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """End the program with one line and an exit status instead of a traceback."""
    try:
        yield
    except PlatelensError as error:
        Failures().report(str(error))
        raise typer.Exit(COULD_NOT_WORK) from error
    except BrokenPipeError as error:
        _give_up_stdout()  # the reader of the pipe has seen enough, as with `head`
        raise typer.Exit(BROKEN_PIPE) from error
    except OSError as error:
        if error.filename is None:
            _give_up_stdout()
        Failures().report(describe(error, "standard output"))
        raise typer.Exit(COULD_NOT_WORK) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error


def describe(error: Exception, name: str) -> str:
    """Give file and cause of an error; `name` is the file where the error does not say it."""
    if isinstance(error, OSError):
        return f"{error.filename or name}: {error.strerror or error}"
    if isinstance(error, MemoryError):
        return f"{name}: not enough memory"
    return str(error)


def one_line(text: str) -> str:
    """Give `text` without line breaks and without what a terminal would obey or choke on."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _give_up_stdout() -> None:
    # The interpreter flushes it once more at the end, which must not fail aloud.
    with contextlib.suppress(OSError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
