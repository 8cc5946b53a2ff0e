"""The pages where people log in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from platelens.errors import AccessError, RateError
from platelens.serving.access import Principal, end_session, start_session
from platelens.serving.guard import current
from platelens.serving.web.frame import templates

router = APIRouter(include_in_schema=False)


@router.get("/login", name="login_page")
def login_page(next: str = "/") -> HTMLResponse:  # the name in the address
    """Ask for name and password."""
    return _form(own_path(next))


@router.post("/login")
def log_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # the name in the form
) -> Response:
    """Check them."""
    place = own_path(next)
    response = RedirectResponse(place, 303)
    try:
        start_session(request, response, name, password)
    except AccessError:
        return _form(place, name, "Name or password is wrong.", 401)
    except RateError as error:
        return _form(place, name, wait_words(error), 429)
    return response


@router.post("/logout")
def log_out(request: Request, _who: Annotated[Principal, Depends(current)]) -> Response:
    """Forget who it was."""
    response = RedirectResponse("/login", 303)
    end_session(request, response)
    return response


def own_path(address: str) -> str:
    """Give `address` if it leads to a page of ours, else that of the first one."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours and address.isprintable() else "/"


def wait_words(error: RateError) -> str:
    """Say when a password may be tried again."""
    return f"Too many tries. Wait {error.retry_s} seconds."


def _form(place: str, name: str = "", fault: str = "", status: int = 200) -> HTMLResponse:
    page = templates().get_template("login.html")
    return HTMLResponse(page.render(next=place, name=name, fault=fault), status)
