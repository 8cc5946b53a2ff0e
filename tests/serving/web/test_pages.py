from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from platelens.serving.access.passwords import hash_password
from platelens.serving.web.login import own_path
from platelens.serving.web.menu import PLACES
from platelens.store import Store, User
from tests.serving.conftest import PASSWORD

PATHS = [place.path for place in PLACES]
HTML = {"Accept": "text/html"}


def log_in(client: TestClient, name: str = "anna", **fields: str) -> str:
    form = {"name": name, "password": PASSWORD, **fields}
    answer = client.post("/login", data=form, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


@pytest.mark.parametrize("path", [*PATHS, "/login"])
def test_a_page_loads_only_what_is_ours(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"https?://|<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)
    for address in set(re.findall(r'(?:src|href)="(/static[^"#]+)', answer.text)):
        assert client.get(address).status_code == 200, address


def test_static_files_stay_in_the_cache(client: TestClient) -> None:
    page = client.get("/", headers=HTML).text
    (script,) = re.findall(r'src="(/static/\w+)/js/read.js"', page)
    lasting = client.get(f"{script}/js/dom.js")
    assert "immutable" in lasting.headers["cache-control"]
    other = client.get("/static/js/dom.js")
    assert (other.headers["cache-control"], other.text) == ("no-cache", lasting.text)
    assert client.get(f"{script}/../../frame.py").status_code == 404
    assert client.get("/static/0123/js/dom.js").status_code == 404


def test_one_read_has_its_page(client: TestClient, picture: Callable[..., bytes]) -> None:
    answer = client.post("/api/v1/read", files={"upload": ("a.png", picture("A"))})
    number = answer.json()["images"][0]["plates"][0]["id"]
    assert f'data-number="{number}"' in client.get(f"/reads/{number}", headers=HTML).text
    missing = client.get("/reads/999", headers=HTML)
    assert (missing.status_code, "no read 999" in missing.text) == (404, True)


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_logged_in_is_sent_there(guarded: TestClient, path: str) -> None:
    answer = guarded.get(path, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303
    assert "/login?next=" in answer.headers["location"]


def test_logging_in_leads_to_the_page_that_was_asked_for(guarded: TestClient) -> None:
    assert log_in(guarded, next="/reads?plate=A*") == "/reads?plate=A*"
    assert guarded.get("/reads", headers=HTML).status_code == 200


def test_logging_out_needs_the_token(guarded: TestClient) -> None:
    log_in(guarded)
    assert guarded.post("/logout").status_code == 403
    page = guarded.get("/reads", headers=HTML).text
    token = re.search(r'name="csrf_token" value="(\w+)"', page)
    assert token is not None
    answer = guarded.post("/logout", data={"csrf_token": token[1]}, follow_redirects=False)
    assert answer.headers["location"] == "/login"
    assert guarded.get("/reads", headers=HTML, follow_redirects=False).status_code == 303


def test_a_wrong_password_is_told_and_too_many_are_stopped(guarded: TestClient) -> None:
    form = {"name": '"><script>', "password": "wrong"}
    first = guarded.post("/login", data=form)
    assert (first.status_code, "is wrong" in first.text) == (401, True)
    assert "<script>" not in first.text
    for _ in range(10):
        last = guarded.post("/login", data=form)
    assert (last.status_code, "Too many tries" in last.text) == (429, True)


def test_pages_offer_what_a_person_may(guarded: TestClient, store: Store) -> None:
    store.access.add_user(User("bob", hash_password(PASSWORD), ("search",)))
    log_in(guarded, "bob")
    page = guarded.get("/reads", headers=HTML).text
    assert 'href="/statistics"' in page
    assert 'href="/review"' not in page
    assert "delete-chosen" not in page
    assert guarded.get("/", headers=HTML).url.path == "/reads"  # what is allowed instead
    refused = guarded.get("/review", headers=HTML)
    assert (refused.status_code, "needs the scope" in refused.text) == (403, True)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/reads?plate=A", "/reads?plate=A"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_nowhere_else(address: str, place: str) -> None:
    assert own_path(address) == place
