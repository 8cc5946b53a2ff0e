"""`platelens access`: who may use the service."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from platelens.cli.failures import one_line, one_line_errors
from platelens.cli.options import split_codes
from platelens.cli.serve import ConfigFile, DataDir, settings_of

if TYPE_CHECKING:
    from platelens.store import Store

app = typer.Typer(
    name="access", help="Who may use the service: people and tokens.", no_args_is_help=True
)

_ACTOR: Final = "command line"  # as the audit log has it

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]
Scopes = Annotated[
    str,
    typer.Option(
        "--scopes", metavar="LIST", help="Of read, search, review, manage, metrics, admin."
    ),
]
Days = Annotated[
    float | None,
    typer.Option("--days", min=0, metavar="N", help="The token ends after so many days."),
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the standard input.")
]


@app.command("add-user")
@one_line_errors()
def add_user(
    name: Name,
    *,
    scopes: Scopes = "read,search,review",
    password_stdin: FromStdin = False,
    config: ConfigFile = None,
    data: DataDir = None,
) -> None:
    """Add a person, or change password and scopes of one."""
    with _open(config, data) as store:
        from platelens.serving.access import accounts, check_scopes

        granted = check_scopes(split_codes(scopes))
        password = _password(from_stdin=password_stdin)
        is_new = store.access.find_user(name) is None
        put = accounts.add_user if is_new else accounts.change_user
        put(store, _ACTOR, name, password, granted)
        typer.echo(f"{name}: {', '.join(granted)}")


@app.command("remove-user")
@one_line_errors()
def remove_user(name: Name, *, config: ConfigFile = None, data: DataDir = None) -> None:
    """Remove a person, whose sessions end."""
    with _open(config, data) as store:
        from platelens.serving.access import accounts

        accounts.remove_user(store, _ACTOR, name)


@app.command("add-token")
@one_line_errors()
def add_token(
    name: Name,
    *,
    scopes: Scopes = "read",
    days: Days = None,
    config: ConfigFile = None,
    data: DataDir = None,
) -> None:
    """Make a token for a program, and print it: it cannot be shown again."""
    with _open(config, data) as store:
        from platelens.serving.access import accounts

        typer.echo(accounts.add_token(store, _ACTOR, name, split_codes(scopes), days))


@app.command("revoke-token")
@one_line_errors()
def revoke_token(
    number: Annotated[int, typer.Argument(metavar="ID", show_default=False)],
    *,
    config: ConfigFile = None,
    data: DataDir = None,
) -> None:
    """Let a token be refused from now on."""
    with _open(config, data) as store:
        from platelens.serving.access import accounts

        accounts.revoke_token(store, _ACTOR, number)


@app.command("list")
@one_line_errors()
def list_access(*, config: ConfigFile = None, data: DataDir = None) -> None:
    """Print people and tokens, one a line."""
    with _open(config, data) as store:
        for user in store.access.users():
            state = "" if user.is_active else "\tswitched off"
            typer.echo(f"user\t{one_line(user.name)}\t{','.join(user.scopes)}{state}")
        now = datetime.now(UTC)
        for token in store.access.tokens():
            is_over = token.revoked or (token.expires and token.expires <= now)
            used = f"used {token.last_used:%Y-%m-%d}" if token.last_used else "never used"
            state = "over" if is_over else used
            scopes = ",".join(token.scopes)
            typer.echo(f"token {token.id}\t{one_line(token.name)}\t{scopes}\t{state}")


@contextlib.contextmanager
def _open(config: ConfigFile, data: DataDir) -> Iterator[Store]:
    settings = settings_of(config, data)
    from platelens.serving.server import open_settings_store

    with open_settings_store(settings) as store:
        yield store


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
