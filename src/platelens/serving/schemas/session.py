"""Logging in."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Login(BaseModel):
    """A person's name and password."""

    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class WhoAmI(BaseModel):
    """Who asks, as far as the service knows."""

    name: str
    kind: str = Field(examples=["user"], description="open, trusted, token or user")
    scopes: list[str] = Field(examples=[["search", "review"]])
    csrf_token: str = Field(description="Changes of a logged-in person need it as X-CSRF-Token.")
