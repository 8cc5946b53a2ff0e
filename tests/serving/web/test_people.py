"""People and tokens on their page, as its forms ask for them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from platelens.serving.access.passwords import hash_password, is_password
from platelens.store import Store, User
from tests.serving.conftest import PASSWORD, NewService
from tests.serving.web.test_pages import HTML, log_in

PAGE = "/settings/access"
NEW = "a new password"


@pytest.fixture
def admin(new_service: NewService, store: Store) -> TestClient:
    """Give a service with a login, in which the administrator "root" is logged in."""
    store.access.add_user(User("root", hash_password(PASSWORD), ("admin",)))
    client = new_service(access={"login": True})
    log_in(client, "root")
    return client


def send(client: TestClient, form: str, **fields: Any) -> Any:
    """Send a form of the page, with the token that stands in it."""
    page = client.get(PAGE, headers=HTML)
    token = re.search(r'name="csrf_token" value="(\w*)"', page.text)
    assert token is not None, page.text
    return client.post(f"{PAGE}/{form}", data={"csrf_token": token[1], **fields}, headers=HTML)


def user(store: Store, name: str) -> User:
    found = store.access.find_user(name)
    assert found is not None
    return found


def test_people_are_added_changed_and_removed(admin: TestClient, store: Store) -> None:
    fields = {"name": " bob ", "password": PASSWORD, "scopes": ["read", "search"]}
    assert "bob" in send(admin, "people", **fields).text
    assert user(store, "bob").scopes == ("read", "search")
    again = send(admin, "people", **{**fields, "scopes": ["review"]})
    assert (again.status_code, "a user &#39;bob&#39; already" in again.text) == (409, True)
    assert re.search(r'value="review" checked', again.text)

    send(admin, "people/change", name="bob", scopes=["review"])
    assert is_password(user(store, "bob").password_hash, PASSWORD)
    send(admin, "people/change", name="bob", scopes=["review"], password=NEW)
    changed = user(store, "bob")
    assert (changed.scopes, is_password(changed.password_hash, NEW)) == (("review",), True)
    assert send(admin, "people/remove", name="bob").status_code == 200
    assert store.access.find_user("bob") is None
    assert send(admin, "people/remove", name="bob").status_code == 404

    noted = [entry for entry in store.journal.audit() if "user" in entry.action]
    assert [entry.action.split()[0] for entry in noted] == ["remove", "change", "change", "add"]
    assert {entry.actor for entry in noted} == {"root"}
    assert PASSWORD not in str(noted)
    assert NEW not in str(noted)


@pytest.mark.parametrize(
    ("form", "fields", "status", "words"),
    [
        ("people", {"name": "x", "password": "short"}, 422, "10..1000"),
        ("people", {"name": "x", "password": PASSWORD, "scopes": ["fly"]}, 422, "fly"),
        ("people/change", {"name": "x", "scopes": ["read"]}, 404, "no user"),
        ("people/change", {"name": "root", "scopes": ["admin"], "password": NEW}, 422, "above"),
        ("tokens", {"name": "x", "scopes": ["fly"]}, 422, "fly"),
        ("tokens/revoke", {"number": "9"}, 404, "no token 9"),
    ],
)
def test_what_cannot_be_done_is_told(
    admin: TestClient, form: str, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = send(admin, form, **fields)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert re.search(r'role="alert".*\n?.*<span>', answer.text)


def test_the_last_administrator_stays(admin: TestClient, store: Store) -> None:
    for form, fields in (("remove", {}), ("change", {"scopes": ["read"]})):
        refused = send(admin, f"people/{form}", name="root", **fields)
        assert (refused.status_code, "the last who may administer" in refused.text) == (409, True)
    store.access.add_user(User("off", "x", ("admin",), is_active=False))
    assert send(admin, "people/remove", name="root").status_code == 409
    store.access.add_user(User("other", "x", ("admin",)))
    assert send(admin, "people/remove", name="root").status_code == 200
    assert admin.get(PAGE, headers=HTML).url.path == "/login"


def test_a_token_is_shown_once_and_revoked(admin: TestClient, store: Store) -> None:
    made = send(admin, "tokens", name="gate", scopes=["search"], days="7")
    secret = re.search(r'id="secret"[^>]* value="(pl_[\w-]+)"', made.text)
    assert secret is not None
    assert "no-store" in made.headers["cache-control"]
    (token,) = store.access.tokens()
    assert token.expires is not None
    assert (token.expires - token.created).days in (6, 7)
    listed = admin.get(PAGE, headers=HTML).text
    assert ("gate" in listed, secret[1] in listed) == (True, False)
    assert secret[1] not in str(store.journal.audit())
    program = TestClient(admin.app, base_url="http://localhost", headers={"X-API-Key": secret[1]})
    assert program.get("/api/v1/reads").status_code == 200
    assert "revoked" in send(admin, "tokens/revoke", number=token.id).text
    assert program.get("/api/v1/reads").status_code == 401


def test_a_new_password_ends_the_other_sessions(guarded: TestClient, store: Store) -> None:
    other = TestClient(guarded.app, base_url="http://localhost")
    log_in(other)
    log_in(guarded)
    for old, again, words in (("wrong", NEW, "old password is wrong"), (PASSWORD, "x", "differ")):
        refused = send(guarded, "password", old=old, new=NEW, again=again)
        assert (refused.status_code, words in refused.text) == (422, True)
    assert other.get("/api/v1/reads").status_code == 200
    assert "is changed" in send(guarded, "password", old=PASSWORD, new=NEW, again=NEW).text
    assert is_password(user(store, "anna").password_hash, NEW)
    assert user(store, "anna").scopes == ("search", "review")
    assert guarded.get("/api/v1/reads").status_code == 200
    assert other.get("/api/v1/reads").status_code == 401


def test_guessing_the_old_password_takes_long(guarded: TestClient) -> None:
    log_in(guarded)
    wrong = {"old": "wrong", "new": NEW, "again": NEW}
    statuses = [send(guarded, "password", **wrong).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


FORMS = ["people", "people/change", "people/remove", "tokens", "tokens/revoke"]


@pytest.mark.parametrize("form", FORMS)
def test_only_administrators_see_and_change(guarded: TestClient, store: Store, form: str) -> None:
    log_in(guarded)
    page = guarded.get(PAGE, headers=HTML).text
    assert ("Old password" in page, "Make a token" in page, "People" in page) == (
        True,
        False,
        False,
    )
    everything = {"name": "anna", "password": NEW, "scopes": ["admin"], "number": "1"}
    assert send(guarded, form, **everything).status_code == 403
    assert (user(store, "anna").scopes, store.access.tokens()) == (("search", "review"), [])


@pytest.mark.parametrize("form", [*FORMS, "password"])
def test_forms_need_the_token_of_the_session(admin: TestClient, store: Store, form: str) -> None:
    fields = {"name": "eve", "password": NEW, "scopes": ["admin"], "number": "1"}
    passwords = {"old": PASSWORD, "new": NEW, "again": NEW}
    answer = admin.post(f"{PAGE}/{form}", data={**fields, **passwords}, headers=HTML)
    assert (answer.status_code, "CSRF token" in answer.text) == (403, True)
    assert [u.name for u in store.access.users()] == ["root"]
    assert is_password(user(store, "root").password_hash, PASSWORD)


def test_first_people_can_be_added_before_there_is_a_login(
    client: TestClient, store: Store
) -> None:
    assert "[access] login = true" in client.get(PAGE, headers=HTML).text
    send(client, "people", name="ann", password=PASSWORD, scopes=["admin"])
    assert user(store, "ann").scopes == ("admin",)
    assert client.post(f"{PAGE}/password", data={}, headers=HTML).status_code == 422
