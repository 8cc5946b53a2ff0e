"""`platelens access` and how `platelens serve` refuses to start."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("argon2")

from typer.testing import CliRunner, Result

from platelens.cli.main import app
from platelens.serving.access.passwords import is_password
from platelens.store import Store, open_store

PASSWORD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def access(data: Path, *arguments: str, entered: str = "") -> Result:
    return CliRunner().invoke(app, ["access", *arguments, "--data", str(data)], input=entered)


def opened(data: Path) -> Store:
    return open_store(f"sqlite:///{data}/store.db", data / "media")


def test_people_are_added_changed_and_removed(data: Path) -> None:
    first = access(data, "add-user", "ann", entered=f"{PASSWORD}\n{PASSWORD}\n")
    assert first.exit_code == 0, first.output
    assert PASSWORD not in first.output
    options = ("--scopes", "search, admin", "--password-stdin")
    assert access(data, "add-user", "ann", *options, entered="another password\n").exit_code == 0
    with opened(data) as store:
        (user,) = store.access.users()
        assert user.scopes == ("search", "admin")
        assert is_password(user.password_hash, "another password")
        assert not is_password(user.password_hash, PASSWORD)
    assert "user\tann\tsearch,admin" in access(data, "list").output
    assert access(data, "remove-user", "ann").exit_code == 0
    assert access(data, "remove-user", "ann").exit_code == 2


def test_tokens_are_shown_once_and_revoked(data: Path) -> None:
    made = access(data, "add-token", "gate", "--days", "7")
    secret = made.stdout.strip()
    with opened(data) as store:
        token = store.access.find_token(secret)
        assert token is not None
        assert (token.name, token.scopes) == ("gate", ("read",))
        assert token.expires is not None
    listed = access(data, "list").output
    assert f"token {token.id}\tgate\tread\tused" in listed
    assert secret not in listed
    assert access(data, "revoke-token", str(token.id)).exit_code == 0
    assert access(data, "list").output.strip().endswith("over")


@pytest.mark.parametrize(
    ("arguments", "entered", "cause"),
    [
        (("add-user", "ann", "--password-stdin"), "short\n", "password"),
        (("add-user", "ann", "--password-stdin", "--scopes", "fly"), f"{PASSWORD}\n", "fly"),
        (("add-token", "t", "--scopes", "read,fly"), "", "fly"),
        (("revoke-token", "7"), "", "7"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    data: Path, arguments: tuple[str, ...], entered: str, cause: str
) -> None:
    result = access(data, *arguments, entered=entered)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert cause in result.stderr
    assert result.stderr.count("\n") == 1


def serve(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["serve", *map(str, arguments)])


def test_serve_refuses_to_be_open_to_others(data: Path) -> None:
    result = serve("--data", data, "--host", "0.0.0.0")
    assert result.exit_code == 2
    assert "access.login" in result.stderr


def test_serve_names_a_wrong_setting(tmp_path: Path) -> None:
    file = tmp_path / "platelens.toml"
    file.write_text("[server]\nprot = 1\n")
    result = serve("--config", file)
    assert (result.exit_code, "server.prot" in result.stderr) == (2, True)


def test_serve_says_when_its_port_is_taken(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = serve("--data", data, "--port", taken.getsockname()[1])
    assert result.exit_code == 2
    assert "cannot listen on 127.0.0.1" in result.stderr
