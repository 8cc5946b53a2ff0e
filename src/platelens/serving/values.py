"""Values of requests that need more than their type."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from platelens.errors import RequestError

_LOST_PLUS: Final = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")


def parse_time(text: str, name: str) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC, "" gives None.

    Raises:
        RequestError: it is none; names the field.
    """
    if not text:
        return None
    try:
        # The + of a zone that was not escaped in an address has become a space.
        time = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text.strip()))
    except ValueError:
        raise RequestError(f"{name}: expected a time as 2026-05-01T12:00:00Z") from None
    try:
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise RequestError(f"{name}: is out of range") from None


def parse_flag(text: str, name: str, *, default: bool) -> bool:
    """Read true or false, yes or no, 1 or 0; "" gives the default.

    Raises:
        RequestError: it is none of them; names the field.
    """
    word = text.strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    if not word:
        return default
    raise RequestError(f"{name}: expected true or false")


def parse_count(text: str, name: str, least: int, most: int) -> int | None:
    """Read a whole number from `least` to `most`; "" gives None.

    Raises:
        RequestError: it is none; names the field.
    """
    if not text:
        return None
    try:
        value = int(text[:20])
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise RequestError(f"{name}: expected a whole number from {least} to {most}")
    return value
