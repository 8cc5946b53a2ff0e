"""Who may use the labelling page."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

REQUEST_HEADER: Final = "x-platelens"
"""Other sites cannot send it unasked, so that a page of theirs changes nothing here."""

_COOKIE: Final = "platelens_label"
_SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Access:
    """What a request must have."""

    hosts: Sequence[str] = ()  # names that it may call the server by; () = any
    key: str = ""  # "" = none is asked for


class Guard:
    """ASGI middleware that turns away what comes from other sites, or without the key."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Request(scope))
        await (self._app if refusal is None else refusal)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        # A name that is not ours is that of a site which made its own name mean this machine.
        if self._access.hosts and request.url.hostname not in self._access.hosts:
            return PlainTextResponse("this server has another name", 421)
        if request.method not in _SAFE and REQUEST_HEADER not in request.headers:
            return PlainTextResponse("only the page itself may change something", 403)
        return self._key_refusal(request) if self._access.key else None

    def _key_refusal(self, request: Request) -> Response | None:
        given = request.query_params.get("key")
        if given is not None and self._opens(given):
            others = [pair for pair in request.query_params.multi_items() if pair[0] != "key"]
            path = request.url.path + (f"?{urlencode(others)}" if others else "")
            answer = RedirectResponse(path, 303)
            answer.set_cookie(_COOKIE, given, httponly=True, samesite="strict")
            return answer
        if self._opens(request.cookies.get(_COOKIE, "")):
            return None
        return PlainTextResponse("open the address that `platelens label` has printed", 401)

    def _opens(self, key: str) -> bool:
        return hmac.compare_digest(key.encode(), self._access.key.encode())
