"""What a browser is shown when a page cannot be given."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from platelens.serving.web.menu import render

_API_PATHS: Final = ("/api/", "/v1/", "/healthz", "/readyz", "/metrics")

_TITLES: Final[Mapping[int, str]] = {
    401: "Log in first",
    403: "Not allowed",
    404: "Not found",
    413: "Too large",
    422: "Not understood",
    429: "Too often",
    500: "Something went wrong",
}
_WORDS: Final[Mapping[int, str]] = {
    404: "There is no such page.",
    405: "This page takes no such request.",
}
"""In the place of what the framework says."""


def wants_page(request: Request) -> bool:
    """Whether a person with a browser asks, and not a program."""
    is_page = not request.url.path.startswith(_API_PATHS)
    return is_page and "text/html" in request.headers.get("accept", "")


def fault_page(request: Request, status: int, detail: str) -> HTMLResponse:
    """Give the page that tells what is wrong."""
    phrase = HTTPStatus(status).phrase
    words = _WORDS.get(status, "") if detail == phrase else detail
    who = getattr(request.state, "principal", None)
    title = _TITLES.get(status, phrase)
    return render("message", who, status, title=title, code=status, words=words)
