"""`platelens batch`: many pictures, in shards, on one machine or a cluster."""

from __future__ import annotations

from typing import Final

import typer
from typer.core import TyperGroup

from platelens.cli.batch.report import report
from platelens.cli.batch.run import run


class _RunIsUsual(TyperGroup):
    """Takes `batch SOURCE ...` for `batch run SOURCE ...`."""

    usual: Final = "run"

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer's own Context is the one that comes
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="batch",
    cls=_RunIsUsual,
    help="Read many pictures into Parquet. `batch SOURCE --out DIR` is short for `batch run`.",
    no_args_is_help=True,
)
app.command("run")(run)
app.command("report")(report)
