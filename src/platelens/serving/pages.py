"""Where pages join the application."""

from __future__ import annotations

from fastapi import FastAPI

from platelens.serving.web.frame import PageFiles
from platelens.serving.web.login import router as login_router
from platelens.serving.web.people import router as people_router
from platelens.serving.web.routes import router


def add_pages(app: FastAPI) -> None:
    """Add the HTML pages and their files; the API works without them."""
    app.include_router(login_router)
    app.include_router(router)
    app.include_router(people_router)
    app.mount("/static", PageFiles(), name="static")
