"""`platelens models list` and `platelens models info`."""

from __future__ import annotations

from typing import Annotated

import typer

from platelens.cli.failures import COULD_NOT_WORK, Failures, describe, one_line_errors

app = typer.Typer(name="models", help="The models that are found by name.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A model's name, or path:DIR.")]


@app.command("list")
@one_line_errors()
def list_models() -> None:
    """List the models of the package, of $PLATELENS_MODELS and of models/."""
    from rich.console import Console
    from rich.table import Table

    from platelens.errors import ModelError
    from platelens.runtime import GRAPH_NAME, find_models, load_manifest, model_names

    failures = Failures()
    shipped = model_names()
    table = Table("name", "task", "version", "licence", "size", box=None, pad_edge=False)
    table.add_column("where", overflow="fold")
    for name, folder in find_models().items():
        try:
            manifest = load_manifest(folder)
            size = f"{(folder / GRAPH_NAME).stat().st_size / 1e6:.1f} MB"
        except (ModelError, OSError) as error:
            failures.report(describe(error, name))
            continue
        where = "the package" if name in shipped else str(folder)
        table.add_row(name, manifest.task, manifest.version, manifest.licence, size, where)
    Console().print(table)
    failures.exit_if_any(COULD_NOT_WORK)


@app.command("info")
@one_line_errors()
def show_model(name: Name) -> None:
    """Show where a model comes from, what it was trained on and what it reaches."""
    from platelens.runtime import load_manifest, model_folder, read_graph

    folder = model_folder(name)
    manifest = load_manifest(folder)
    height, width = manifest.input_size
    lines = {
        "name": manifest.name,
        "task": manifest.task,
        "version": manifest.version,
        "licence": manifest.licence,
        "input": f"{height} x {width} (height x width)",
        "alphabet": manifest.alphabet or "-",
        "recipe": manifest.recipe,
        "trained on": ", ".join(manifest.trained_on) or "-",
        **{f"setting {key}": f"{value:g}" for key, value in manifest.settings.items()},
        **{f"score {key}": f"{value:g}" for key, value in manifest.scores.items()},
        "folder": str(folder),
        "sha256": manifest.sha256,
    }
    width_of_keys = max(map(len, lines))
    for key, value in lines.items():
        typer.echo(f"{key:<{width_of_keys}}  {value}")
    read_graph(folder, manifest)
    typer.echo(f"{'checksum':<{width_of_keys}}  ok")
