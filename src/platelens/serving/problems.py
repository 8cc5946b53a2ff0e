"""Errors as answers: RFC 9457's problems, pages for browsers. Only this place knows statuses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from platelens import errors
from platelens.errors import PlatelensError
from platelens.serving.guard import current
from platelens.serving.headers import STRICT_HEADERS
from platelens.serving.web.faults import fault_page, wants_page

_LOG: Final = logging.getLogger(__name__)

PROBLEM_TYPE: Final = "application/problem+json"

_STATUS: Final[Mapping[type[PlatelensError], int]] = {
    errors.ImageTooLargeError: 413,
    errors.ImageError: 422,
    errors.FormatError: 422,
    errors.VideoError: 422,
    errors.ExtraError: 501,
    errors.MissingRecordError: 404,
    errors.ConflictError: 409,
    errors.QueryError: 400,
    errors.RecordError: 422,
    errors.StoreDownError: 503,
    errors.RequestTooLargeError: 413,
    errors.SlowRequestError: 408,
    errors.RequestError: 400,
    errors.AccessError: 401,
    errors.ScopeError: 403,
    errors.RateError: 429,
    errors.BusyError: 503,
}
_STORE_RETRY_S: Final = 5


def status_of(error: PlatelensError) -> int:
    """Give the HTTP status of an error; 500 of those that nobody who asks can help."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def problem_of(error: PlatelensError) -> dict[str, Any]:
    """Give the members of a problem document."""
    status = status_of(error)
    # What is wrong inside is for the log: it may name files, or an address.
    detail = str(error) if status < 500 or isinstance(error, errors.BusyError) else ""
    return _members(status, type(error).__name__, detail or "see the log of the service")


def problem_response(request: Request, error: PlatelensError) -> Response:
    """Give the answer to a request that failed with `error`."""
    headers = {}
    if isinstance(error, errors.LaterError):
        headers["Retry-After"] = str(error.retry_s)
    elif isinstance(error, errors.StoreDownError):
        headers["Retry-After"] = str(_STORE_RETRY_S)
    elif isinstance(error, errors.AccessError):
        headers["WWW-Authenticate"] = 'Bearer realm="platelens"'
    elif isinstance(error, errors.RequestTooLargeError | errors.SlowRequestError):
        headers["Connection"] = "close"  # the rest of the request is not wanted
    if status_of(error) >= 500 and not isinstance(error, errors.BusyError):
        _LOG.error("%s: %s", type(error).__name__, error)
    return _response(request, problem_of(error), headers)


def add_handlers(app: FastAPI) -> None:
    """Let every error of an application become a problem document, or a page."""
    app.add_exception_handler(PlatelensError, _on_platelens_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_surprise)


async def _on_platelens_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, PlatelensError):
        raise error
    is_visit = request.method == "GET" and wants_page(request)
    if isinstance(error, errors.AccessError) and is_visit:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        login = request.url_for("login_page").include_query_params(next=address)
        return RedirectResponse(login, status_code=303)
    return problem_response(request, error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    faults = [
        {"place": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in found
    ]
    detail = "; ".join(f"{fault['place']}: {fault['message']}" for fault in faults[:3])
    problem = _members(422, "RequestError", detail)
    return _response(request, {**problem, "faults": faults}, {})


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, PlatelensError):  # FastAPI wraps what reading a body raises
        return problem_response(request, error.__cause__)
    if wants_page(request):
        with suppress(PlatelensError):
            await current(request)  # whose menu the page has
    headers = dict(error.headers or {})
    return _response(request, _members(error.status_code, "HttpError", str(error.detail)), headers)


async def _on_surprise(request: Request, error: Exception) -> Response:
    _LOG.error("unexpected error", exc_info=error)
    problem = _members(500, "InternalError", "see the log of the service")
    return _response(request, problem, STRICT_HEADERS)  # is answered outside of the gate


def _members(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }


def _response(request: Request, problem: dict[str, Any], headers: Mapping[str, str]) -> Response:
    status = problem["status"]
    if wants_page(request):
        page = fault_page(request, status, problem["detail"])
        page.headers.update(headers)
        return page
    return JSONResponse(problem, status, headers, media_type=PROBLEM_TYPE)
