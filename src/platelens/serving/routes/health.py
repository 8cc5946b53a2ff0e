"""Whether the service lives and works, and what Prometheus asks for."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from platelens.errors import StoreDownError
from platelens.serving.guard import require
from platelens.serving.metrics import CONTENT_TYPE
from platelens.serving.schemas.health import Health, Readiness
from platelens.serving.schemas.problem import problems
from platelens.serving.service import service_of

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="Is it alive?", response_model=Health)
async def health() -> Any:
    """Say that the process answers."""
    return {"status": "ok", "version": version("platelens")}


@router.get(
    "/readyz",
    summary="Does it work?",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Something does not work"}},
)
async def readiness(request: Request, response: Response) -> Any:
    """Say whether pictures can be read and stored: 200 if all is well, else 503."""
    service = service_of(request)
    parts = {"reader": service.engine.is_alive, "store": True}
    try:
        await run_in_threadpool(service.store.cameras.all)
    except StoreDownError:
        parts["store"] = False
    is_ready = all(parts.values())
    response.status_code = 200 if is_ready else 503
    return {"status": "ok" if is_ready else "failing", "parts": parts}


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    dependencies=[Depends(require("metrics"))],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Figures"}, **problems()},
)
def metrics(request: Request) -> Response:
    """Give the figures in Prometheus' text form."""
    return Response(service_of(request).metrics.text(), media_type=CONTENT_TYPE)
