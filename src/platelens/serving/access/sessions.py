"""Sessions of people: a signed cookie, and a token that changes must come with."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from platelens.errors import AccessError, SettingsError
from platelens.serving.access.limiter import Limiter
from platelens.serving.access.passwords import hash_password, is_password
from platelens.store import Store, User

COOKIE: Final = "platelens_session"
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf_token"

_KEY_BYTES: Final = 32
_TRIES: Final = 5
"""Wrong passwords that an address has free; then one is free every _TRY_S."""
_TRY_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is logged in."""

    user: User
    csrf: str


class Sessions:
    """Makes and checks the cookies. They end with the password, or when the user is switched off.

    Args:
        store: knows the users.
        key: signs; the cookies of another key are worth nothing.
        hours: how long a cookie is good for.
        https: whether browsers are told to send it by HTTPS only.
    """

    def __init__(self, store: Store, key: bytes, hours: float, *, https: bool) -> None:
        self._store = store
        self._key = key
        self._max_age_s = int(hours * 3600)
        self._https = https
        self._signer = URLSafeTimedSerializer(key, salt="platelens.session")
        self._tries = Limiter(burst=_TRIES, period_s=_TRY_S)

    def log_in(self, response: Response, name: str, password: str, address: str) -> Session:
        """Check a password and give the browser a cookie. Takes long: not for the event loop.

        Raises:
            AccessError: name or password is wrong.
            RateError: too many were wrong.
        """
        user = self._check(name, password, address)
        self._store.journal.note(user.name, "log in", {})
        return self._begin(response, user)

    def change_password(
        self, response: Response, name: str, old: str, new: str, address: str
    ) -> None:
        """Let a person take a new password: all sessions end but this browser's, which goes on.

        Raises:
            AccessError: the old password is wrong.
            RateError: too many were wrong.
            RecordError: the new one is too short or too long.
        """
        user = replace(self._check(name, old, address), password_hash=hash_password(new))
        self._store.access.replace_user(user)
        self._store.journal.note(name, "change password", {})
        self._begin(response, user)

    def _check(self, name: str, password: str, address: str) -> User:
        """Give the user whose password that is."""
        tries = (address, f"{name[:200]}\0{address}")
        self._tries.take(*tries)
        user = self._store.access.find_user(name)
        is_right = is_password(user.password_hash if user else None, password)
        if user is None or not is_right or not user.is_active:
            raise AccessError("name or password is wrong")
        self._tries.forgive(*tries)
        return user

    def _begin(self, response: Response, user: User) -> Session:
        """Give the browser a cookie."""
        nonce = secrets.token_urlsafe(16)
        cookie = self._signer.dumps([user.name, nonce, _mark(user)])
        response.set_cookie(
            COOKIE,
            str(cookie),
            max_age=self._max_age_s,
            httponly=True,
            secure=self._https,
            samesite="lax",
        )
        return Session(user, self._csrf(nonce))

    def log_out(self, response: Response) -> None:
        """Let the browser forget its cookie."""
        response.delete_cookie(COOKIE, httponly=True, secure=self._https, samesite="lax")

    def find(self, cookie: str) -> Session | None:
        """Give the session of a cookie, None when it is not valid (any more)."""
        try:
            name, nonce, mark = self._signer.loads(cookie, max_age=self._max_age_s)
        except (BadSignature, ValueError):
            return None
        user = self._store.access.find_user(name)
        if user is None or not user.is_active or not hmac.compare_digest(mark, _mark(user)):
            return None
        return Session(user, self._csrf(nonce))

    def _csrf(self, nonce: str) -> str:
        return hmac.new(self._key, f"csrf:{nonce}".encode(), hashlib.sha256).hexdigest()


def start_session(request: Request, response: Response, name: str, password: str) -> Session:
    """Log a person in, as `Sessions.log_in`; for the login page."""
    sessions: Sessions = request.app.state.service.sessions
    return sessions.log_in(response, name, password, _address(request))


def change_password(request: Request, response: Response, name: str, old: str, new: str) -> None:
    """Let a person take a new password, as `Sessions.change_password`; for the pages."""
    sessions: Sessions = request.app.state.service.sessions
    sessions.change_password(response, name, old, new, _address(request))


def end_session(request: Request, response: Response) -> None:
    """Log a person out; for the pages."""
    sessions: Sessions = request.app.state.service.sessions
    sessions.log_out(response)


def load_key(path: Path) -> bytes:
    """Give the key in a file, which is made when it is missing; nobody else may read it.

    Raises:
        SettingsError: the file cannot be read or written, or has no key.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(secrets.token_hex(_KEY_BYTES), encoding="ascii")
        except FileExistsError:
            pass
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: no key of sessions: {error}") from error
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"{path}: expected a key of {_KEY_BYTES} bytes; remove the file")
    return key


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _mark(user: User) -> str:
    """Give what changes with the password, and tells nothing of it."""
    return hashlib.sha256(f"session:{user.password_hash}".encode()).hexdigest()[:16]
