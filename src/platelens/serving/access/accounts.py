"""People and tokens: added, changed and removed; each change is noted in the audit log.

The command line and the pages use the same functions; `by` is who does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from platelens.errors import ConflictError, MissingRecordError
from platelens.serving.access.passwords import hash_password
from platelens.serving.access.principals import check_scopes
from platelens.store import Store, User


def add_user(store: Store, by: str, name: str, password: str, scopes: Sequence[str]) -> None:
    """Add a person.

    Raises:
        ConflictError: the name is taken.
        RecordError: a value cannot be stored, or a scope is unknown.
    """
    granted = check_scopes(scopes)
    store.access.add_user(User(name, hash_password(password), granted))
    store.journal.note(by, "add user", {"user": name, "scopes": list(granted)})


def change_user(
    store: Store, by: str, name: str, password: str | None, scopes: Sequence[str]
) -> None:
    """Change scopes and password of a person, whose sessions end with the password.

    Args:
        store: has the person.
        by: who does it.
        name: of the person.
        password: None = it stays.
        scopes: all of them from now on.

    Raises:
        MissingRecordError: there is no such person.
        RecordError: a value cannot be stored, or a scope is unknown.
    """
    granted = check_scopes(scopes)
    user = store.access.find_user(name)
    if user is None:
        raise MissingRecordError(f"there is no user {name!r}")
    hashed = user.password_hash if password is None else hash_password(password)
    store.access.replace_user(replace(user, password_hash=hashed, scopes=granted))
    detail = {"user": name, "scopes": list(granted), "password": password is not None}
    store.journal.note(by, "change user", detail)


def remove_user(store: Store, by: str, name: str) -> None:
    """Remove a person, whose sessions end; MissingRecordError when there is none."""
    store.access.remove_user(name)
    store.journal.note(by, "remove user", {"user": name})


def check_admin_stays(store: Store, name: str) -> None:
    """Refuse to go on when nobody but that person may administer; ConflictError says so."""
    admins = [
        user.name for user in store.access.users() if user.is_active and "admin" in user.scopes
    ]
    if admins == [name]:
        raise ConflictError(f"{name} is the last who may administer; let somebody else do so first")


def add_token(
    store: Store, by: str, name: str, scopes: Sequence[str], days: float | None = None
) -> str:
    """Make a token and give its secret, which nobody can see again.

    Args:
        store: keeps its hash.
        by: who does it.
        name: of the program that will use it.
        scopes: what it may do.
        days: after so many it ends; None = never.

    Raises:
        RecordError: a value cannot be stored, or a scope is unknown.
    """
    granted = check_scopes(scopes)
    end = None if days is None else datetime.now(UTC) + timedelta(days=days)
    number, secret = store.access.add_token(name, granted, end)
    detail = {"token": number, "name": name, "scopes": list(granted)}
    store.journal.note(by, "add token", detail)
    return secret


def revoke_token(store: Store, by: str, number: int) -> None:
    """Let a token be refused from now on; MissingRecordError when there is none."""
    store.access.revoke_token(number)
    store.journal.note(by, "revoke token", {"token": number})
