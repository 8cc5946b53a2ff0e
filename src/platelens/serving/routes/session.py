"""Logging in and out, for pages and for programs that act as a person."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from platelens.serving.access import Principal, end_session, start_session
from platelens.serving.guard import current
from platelens.serving.schemas.problem import problems
from platelens.serving.schemas.session import Login, WhoAmI

router = APIRouter(prefix="/api/v1/session", tags=["access"])


@router.post("", summary="Log in", response_model=WhoAmI, responses=problems())
def log_in(request: Request, response: Response, login: Login) -> Any:
    """Check a password; the answer sets the cookie of a session."""
    session = start_session(request, response, login.name, login.password)
    return {
        "name": session.user.name,
        "kind": "user",
        "scopes": list(session.user.scopes),
        "csrf_token": session.csrf,
    }


@router.get("", summary="Who am I?", response_model=WhoAmI, responses=problems())
def who_am_i(who: Annotated[Principal, Depends(current)]) -> Any:
    """Say who asks, and what is allowed."""
    return {
        "name": who.name,
        "kind": who.kind,
        "scopes": sorted(who.scopes),
        "csrf_token": who.csrf,
    }


@router.delete("", summary="Log out", status_code=204, responses=problems())
def log_out(
    request: Request, response: Response, _who: Annotated[Principal, Depends(current)]
) -> None:
    """Let the browser forget the session."""
    end_session(request, response)
