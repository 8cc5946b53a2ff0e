"""A bar for work that takes a while; only a terminal gets one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def watched(title: str, total: int) -> Iterator[Callable[..., None]]:
    """Give a function to be called after every one of `total` steps, or with how many were made.

    Its second argument is a note to be shown beside the bar from then on.
    """
    if not sys.stderr.isatty():
        yield lambda _steps=1, _note="": None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    note_column = TextColumn("{task.fields[note]}", markup=False)
    console = Console(stderr=True)
    with Progress(
        title, *columns, note_column, console=console, transient=True, redirect_stdout=False,
        speed_estimate_period=600,  # a training reports so seldom that 30 s would hold one report
    ) as progress:  # fmt: skip
        task = progress.add_task(title, total=total, note="")

        def step(steps: int = 1, note: str = "") -> None:
            progress.update(task, advance=steps, note=note)

        yield step
