"""Where pages join the application."""

from __future__ import annotations

from fastapi import FastAPI


def add_pages(app: FastAPI) -> None:
    """Add the HTML pages and their files; the API works without them."""
    del app
