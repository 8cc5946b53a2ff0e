"""What every request passes, and every answer: limits, origins, headers, the log, the metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from platelens.errors import (
    PlatelensError,
    RequestError,
    RequestTooLargeError,
    ScopeError,
    SlowRequestError,
)
from platelens.serving.headers import STRICT_HEADERS
from platelens.serving.metrics import Metrics
from platelens.serving.problems import problem_response
from platelens.serving.settings import Settings

_LOG: Final = logging.getLogger("platelens.requests")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_NAMES: Final = ("localhost", "127.0.0.1", "::1")


class Gate:
    """Stands between the server and the application."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._limits = settings.limits
        self._metrics = metrics
        self._names = _host_names(settings)
        self._headers = dict(STRICT_HEADERS)
        if settings.server.https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer what is wrong with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        try:
            headers = Headers(scope=scope)
            _check_origin(scope["method"], headers)
            self._check_host(headers)
            limited = _Limited(receive, headers, self._limits.body_bytes, self._limits.receive_s)
            await self._app(scope, limited.receive, send_with_headers)
        except PlatelensError as error:
            await problem_response(Request(scope), error)(scope, receive, send_with_headers)
        finally:
            self._note(scope, status, time.perf_counter() - start)

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")

    def _check_host(self, headers: Headers) -> None:
        """Refuse names that are not ours: a page elsewhere may have let its name point here."""
        if self._names is None:
            return
        if _split(f"//{headers.get('host', '')}").hostname not in self._names:
            raise RequestError("Host: not a name of this service; see server.allowed_hosts")

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The route, not the path: an address may have a plate in it.
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        _LOG.info("%s %s %d %.0f ms", method, route, status, seconds * 1e3)


_METHODS: Final = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}


class _Limited:
    """Receives a body, as far as it is small and quick enough."""

    def __init__(self, receive: Receive, headers: Headers, most: int, limit_s: float) -> None:
        self._receive = receive
        self._most = most
        self._limit_s = limit_s
        self._end = asyncio.get_running_loop().time() + limit_s
        self._size = 0
        self._is_whole = False
        promised = headers.get("content-length", "")
        self._is_too_large = promised.isdecimal() and int(promised[:20]) > most

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        if self._is_too_large:
            raise self._too_large()
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise SlowRequestError(f"did not arrive within {self._limit_s:g} s") from None
        self._size += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._size > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> RequestTooLargeError:
        return RequestTooLargeError(f"at most {self._most:,} bytes a request")


def _check_origin(method: str, headers: Headers) -> None:
    """Refuse changes that another site's page asks for, which a browser would add cookies to."""
    if method in _SAFE:
        return
    fetched_from = headers.get("sec-fetch-site", "none")
    origin = headers.get("origin")
    is_ours = origin is None or _split(origin).netloc == headers.get("host")
    if fetched_from not in ("none", "same-origin") or not is_ours:
        raise ScopeError("the request comes from a page of another site")


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # a bracket that is not closed
        return urlsplit("")


def _host_names(settings: Settings) -> set[str | None] | None:
    """Give the names that the service is called by; None = any."""
    if settings.server.allowed_hosts:
        return {*_OWN_NAMES, *settings.server.allowed_hosts}
    return None if settings.access.login else set(_OWN_NAMES)
