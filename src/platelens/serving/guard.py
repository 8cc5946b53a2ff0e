"""Dependencies that tell who asks, and let only those through who may."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from platelens.errors import AccessError, ScopeError
from platelens.serving.access.principals import SCOPES, Principal
from platelens.serving.access.sessions import COOKIE, CSRF_FIELD, CSRF_HEADER
from platelens.serving.service import Service, service_of

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN: Final = Principal("local", "open", frozenset({"admin"}))
_SCHEMES: Final = frozenset({"bearer", "token"})  # "Token" is Plate Recognizer's


async def current(request: Request) -> Principal:
    """Give who asks.

    A token comes as `Authorization: Bearer`, `Authorization: Token` or `X-API-Key`, a person with
    the cookie of a session; a person's changes also with the session's CSRF token, in the header
    `X-CSRF-Token` or the form field `csrf_token`.

    Raises:
        AccessError: there is neither, or it is not valid.
        ScopeError: the CSRF token is missing.
        RateError: who asks does so too often.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    if known is None:
        service = service_of(request)
        known = await _find(request, service)
        if service.limiter is not None:
            client = request.client.host if request.client else ""
            service.limiter.take(known.name if known.kind in ("token", "user") else client)
        request.state.principal = known
    return known


def require(scope: str) -> Callable[[Request], Awaitable[Principal]]:
    """Give a dependency: who asks, if that scope is theirs; else AccessError or ScopeError."""
    if scope not in SCOPES:
        raise ValueError(f"no scope {scope!r}")

    async def principal(request: Request) -> Principal:
        found = await current(request)
        if not found.may(scope):
            raise ScopeError(f"needs the scope {scope}: {SCOPES[scope]}")
        return found

    return principal


async def may_still(request: Request, scope: str) -> bool:
    """Whether who asked, some time ago, would still be let through: what goes on looks again."""
    try:
        return (await _find(request, service_of(request))).may(scope)
    except AccessError:
        return False


async def _find(request: Request, service: Service) -> Principal:
    if secret := _secret(request):
        token = await run_in_threadpool(service.store.access.find_token, secret)
        if token is None:
            raise AccessError("the token is not valid")
        return Principal(f"token:{token.name}", "token", frozenset(token.scopes))
    if cookie := request.cookies.get(COOKIE):
        session = await run_in_threadpool(service.sessions.find, cookie)
        if session is not None:
            if request.method not in _SAFE:
                await _check_csrf(request, session.csrf)
            user = session.user
            return Principal(user.name, "user", frozenset(user.scopes), session.csrf)
    if not service.settings.access.login:
        return _OPEN
    if _is_trusted(request, service):
        return Principal("trusted", "trusted", frozenset({"read"}))
    raise AccessError("a token or a login is needed")


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and secret.strip():
        return secret.strip()
    return request.headers.get("x-api-key", "")


def _is_trusted(request: Request, service: Service) -> bool:
    networks = service.settings.access.trusted_networks
    if not networks or request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return any(address in network for network in networks)


async def _check_csrf(request: Request, expected: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("content-type", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        field = (await request.form()).get(CSRF_FIELD, "")
        given = field if isinstance(field, str) else ""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ScopeError("the CSRF token is missing or not this session's")
