"""What happens, as it happens: server-sent events."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from platelens.serving.guard import may_still, require
from platelens.serving.schemas.problem import problems
from platelens.serving.service import service_of

router = APIRouter(prefix="/api/v1/events", tags=["events"])

_LOOK_S: Final = 15.0
"""How often it is looked whether who listens still may: a session or a token may have ended."""

_EXAMPLE: Final = (
    'id: 3\nevent: read\ndata: {"id": 17, "time": "2026-05-01T12:00:00Z", "text": "AB12CDE"}\n\n'
)
_STREAM: Final[dict[str, Any]] = {
    "description": "Events `read`, `alert` and `camera`",
    "content": {"text/event-stream": {"example": _EXAMPLE}},
}


@router.get(
    "",
    summary="Follow what happens",
    dependencies=[Depends(require("search"))],
    response_class=StreamingResponse,
    responses={200: _STREAM, **problems()},
)
async def follow(request: Request) -> StreamingResponse:
    """Tell of reads, of those on a watch-list (`alert`) and of cameras, from now on.

    Who is too slow misses the oldest. A comment comes every 15 seconds when nothing happens.
    """
    headers = {"X-Accel-Buffering": "no"}  # a proxy is not to hold events back
    return StreamingResponse(_lines(request), media_type="text/event-stream", headers=headers)


async def _lines(request: Request) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"  # ms until a browser comes back
    looked = time.monotonic()
    async for event in service_of(request).events.listen():
        if time.monotonic() - looked >= _LOOK_S:
            if not await may_still(request, "search"):
                return
            looked = time.monotonic()
        if event is None:
            yield ": nothing new\n\n"
        else:
            data = json.dumps(event.data, allow_nan=False)
            yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
