"""What a browser, and what a program, is told when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from platelens.errors import StoreDownError
from platelens.store import Store
from tests.serving.conftest import NewService
from tests.serving.web.test_pages import HTML, log_in

ACCESS = "/settings/access"
OTHER_SITE = {**HTML, "Origin": "http://evil.example"}


def check_page(answer: Any, status: int, words: str) -> None:
    """See that an answer is the page of faults, as strict as any other, and says so."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "platelens.css" in answer.text
    assert words in answer.text


@pytest.mark.parametrize(
    ("ask", "status", "words"),
    [
        (lambda c: c.get("/no/such", headers=HTML), 404, "no such page"),
        (lambda c: c.get("/static/no.js", headers=HTML), 404, "no such page"),
        (lambda c: c.get("/reads/9", headers=HTML), 404, "no read 9"),
        (lambda c: c.delete("/reads", headers=HTML), 405, "no such request"),
        (lambda c: c.get("/reads/x", headers=HTML), 422, "path.number"),
        (lambda c: c.post("/login", data={"name": "x"}, headers=HTML), 422, "body.password"),
        (lambda c: c.post("/login", data={"name": "x" * 2001}, headers=HTML), 413, "2,000 bytes"),
        (lambda c: c.post("/login", data={}, headers=OTHER_SITE), 403, "another site"),
        (lambda c: c.get("/", headers={**HTML, "Host": "x.example"}), 400, "not a name of this"),
    ],
)
def test_a_browser_gets_a_page(
    new_service: NewService, ask: Callable[[TestClient], Any], status: int, words: str
) -> None:
    client = new_service(limits={"body_bytes": 2000})
    check_page(ask(client), status, words)


@pytest.mark.parametrize("path", ["/no/such", "/reads/x"])
def test_a_program_gets_a_problem(client: TestClient, path: str) -> None:
    for address, headers in ((path, {}), (f"/api/v1{path}", HTML)):
        answer = client.get(address, headers=headers)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def test_what_breaks_inside_is_not_told(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error, status in ((ZeroDivisionError("AB12CDE"), 500), (StoreDownError("AB12CDE"), 503)):

        def fail(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(store.access, "users", fail)
        answer = client.get(ACCESS, headers=HTML)
        check_page(answer, status, "log of the service")
        assert "AB12CDE" not in answer.text


def test_too_often(new_service: NewService) -> None:
    client = new_service(limits={"requests_per_minute": 2})
    for _ in range(2):
        assert client.get("/reads", headers=HTML).status_code == 200
    answer = client.get("/reads", headers=HTML)
    check_page(answer, 429, "too often")
    assert int(answer.headers["retry-after"]) >= 1


def test_the_menu_is_that_of_who_asks(guarded: TestClient) -> None:
    nobody = guarded.get("/no/such", headers=HTML)
    check_page(nobody, 404, "no such page")
    assert 'href="/reads"' not in nobody.text
    check_page(
        guarded.post(f"{ACCESS}/tokens/revoke", data={"number": 1}, headers=HTML), 401, "Log in"
    )
    log_in(guarded)
    assert 'href="/reads"' in guarded.get("/no/such", headers=HTML).text
    check_page(guarded.get("/watch/x", headers=HTML), 404, "no such page")


def test_a_search_is_found_again_after_the_login(guarded: TestClient) -> None:
    answer = guarded.get("/reads?plate=A*&match=fuzzy", headers=HTML)
    assert 'value="/reads?plate=A*&amp;match=fuzzy"' in answer.text
