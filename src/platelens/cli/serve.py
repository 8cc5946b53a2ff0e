"""`platelens serve`."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from platelens.cli.extras import require_extra
from platelens.cli.failures import one_line_errors

if TYPE_CHECKING:
    from platelens.serving.settings import Settings

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML; see docs/service.md."),
]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Where database and pictures are; platelens-data if the settings do not say.",
    ),
]
Host = Annotated[
    str | None,
    typer.Option("--host", metavar="ADDRESS", help="Listen there; only on this machine if not."),
]
Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, metavar="N", help="0 = any that is free."),
]


@one_line_errors()
def serve(
    *, config: ConfigFile = None, data: DataDir = None, host: Host = None, port: Port = None
) -> None:
    """Run the service: HTTP API, pages, store."""
    settings = settings_of(config, data)
    server = settings.server
    if host is not None:
        server = replace(server, host=host)
    if port is not None:
        server = replace(server, port=port)
    from platelens.serving import serve as run

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("platelens").setLevel(logging.INFO)
    run(
        replace(settings, server=server),
        ready=lambda address: typer.echo(f"platelens listens on {address} (Ctrl-C ends it)"),
    )


def settings_of(config: Path | None, data: Path | None) -> Settings:
    """Read the settings; the data folder of the command line counts."""
    require_extra("serve", "fastapi", "uvicorn", "sqlalchemy")
    from platelens.serving import load_settings, parse_settings

    settings = load_settings(config) if config else parse_settings({})
    return settings if data is None else replace(settings, data=data)
