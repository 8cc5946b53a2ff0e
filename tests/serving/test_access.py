import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from platelens.errors import RateError, SettingsError
from platelens.serving.access.limiter import Limiter
from platelens.serving.access.sessions import load_key
from platelens.serving.routes import events
from platelens.serving.service import service_of
from platelens.store import Store, User
from tests.serving.conftest import PASSWORD, NewService

READS, READ, SESSION = "/api/v1/reads", "/api/v1/read", "/api/v1/session"


def log_in(client: TestClient, password: str = PASSWORD, name: str = "anna") -> str:
    answer = client.post(SESSION, json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["csrf_token"])


def test_nobody_gets_in_without_token_or_login(guarded: TestClient) -> None:
    for method, path in (("GET", READS), ("POST", READ), ("GET", "/metrics"), ("GET", SESSION)):
        answer = guarded.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (401, "AccessError")
        assert "WWW-Authenticate" in answer.headers
    assert guarded.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        lambda secret: {"Authorization": f"Bearer {secret}"},
        lambda secret: {"Authorization": f"Token {secret}"},
        lambda secret: {"X-API-Key": secret},
    ],
    ids=["bearer", "token", "key"],
)
def test_token_may_what_its_scopes_say(
    guarded: TestClient,
    store: Store,
    picture: Callable[..., bytes],
    header: Callable[[str], dict[str, str]],
) -> None:
    _, secret = store.access.add_token("camera", ["read"])
    assert guarded.post(READ, content=picture("A"), headers=header(secret)).status_code == 200
    refused = guarded.get(READS, headers=header(secret))
    assert (refused.status_code, refused.json()["code"]) == (403, "ScopeError")
    assert guarded.get(READS, headers=header(secret + "x")).status_code == 401


def test_token_ends(guarded: TestClient, store: Store) -> None:
    _, over = store.access.add_token("old", ["search"], datetime.now(UTC) - timedelta(seconds=1))
    number, revoked = store.access.add_token("lost", ["search"])
    store.access.revoke_token(number)
    for secret in (over, revoked):
        assert guarded.get(READS, headers={"X-API-Key": secret}).status_code == 401


def test_admin_may_everything(guarded: TestClient, store: Store) -> None:
    _, secret = store.access.add_token("boss", ["admin"])
    assert guarded.get("/metrics", headers={"X-API-Key": secret}).status_code == 200


def test_login_and_logout(guarded: TestClient) -> None:
    csrf = log_in(guarded)
    assert guarded.get(READS).status_code == 200
    assert guarded.get(SESSION).json()["name"] == "anna"
    assert guarded.get(SESSION).json()["csrf_token"] == csrf
    assert guarded.delete(SESSION, headers={"X-CSRF-Token": csrf}).status_code == 204
    assert guarded.get(READS).status_code == 401


def test_cookie_is_kept_from_scripts_and_other_sites(guarded: TestClient) -> None:
    answer = guarded.post(SESSION, json={"name": "anna", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_changes_of_a_person_need_the_csrf_token(guarded: TestClient) -> None:
    log_in(guarded)
    for token in (b"", b"x", "\u00e4".encode()):
        answer = guarded.delete(SESSION, headers={b"X-CSRF-Token": token})
        assert (answer.status_code, answer.json()["code"]) == (403, "ScopeError")


def test_session_ends_with_password_and_user(guarded: TestClient, store: Store) -> None:
    from platelens.serving.access.passwords import hash_password

    log_in(guarded)
    store.access.replace_user(User("anna", hash_password("another password"), ("search",)))
    assert guarded.get(READS).status_code == 401
    log_in(guarded, "another password")
    user = store.access.find_user("anna")
    assert user is not None
    store.access.replace_user(User("anna", user.password_hash, ("search",), is_active=False))
    assert guarded.get(READS).status_code == 401


def test_forged_cookie_is_none(guarded: TestClient) -> None:
    guarded.cookies.set("platelens_session", "WyJhbm5hIiwieCIsInkiXQ.forged.signature")
    assert guarded.get(READS).status_code == 401


def test_guessing_passwords_takes_long(guarded: TestClient) -> None:
    body = {"name": "anna", "password": "wrong password"}
    statuses = [guarded.post(SESSION, json=body).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    last = guarded.post(SESSION, json=body)
    assert int(last.headers["Retry-After"]) >= 1


def test_other_sites_are_refused(client: TestClient, picture: Callable[..., bytes]) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert client.post(READ, content=picture("A"), headers=headers).status_code == 403
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post(READ, content=picture("A"), headers=own).status_code == 200


def test_other_names_are_refused(client: TestClient) -> None:
    assert client.get(READS, headers={"Host": "rebound.example"}).status_code == 400
    assert client.get(READS, headers={"Host": "127.0.0.1:8080"}).status_code == 200


def test_allowed_hosts(new_service: NewService) -> None:
    service = new_service(server={"allowed_hosts": ["gate.local"]})
    assert service.get(READS, headers={"Host": "gate.local:8080"}).status_code == 200


def test_trusted_networks_may_have_pictures_read_only(
    new_service: NewService, picture: Callable[..., bytes]
) -> None:
    service = new_service(access={"login": True, "trusted_networks": ["192.168.1.0/24"]})
    near = TestClient(service.app, base_url="http://localhost", client=("192.168.1.9", 1))
    assert near.post(READ, content=picture("A")).status_code == 200
    assert near.get(READS).status_code == 403
    assert service.post(READ, content=picture("A")).status_code == 401


def test_requests_a_minute(new_service: NewService) -> None:
    service = new_service(limits={"requests_per_minute": 3})
    statuses = [service.get(READS).status_code for _ in range(4)]
    assert statuses == [200] * 3 + [429]


def test_limiter_lets_one_through_again_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    limiter = Limiter(burst=2, period_s=10)
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(RateError) as caught:
        limiter.take("a")
    assert caught.value.retry_s == 10
    limiter.take("b")
    now[0] = 10.0
    limiter.take("a")


def test_who_may_not_any_more_hears_nothing(
    guarded: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_LOOK_S", 0.0)
    number, secret = store.access.add_token("listener", ["search"])
    headers = [(b"x-api-key", secret.encode())]
    request = Request({"type": "http", "app": guarded.app, "headers": headers})

    async def listen() -> list[str]:
        lines = aiter(events._lines(request))
        heard = [await anext(lines)]
        for kind in ("read", "alert"):
            coming = asyncio.ensure_future(anext(lines, "the end"))
            await asyncio.sleep(0.1)  # it listens
            service_of(request).events.publish(kind, {})
            heard.append(await coming)
            store.access.revoke_token(number)
        return heard

    begin, read, end = asyncio.run(listen())
    assert (begin, "event: read" in read, end) == ("retry: 2000\n\n", True, "the end")


def test_key_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new/secret.key"
    key = load_key(path)
    assert load_key(path) == key
    assert len(key) == 32
    assert path.stat().st_mode & 0o077 == 0
    path.write_text("abcd")
    with pytest.raises(SettingsError, match="32 bytes"):
        load_key(path)
