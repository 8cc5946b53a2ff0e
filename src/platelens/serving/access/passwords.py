"""Passwords, as Argon2 hashes."""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from platelens.errors import RecordError

_HASHER: Final = PasswordHasher()  # RFC 9106, low memory: 64 MiB
_SHORTEST: Final = 10
_LONGEST: Final = 1000


def hash_password(password: str) -> str:
    """Give the hash to be stored.

    Raises:
        RecordError: the password is too short or too long.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise RecordError(f"password: expected {_SHORTEST}..{_LONGEST} characters")
    return _HASHER.hash(password)


def is_password(hashed: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; None, of no user, takes as long."""
    try:
        _HASHER.verify(hashed or _nobody(), password[:_LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
