"""How the service does."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Readiness(BaseModel):
    """Which parts work."""

    status: Literal["ok", "failing"]
    parts: dict[str, bool]
