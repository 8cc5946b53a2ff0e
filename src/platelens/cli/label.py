"""`platelens label`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from platelens.cli import options as opt
from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="Folder of pictures, with or without annotations.jsonl."),
]
Host = Annotated[
    str, typer.Option("--host", metavar="NAME", help="Where to listen; 0.0.0.0 = on all networks.")
]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, metavar="N", help="0 = any that is free.")
]
ByHand = Annotated[bool, typer.Option("--no-proposals", help="Load no model; all is done by hand.")]


@one_line_errors()
def label(
    folder: Folder,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8100,
    no_proposals: ByHand = False,
    pipeline: opt.PipelineName = opt.DEFAULT_PIPELINE,
    threads: opt.Threads = opt.DEFAULT_THREADS,
) -> None:
    """Label the pictures of a folder in the browser, alone or with others."""
    require_extra("serve", "argon2", "fastapi", "jinja2", "sqlalchemy", "uvicorn")
    from platelens.serving.labelling import (
        LabelFolder,
        LabelSettings,
        Proposer,
        build_label_app,
        listen_at,
        serve_labels,
    )

    pictures = LabelFolder(folder)
    proposer = None
    if not no_proposals:
        from platelens.pipeline import PlateReader

        proposer = Proposer(PlateReader.from_plan(pipeline, threads=threads))
    listening = listen_at(host, port)
    app = build_label_app(pictures, proposer, LabelSettings(listening.access))
    typer.echo(f"open {listening.address} (Ctrl-C ends)")
    serve_labels(app, listening)
