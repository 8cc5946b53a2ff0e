"""The application: all routes behind one gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool

from platelens.pipeline import PlateReader
from platelens.serving import pages
from platelens.serving.dropin import routes as dropin
from platelens.serving.gate import Gate
from platelens.serving.problems import add_handlers
from platelens.serving.routes import (
    cameras,
    events,
    export,
    health,
    read,
    reads,
    review,
    session,
    statistics,
    targets,
    watch,
)
from platelens.serving.schemas.problem import Problem
from platelens.serving.service import Service
from platelens.serving.settings import Settings
from platelens.store import Store

ROUTERS: Final[tuple[APIRouter, ...]] = (
    read.router,
    export.router,  # before the read of an id
    reads.router,
    review.router,
    watch.router,
    targets.router,
    cameras.router,
    statistics.router,
    events.router,
    session.router,
    health.router,
    dropin.router,
)
"""The API. Pages are added by `platelens.serving.pages`."""

_SECURITY: Final[dict[str, dict[str, str]]] = {
    "token": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "platelens_session"},
}


def create_app(
    settings: Settings,
    reader: PlateReader,
    store: Store,
    models: Mapping[str, str] | None = None,
) -> FastAPI:
    """Make the application of the service.

    Args:
        settings: of all its parts.
        reader: reads; is loaded once and shared.
        store: where everything is kept; the caller closes it after the application's end.
        models: version by stage, which is kept with each read.

    Raises:
        SettingsError: the key of the sessions cannot be made or read.
    """
    service = Service(settings, reader, store, models or {})

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        sending = asyncio.create_task(service.sender.run())
        try:
            yield
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            await run_in_threadpool(service.close)

    app = FastAPI(
        title="platelens",
        version=version("platelens"),
        description="Reads licence plates, keeps and finds the reads. See docs/service.md.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    pages.add_pages(app)
    add_handlers(app)
    _describe_errors(app)
    app.add_middleware(Gate, settings=settings, metrics=service.metrics)
    return app


def _describe_errors(app: FastAPI) -> None:
    """Let the OpenAPI document tell of problems and of who may ask."""
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = make()
            parts = document.setdefault("components", {})
            template = "#/components/schemas/{model}"
            problem = Problem.model_json_schema(ref_template=template)
            parts.setdefault("schemas", {}).update(problem.pop("$defs", {}), Problem=problem)
            parts["securitySchemes"] = _SECURITY
            document["security"] = [{name: []} for name in _SECURITY] + [{}]
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change it
