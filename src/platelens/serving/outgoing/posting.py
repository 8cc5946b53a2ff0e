"""Sends events over HTTP. Bodies are signed as https://www.standardwebhooks.com describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from platelens.serving.outgoing.event import Outgoing, SendError
from platelens.serving.outgoing.forms import alpr_database_form, native_form, stream_form

_DATABASE_PATH: Final = "/api/plate-reads"


def sign(secret: str, uid: str, timestamp: int, body: bytes) -> str:
    """Give the value of the header `webhook-signature`."""
    signed = f"{uid}.{timestamp}.".encode() + body
    digest = hmac.digest(secret.encode(), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def open_client() -> httpx.AsyncClient:
    """Give what posts: one for all targets, so that connections are used again."""
    return httpx.AsyncClient(trust_env=False, follow_redirects=False)


async def post(client: httpx.AsyncClient, event: Outgoing) -> None:
    """Send an event; redirections are no answer.

    Raises:
        SendError: there was no answer, or one other than 2xx.
    """
    request = client.build_request(
        "POST", _address(event), timeout=event.settings.timeout_s, **_content(event)
    )
    name, _, value = event.settings.header.partition(":")
    if name:
        request.headers[name] = value.strip()
    if event.target.kind == "alpr-database":
        request.headers["x-api-key"] = event.settings.secret
    else:
        _add_signature(request, event)
    try:
        answer = await client.send(request)
    except httpx.HTTPError as error:
        raise SendError(type(error).__name__) from error
    if not answer.is_success:
        raise SendError(f"answered {answer.status_code}")


def _content(event: Outgoing) -> dict[str, Any]:
    """Give the body as httpx takes it."""
    if event.target.kind == "alpr-database":
        return {"json": alpr_database_form(event)}
    if event.target.kind == "webhook":
        return {"json": native_form(event)}
    record = stream_form(event)
    if event.image is None:
        return {"json": record}
    name = record["data"]["filename"].rpartition("/")[2]
    return {
        "data": {"json": json.dumps(record)},
        "files": {"upload": (name, event.image, "image/jpeg")},
    }


def _add_signature(request: httpx.Request, event: Outgoing) -> None:
    now = int(time.time())
    request.headers["webhook-id"] = event.uid
    request.headers["webhook-timestamp"] = str(now)
    if event.settings.secret:
        body = request.read()
        request.headers["webhook-signature"] = sign(event.settings.secret, event.uid, now, body)


def _address(event: Outgoing) -> str:
    url = event.target.url
    if event.target.kind == "alpr-database" and urlsplit(url).path in ("", "/"):
        return url.rstrip("/") + _DATABASE_PATH
    return url
