"""A bar for work that takes a while; only a terminal gets one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def watched(title: str, total: int) -> Iterator[Callable[..., None]]:
    """Give a function to be called after every one of `total` steps, or with how many were made."""
    if not sys.stderr.isatty():
        yield lambda _=1: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(
        title, *columns, console=console, transient=True, redirect_stdout=False
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda steps=1: progress.advance(task, steps)
