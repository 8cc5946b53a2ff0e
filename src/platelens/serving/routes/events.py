"""What happens, as it happens: server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from platelens.serving.events import EventBus
from platelens.serving.guard import require
from platelens.serving.schemas.problem import problems
from platelens.serving.service import service_of

router = APIRouter(prefix="/api/v1/events", tags=["events"])

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
    events = service_of(request).events
    headers = {"X-Accel-Buffering": "no"}  # a proxy is not to hold events back
    return StreamingResponse(_lines(events), media_type="text/event-stream", headers=headers)


async def _lines(events: EventBus) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"  # ms until a browser comes back
    async for event in events.listen():
        if event is None:
            yield ": nothing new\n\n"
        else:
            data = json.dumps(event.data, allow_nan=False)
            yield f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
