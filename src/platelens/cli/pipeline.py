"""`platelens pipeline list` and `platelens pipeline save`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from platelens.cli import options as opt
from platelens.cli.failures import one_line_errors

if TYPE_CHECKING:
    from platelens.pipeline import Plan

app = typer.Typer(
    name="pipeline", help="Pipelines: three stages that work together.", no_args_is_help=True
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of `platelens pipeline list`, or a saved one.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]


@app.command("list")
@one_line_errors()
def list_pipelines() -> None:
    """List the pipelines of the package, their stages, and the models that they still lack."""
    from platelens.pipeline import STAGES, load_plan, plan_names

    plans = [load_plan(name) for name in plan_names()]
    width = max(len(plan.name) for plan in plans) + 2
    typer.echo(f"{'name':<{width}}detector + reader + matcher")
    for plan in plans:
        lines = [" + ".join(getattr(plan, stage) for stage in STAGES), plan.about]
        lacking = _lacking(plan)
        if lacking:
            lines.append(f"not trained yet: {', '.join(lacking)}")
        for title, line in zip((plan.name, "", ""), lines, strict=False):
            typer.echo(f"{title:<{width}}{line}")


@app.command()
@one_line_errors()
def save(
    name: Name,
    folder: Folder,
    *,
    detector: opt.OtherDetector = None,
    reader: opt.OtherReader = None,
    matcher: opt.OtherMatcher = None,
    min_char_confidence: opt.MinCharConfidence = None,
) -> None:
    """Write a pipeline with its models into a folder, to be loaded and run as one object."""
    from platelens.pipeline import STAGES, change_plan, load_plan, save_pipeline

    plan = change_plan(
        load_plan(name),
        detector=detector,
        recognizer=reader,
        matcher=matcher,
        min_char_confidence=min_char_confidence,
    )
    save_pipeline(plan, folder)
    stages = ", ".join(f"{stage} {getattr(plan, stage)}" for stage in STAGES)
    typer.echo(f"{folder}: pipeline {plan.name}, {stages}")


def _lacking(plan: Plan) -> list[str]:
    """Give the models of a pipeline that cannot be opened here."""
    from platelens.errors import ModelError
    from platelens.pipeline import STAGES, stage_model

    lacking = []
    for stage in STAGES:
        name = getattr(plan, stage)
        try:
            stage_model(stage, name)
        except ModelError:
            lacking.append(name)
    return lacking
