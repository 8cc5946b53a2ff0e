"""The page where people change their password, and administrators see to people and tokens.

Its forms work without scripts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from platelens.errors import (
    AccessError,
    ConflictError,
    MissingRecordError,
    RateError,
    RecordError,
    ScopeError,
)
from platelens.serving.access import SCOPES, Principal, accounts, change_password
from platelens.serving.guard import current, require
from platelens.serving.problems import status_of
from platelens.serving.service import service_of
from platelens.serving.web.login import wait_words
from platelens.serving.web.menu import render
from platelens.store import Store, Token

router = APIRouter(
    prefix="/settings/access", include_in_schema=False, default_response_class=HTMLResponse
)

_PAGE: Final = "/settings/access"
_CHANGING: Final = Lock()
"""Two who remove each other at once would else both find that an administrator stays."""

Who = Annotated[Principal, Depends(current)]
Admin = Annotated[Principal, Depends(require("admin"))]
Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1000)]
Scopes = Annotated[tuple[str, ...], Form(max_length=len(SCOPES))]


@dataclass(frozen=True, slots=True)
class Entered:
    """What stood in a form that could not be done as it was."""

    name: str = ""
    scopes: tuple[str, ...] = ()


@router.get("")
@router.get("/password")  # these have the forms' answers
@router.get("/people")
@router.get("/tokens")
def access_page(request: Request, who: Who, changed: str = "") -> HTMLResponse:
    """Show the forms that one may use."""
    if who.kind != "user" and not who.may("admin"):
        raise ScopeError("only people have a password here")
    return _page(request, who, is_changed=changed == "password")


@router.post("/password")
def take_password(
    request: Request, who: Who, old: Password, new: Password, again: Password
) -> Response:
    """Give oneself a new password."""
    if who.kind != "user":
        raise ScopeError("only people have a password here")
    answer = RedirectResponse(f"{_PAGE}?changed=password#password", 303)
    status, fault = 422, ""
    try:
        if new != again:
            raise RecordError("The new passwords differ.")
        change_password(request, answer, who.name, old, new)
    except AccessError:
        fault = "The old password is wrong."
    except RecordError as error:
        fault = str(error)
    except RateError as error:
        status, fault = 429, wait_words(error)
    return _page(request, who, status, section="password", fault=fault) if fault else answer


@router.post("/people")
def add_person(
    request: Request, who: Admin, name: Name, password: Password, scopes: Scopes = ()
) -> Response:
    """Add a person."""
    store = _store(request)
    entered = Entered(name, scopes)
    return _do(
        request,
        who,
        lambda: accounts.add_user(store, who.name, name.strip(), password, scopes),
        section="people",
        entered=entered,
    )


@router.post("/people/change")
def change_person(
    request: Request, who: Admin, name: Name, password: Password = "", scopes: Scopes = ()
) -> Response:
    """Change what a person may do, and the password if there is a new one."""
    store = _store(request)

    def change() -> None:
        if password and name == who.name:
            raise RecordError("your own password is changed above")
        with _CHANGING:
            if "admin" not in scopes:
                accounts.check_admin_stays(store, name)
            accounts.change_user(store, who.name, name, password or None, scopes)

    return _do(request, who, change, section="people")


@router.post("/people/remove")
def remove_person(request: Request, who: Admin, name: Name) -> Response:
    """Remove a person."""
    store = _store(request)

    def remove() -> None:
        with _CHANGING:
            accounts.check_admin_stays(store, name)
            accounts.remove_user(store, who.name, name)

    return _do(request, who, remove, section="people")


@router.post("/tokens")
def add_token(
    request: Request,
    who: Admin,
    name: Name,
    scopes: Scopes = (),
    days: Annotated[float | None, Form(gt=0, le=36_500)] = None,
) -> Response:
    """Make a token; this answer is the only one that shows it."""
    store = _store(request)
    try:
        secret = accounts.add_token(store, who.name, name.strip(), scopes, days)
    except RecordError as error:
        return _page(request, who, 422, section="tokens", fault=str(error))
    return _page(request, who, secret=secret, secret_name=name.strip())


@router.post("/tokens/revoke")
def revoke_token(
    request: Request, who: Admin, number: Annotated[int, Form(ge=1, le=2**63 - 1)]
) -> Response:
    """Let a token be refused from now on."""
    store = _store(request)
    return _do(
        request,
        who,
        lambda: accounts.revoke_token(store, who.name, number),
        section="tokens",
    )


def _do(
    request: Request,
    who: Principal,
    change: Callable[[], None],
    *,
    section: str,
    entered: Entered | None = None,
) -> Response:
    """Change something and lead back to the page, or say in the section why not."""
    try:
        change()
    except (RecordError, ConflictError, MissingRecordError) as error:
        shown = {"section": section, "fault": str(error), "entered": entered}
        return _page(request, who, status_of(error), **shown)
    return RedirectResponse(f"{_PAGE}#{section}", 303)


def _page(request: Request, who: Principal, status: int = 200, **values: Any) -> HTMLResponse:
    shown: dict[str, Any] = {
        "here": "settings",
        "scopes": SCOPES,
        "section": "",
        "fault": "",
        "entered": None,
        "secret": "",
        "is_changed": False,
        **values,
    }
    if who.may("admin"):
        access = _store(request).access
        now = datetime.now(UTC)
        tokens = sorted(access.tokens(), key=lambda token: bool(_end(token, now)))
        shown["people"] = access.users()
        shown["tokens"] = [(token, _end(token, now)) for token in tokens]
    return render("access", who, status, **shown)


def _end(token: Token, now: datetime) -> str:
    """Give why a token is not valid any more; "" = it is."""
    if token.revoked:
        return "revoked"
    return "over" if token.expires and token.expires <= now else ""


def _store(request: Request) -> Store:
    return service_of(request).store
