"""Who may use the service: tokens of the API and users of the pages."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from platelens.errors import ConflictError, MissingRecordError
from platelens.store.database import Database
from platelens.store.records import check_json, check_text, check_time
from platelens.store.tables import TOKENS, USERS

_PREFIX: Final = "pl_"
_RANDOM_BYTES: Final = 32
_USE_EVERY: Final = timedelta(minutes=1)
"""The last use of a token is not written more often."""


@dataclass(frozen=True, slots=True)
class Token:
    """A key of the API, without the secret."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None
    last_used: datetime | None  # to the minute
    revoked: datetime | None


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in."""

    name: str
    password_hash: str  # argon2's, made by the caller
    scopes: tuple[str, ...] = ()
    is_active: bool = True


class Access:
    """Tokens and users; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_token(
        self, name: str, scopes: Sequence[str], expires: datetime | None = None
    ) -> tuple[int, str]:
        """Make a token; gives its id and its secret, of which only a hash is stored.

        The hash is SHA-256: the secret is random, so that there is nothing to guess.
        """
        secret = _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        row = {
            "name": check_text(name, "name"),
            "sha256": _sha256(secret),
            "scopes": check_json(list(scopes), "scopes"),
            "created": datetime.now(UTC),
            "expires": None if expires is None else check_time(expires, "expires"),
        }
        with self._database.writing() as connection:
            new = sa.insert(TOKENS).values(row).returning(TOKENS.c.id)
            return connection.execute(new).scalar_one(), secret

    def find_token(self, secret: str) -> Token | None:
        """Give the token of a secret, and note its use; None when it is not valid (any more)."""
        named = sa.select(TOKENS).where(TOKENS.c.sha256 == _sha256(secret))
        with self._database.reading() as connection:
            row = connection.execute(named).one_or_none()
        now = datetime.now(UTC)
        if row is None or row.revoked or (row.expires and row.expires <= now):
            return None
        if row.last_used is None or now - row.last_used >= _USE_EVERY:
            with self._database.writing() as connection:
                used = sa.update(TOKENS).where(TOKENS.c.id == row.id)
                connection.execute(used.values(last_used=now))
        return _token_of(row)

    def tokens(self) -> list[Token]:
        """Give all tokens, those that are over or revoked, too."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(TOKENS).order_by(TOKENS.c.id))
            return [_token_of(row) for row in rows]

    def revoke_token(self, number: int) -> None:
        """Let a token be refused from now on; MissingRecordError when there is none."""
        change = sa.update(TOKENS).where(TOKENS.c.id == number)
        with self._database.writing() as connection:
            if not connection.execute(change.values(revoked=datetime.now(UTC))).rowcount:
                raise MissingRecordError(f"there is no token {number}")

    def add_user(self, user: User) -> None:
        """Store a user.

        Raises:
            ConflictError: the name is taken.
            RecordError: a value cannot be stored.
        """
        row = {**_user_columns(user), "created": datetime.now(UTC)}
        with self._database.writing() as connection:
            try:
                connection.execute(sa.insert(USERS).values(row))
            except IntegrityError:
                raise ConflictError(f"there is a user {user.name!r} already") from None

    def replace_user(self, user: User) -> None:
        """Change the user of that name; MissingRecordError when there is none."""
        change = sa.update(USERS).where(USERS.c.name == check_text(user.name, "name"))
        with self._database.writing() as connection:
            if not connection.execute(change.values(_user_columns(user))).rowcount:
                raise MissingRecordError(f"there is no user {user.name!r}")

    def remove_user(self, name: str) -> None:
        """Remove a user; MissingRecordError when there is none."""
        gone = sa.delete(USERS).where(USERS.c.name == check_text(name, "name"))
        with self._database.writing() as connection:
            if not connection.execute(gone).rowcount:
                raise MissingRecordError(f"there is no user {name!r}")

    def find_user(self, name: str) -> User | None:
        """Give the user of a name, None when there is none."""
        return next((user for user in self.users() if user.name == name), None)

    def users(self) -> list[User]:
        """Give all users by name."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(USERS)).all()
        users = [User(r.name, r.password_hash, tuple(r.scopes), r.is_active) for r in rows]
        return sorted(users, key=lambda user: user.name)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _user_columns(user: User) -> dict[str, Any]:
    return {
        "name": check_text(user.name, "name"),
        "password_hash": check_text(user.password_hash, "password_hash", 1000),
        "scopes": check_json(list(user.scopes), "scopes"),
        "is_active": user.is_active,
    }


def _token_of(row: sa.Row[*tuple[Any, ...]]) -> Token:
    return Token(
        row.id,
        row.name,
        tuple(row.scopes),
        row.created,
        row.expires,
        row.last_used,
        row.revoked,
    )
