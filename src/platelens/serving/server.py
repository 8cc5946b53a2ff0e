"""Runs the application until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from platelens.errors import SettingsError
from platelens.pipeline import Plan, PlateReader, load_plan, stage_model
from platelens.runtime import load_manifest
from platelens.serving.app import create_app
from platelens.serving.settings import Settings, is_loopback
from platelens.store import Store, open_store

_BACKLOG: Final = 512
_HEAD_BYTES: Final = 32_768
_KEEP_ALIVE_S: Final = 5
_GRACE_S: Final = 10


def serve(settings: Settings, ready: Callable[[str], None] = lambda _address: None) -> None:
    """Open store and models, and answer requests until SIGINT or SIGTERM.

    Args:
        settings: of all parts.
        ready: is told the address when the service listens.

    Raises:
        SettingsError: it would be open to others without a login.
        StoreOpenError: the store cannot be opened.
        ModelError: a model cannot be used.
    """
    with open_settings_store(settings) as store:
        check_access(settings, store)
        plan = load_plan(settings.reader.pipeline)
        app = create_app(settings, open_reader(settings, plan), store, model_versions(plan))
        with _listen(settings) as listening:
            _Server(_config(settings, app), app, ready).run(sockets=[listening])


def open_settings_store(settings: Settings) -> Store:
    """Open the store that settings name.

    Raises:
        SettingsError: the data folder cannot be made, or the key of the plates not be read.
        StoreOpenError: the store cannot be opened.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"data: {settings.data}: {error.strerror}") from error
    return open_store(settings.store_address, settings.media, _plate_key(settings))


def check_access(settings: Settings, store: Store) -> None:
    """Refuse to be open to others without a login.

    Raises:
        SettingsError: says what to do.
    """
    if is_loopback(settings.server.host) and not settings.server.proxies:
        return
    if not settings.access.login:
        raise SettingsError(
            f"server.host {settings.server.host}: others could see everything; "
            "set access.login = true, or listen on 127.0.0.1"
        )
    if not any(token.revoked is None for token in store.access.tokens()) and not (
        store.access.users()
    ):
        raise SettingsError(
            "nobody could log in: `platelens access add-user` or `platelens access add-token` first"
        )


def open_reader(settings: Settings, plan: Plan) -> PlateReader:
    """Load the models."""
    use = settings.reader
    return PlateReader.from_plan(
        plan,
        device=use.device,
        threads=use.threads,
        top_n=20,
        min_confidence=use.min_confidence,
        regions=use.regions,
    )


def model_versions(plan: Plan) -> dict[str, str]:
    """Give name and version of each stage."""
    versions = {}
    for stage in ("detector", "recognizer", "matcher"):
        name = getattr(plan, stage)
        folder = stage_model(stage, name)
        versions[stage] = f"{name} {load_manifest(folder).version}" if folder else name
    return versions


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.server.host, settings.server.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        cause = (error.strerror or str(error)).partition(" (while")[0]
        raise SettingsError(f"cannot listen on {host}, port {port}: {cause}") from error


def _plate_key(settings: Settings) -> bytes | None:
    if not settings.store.plate_key_file:
        return None
    path = Path(settings.store.plate_key_file)
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"store.plate_key_file: {path}: {error.strerror}") from error


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",  # has a limit for heads of requests
        ws="none",
        h11_max_incomplete_event_size=_HEAD_BYTES,
        limit_concurrency=settings.server.connections,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        access_log=False,  # it has the queries, and so the plates; see gate.py
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.server.proxies),
        forwarded_allow_ips=list(settings.server.proxies),
    )


class _Server(uvicorn.Server):
    """Says when it listens, and lets those who follow events go when it ends."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            self._ready(f"http://{shown}:{port}/")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.service.events.close()
        super().handle_exit(sig, frame)
