"""The labelling page and what it asks its server."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from platelens.errors import AnnotationError, ImageError
from platelens.serving.headers import StrictHeaders
from platelens.serving.labelling.exports import describe_forms, write_archive
from platelens.serving.labelling.folder import (
    LabelFolder,
    MissingPictureError,
    StaleRevisionError,
    describe_pictures,
)
from platelens.serving.labelling.guard import Access, Guard
from platelens.serving.labelling.presence import Presence
from platelens.serving.labelling.proposals import Proposer
from platelens.serving.labelling.show import browser_picture
from platelens.serving.web.frame import PageFiles, templates

_LONGEST_BODY: Final = 4_000_000
_CHANGES: Final = frozenset({"plates", "done"})


@dataclass(frozen=True, slots=True)
class LabelSettings:
    """How a folder is labelled."""

    access: Access = field(default_factory=Access)


def build_label_app(
    folder: LabelFolder, proposer: Proposer | None, settings: LabelSettings | None = None
) -> Starlette:
    """Give the web application; without a `proposer` every plate is labelled by hand."""
    settings = settings or LabelSettings()
    desk = _Desk(folder, proposer)
    return Starlette(
        routes=[
            Route("/", desk.page),
            Route("/api/pictures", desk.pictures),
            Route("/api/labels/{image:path}", desk.labels, methods=["GET"]),
            Route("/api/labels/{image:path}", desk.save, methods=["PUT"]),
            Route("/api/proposals/{image:path}", desk.proposals),
            Route("/api/readings/{image:path}", desk.reading, methods=["POST"]),
            Route("/api/presence", desk.presence, methods=["POST"]),
            Route("/images/{image:path}", desk.image),
            Route("/export/{form}", desk.export),
            Mount("/static", PageFiles(), name="static"),
        ],
        middleware=[Middleware(StrictHeaders), Middleware(Guard, access=settings.access)],
        exception_handlers=_HANDLERS,
    )


class _Desk:
    """What the routes answer. Methods that are not async run in threads."""

    def __init__(self, folder: LabelFolder, proposer: Proposer | None) -> None:
        self._folder = folder
        self._proposer = proposer
        self._presence = Presence()

    def page(self, _request: Request) -> Response:
        page = templates().get_template("label.html")
        return HTMLResponse(
            page.render(
                folder=self._folder.folder.resolve().name,
                has_proposals=self._proposer is not None,
                forms=describe_forms(),
            ),
            headers={"Cache-Control": "no-store"},
        )

    def pictures(self, _request: Request) -> Response:
        count, _ = self._folder.changes(0)
        states = describe_pictures(self._folder.pictures())
        return _json({"pictures": states, "count": count})

    def labels(self, request: Request) -> Response:
        labels = self._folder.labels(request.path_params["image"])
        return _json({"record": labels.record, "revision": labels.revision})

    async def save(self, request: Request) -> Response:
        body = await _body(request)
        revision = body.get("revision")
        change = {key: value for key, value in body.items() if key in _CHANGES}
        if not isinstance(revision, str) or not isinstance(change.get("done", False), bool):
            raise AnnotationError("expected revision (text), plates (list), done (true or false)")
        image = request.path_params["image"]
        saved = await run_in_threadpool(self._folder.save, image, change, revision)
        return _json({"revision": saved.revision})

    def proposals(self, request: Request) -> Response:
        proposer = self._require_proposer()
        path = self._folder.path(request.path_params["image"])
        return _json({"plates": proposer.propose(path)})

    async def reading(self, request: Request) -> Response:
        proposer = self._require_proposer()
        corners = (await _body(request)).get("corners")
        path = self._folder.path(request.path_params["image"])
        return _json(await run_in_threadpool(proposer.read, path, corners))

    async def presence(self, request: Request) -> Response:
        body = await _body(request)
        page, name, image = (str(body.get(key, "")) for key in ("page", "name", "image"))
        since = body.get("since")
        if type(since) is not int:
            raise AnnotationError("since: expected a count")
        count, changed = await run_in_threadpool(self._folder.changes, since)
        others = self._presence.note(page, name, image)
        return _json({"others": others, "count": count, "changed": describe_pictures(changed)})

    def image(self, request: Request) -> Response:
        data, kind = browser_picture(self._folder.path(request.path_params["image"]))
        return Response(data, media_type=kind, headers={"Cache-Control": "no-cache"})

    def export(self, request: Request) -> Response:
        form = request.path_params["form"]
        samples = self._folder.samples(done_only=request.query_params.get("done") == "1")
        handle = tempfile.NamedTemporaryFile(suffix=".zip", delete=False)  # noqa: SIM115  # sent later
        handle.close()
        target = Path(handle.name)
        try:
            write_archive(samples, form, target)
        except BaseException:
            target.unlink()
            raise
        name = f"{self._folder.folder.resolve().name}-{form}.zip"
        return FileResponse(
            target,
            media_type="application/zip",
            filename=name,
            background=BackgroundTask(target.unlink),
        )

    def _require_proposer(self) -> Proposer:
        if self._proposer is None:
            raise HTTPException(404, "this server was started without proposals")
        return self._proposer


def _json(content: Any, status: int = 200) -> Response:
    return JSONResponse(content, status, headers={"Cache-Control": "no-store"})


async def _body(request: Request) -> dict[str, Any]:
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > _LONGEST_BODY:
            raise HTTPException(413, "that is too much for one picture")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise AnnotationError("expected JSON") from None
    if not isinstance(body, dict):
        raise AnnotationError("expected a JSON object")
    return body


def _stale(_request: Request, error: Exception) -> Response:
    assert isinstance(error, StaleRevisionError)
    current = error.current
    return _json(
        {"detail": str(error), "record": current.record, "revision": current.revision}, 409
    )


def _answer(status: int) -> Callable[[Request, Exception], Response]:
    def answer(_request: Request, error: Exception) -> Response:
        return _json({"detail": str(error)}, status)

    return answer


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json({"detail": error.detail}, error.status_code)


def _disk(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    return _json({"detail": f"{error.filename}: {error.strerror}"}, 507)


_Handler = Callable[[Request, Exception], Response | Awaitable[Response]]
_HANDLERS: Final[dict[Any, _Handler]] = {
    StaleRevisionError: _stale,
    MissingPictureError: _answer(404),
    AnnotationError: _answer(422),
    ImageError: _answer(422),
    OSError: _disk,
    HTTPException: _http,
}
