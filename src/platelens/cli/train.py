"""`platelens train` and `platelens export`: recipe -> run folder -> model folder."""

from __future__ import annotations

import logging
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors
from platelens.cli.progress import watched
from platelens.errors import RecipeError

if TYPE_CHECKING:
    from platelens.training.journal import Report
    from platelens.training.recipe import Recipe

_logger = logging.getLogger(__name__)

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

Smoke = Annotated[
    bool,
    typer.Option("--smoke", help="Try a few steps on drawn data; keep nothing."),
]


@one_line_errors()
def train(
    recipe: RecipeFile,
    *,
    data: DataDir = Path("../shared/data"),
    out: RunDir = None,
    changes: Changes = None,
    smoke: Smoke = False,
) -> None:
    """Train a model by a recipe; an interrupted run goes on where it was."""
    require_extra("train", "torch", "tensorboard", "timm")
    # Threads that spin while they wait would take the cores from the loader's processes. OpenMP
    # looks at this once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from platelens.training.processes import is_first_started
    from platelens.training.recipe import load_recipe, recipe_path
    from platelens.training.run import run_recipe

    plan = load_recipe(recipe_path(recipe), _changes(changes or []))
    if smoke:
        _smoke(plan)
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", force=True)
    folder = out or Path("runs") / plan.name
    if not is_first_started():  # by torchrun: one bar is enough
        run_recipe(plan, data, folder)
        return
    with watched(plan.name, plan.fit.samples // plan.fit.batch_size) as move:
        run_recipe(plan, data, folder, on_report=_teller(move))


@one_line_errors()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Model folder to write.")],
    *,
    int8: Annotated[
        bool, typer.Option("--int8", help="Convolutions of 8-bit integers: smaller and faster.")
    ] = False,
    data: DataDir = Path("../shared/data"),
) -> None:
    """Turn a finished run into a model folder: ONNX graph and manifest, checked."""
    require_extra("train", "torch", "tensorboard", "timm")
    from platelens.training.export import export_run

    manifest = export_run(run, folder, int8_data=data if int8 else None)
    typer.echo(f"{folder}: {manifest.name}, sha256 {manifest.sha256}")


def _smoke(plan: Recipe) -> None:
    """Run a few steps of a recipe on drawn data, and say in a line that it works."""
    from platelens.training.smoke import smoke_recipe

    done = smoke_recipe(plan)
    typer.echo(
        f"{plan.name}: {done.steps} steps of {done.batch_size} drawn samples, loss "
        f"{done.loss:.3f}, {done.seconds:.0f} s"
    )


def _teller(move: Callable[..., None]) -> Callable[[Report], None]:
    """Give what tells of a report: the bar on a terminal, a line anywhere else."""
    reached = 0

    def tell(report: Report) -> None:
        nonlocal reached
        if sys.stderr.isatty():
            note = f"loss {report.loss:.3f}, {report.ms_per_sample:.1f} ms a sample"
            move(report.step - reached, note)
            reached = report.step
        else:
            _logger.info("%s", report.line())

    return tell


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
