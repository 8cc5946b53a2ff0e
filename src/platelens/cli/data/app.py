"""`platelens data`: data sets in and out, checked, split, looked at and drawn."""

from __future__ import annotations

import typer

from platelens.cli.data.check import check
from platelens.cli.data.look import show, stats
from platelens.cli.data.split import split
from platelens.cli.data.synth import synth
from platelens.cli.data.transfer import export_data, import_data

app = typer.Typer(name="data", help="Work on labelled pictures.", no_args_is_help=True)
app.command("import")(import_data)
app.command("export")(export_data)
app.command("stats")(stats)
app.command("show")(show)
app.command("check")(check)
app.command("split")(split)
app.command("synth")(synth)
