from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from platelens.errors import ConflictError, MissingRecordError, RecordError
from platelens.store import Store, User
from platelens.store.tables import TOKENS


def test_a_token_is_found_by_its_secret_alone(store: Store) -> None:
    number, secret = store.access.add_token("gate", ["read", "search"])
    token = store.access.find_token(secret)
    assert token is not None
    assert (token.id, token.name, token.scopes) == (number, "gate", ("read", "search"))
    for wrong in ("", secret[:-1], secret.upper(), "\0", "\ud800"):
        assert store.access.find_token(wrong) is None
    assert store.access.tokens()[0].last_used is not None


def test_the_secret_is_not_stored(store: Store) -> None:
    _, secret = store.access.add_token("gate", [])
    with store._database.reading() as connection:
        row = connection.execute(sa.select(TOKENS)).one()
    assert not any(secret in str(value) for value in row)


def test_a_token_ends(store: Store) -> None:
    number, secret = store.access.add_token("gate", [])
    store.access.revoke_token(number)
    assert store.access.find_token(secret) is None
    _, old = store.access.add_token("old", [], expires=datetime.now(UTC) - timedelta(seconds=1))
    assert store.access.find_token(old) is None
    assert store.access.tokens()[0].revoked is not None
    with pytest.raises(MissingRecordError):
        store.access.revoke_token(number + 10)


def test_users(store: Store) -> None:
    user = User("Ann", "$argon2id$...", ("admin",))
    store.access.add_user(user)
    assert store.access.find_user("Ann") == user
    assert store.access.find_user("ann") is None
    with pytest.raises(ConflictError, match="Ann"):
        store.access.add_user(user)
    store.access.replace_user(User("Ann", "$new", is_active=False))
    assert store.access.users() == [User("Ann", "$new", (), is_active=False)]
    store.access.remove_user("Ann")
    assert store.access.users() == []
    with pytest.raises(MissingRecordError):
        store.access.replace_user(user)
    with pytest.raises(MissingRecordError):
        store.access.remove_user("Ann")
    with pytest.raises(RecordError, match="name"):
        store.access.add_user(User("\0", "x"))
