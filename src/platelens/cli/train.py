"""`platelens train` and `platelens export`: recipe -> run folder -> model folder."""

from __future__ import annotations

import logging
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors
from platelens.errors import RecipeError

RecipeFile = Annotated[
    str, typer.Argument(metavar="RECIPE", help="A recipe of the package by name, or a TOML file.")
]
DataDir = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder that the recipe's data lies in.")
]
RunDir = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Run folder; runs/NAME if not given.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a value, as fit.samples=6400."),
]


@one_line_errors()
def train(
    recipe: RecipeFile,
    *,
    data: DataDir = Path("../shared/data"),
    out: RunDir = None,
    changes: Changes = None,
) -> None:
    """Train a model by a recipe; an interrupted run goes on where it was."""
    require_extra("train", "torch")
    # Threads that spin while they wait would take the cores from the loader's processes. OpenMP
    # looks at this once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from platelens.training.recipe import load_recipe, recipe_path
    from platelens.training.run import run_recipe

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", force=True)
    plan = load_recipe(recipe_path(recipe), _changes(changes or []))
    run_recipe(plan, data, out or Path("runs") / plan.name)


@one_line_errors()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Model folder to write.")],
) -> None:
    """Turn a finished run into a model folder: ONNX graph and manifest, checked."""
    require_extra("train", "torch")
    from platelens.training.export import export_run

    manifest = export_run(run, folder)
    typer.echo(f"{folder}: {manifest.name}, sha256 {manifest.sha256}")


def _changes(items: list[str]) -> dict[str, Any]:
    """Read KEY=VALUE as TOML does; a value that is no TOML is a text."""
    changes: dict[str, Any] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals:
            raise RecipeError(f"--set {item}: expected KEY=VALUE")
        try:
            changes[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            changes[key.strip()] = value
    return changes
