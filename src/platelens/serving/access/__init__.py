"""Who asks, and what they may do."""

from platelens.serving.access.principals import SCOPES, Principal, check_scopes
from platelens.serving.access.sessions import (
    Sessions,
    change_password,
    end_session,
    start_session,
)

__all__ = [
    "SCOPES",
    "Principal",
    "Sessions",
    "change_password",
    "check_scopes",
    "end_session",
    "start_session",
]
