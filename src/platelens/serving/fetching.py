"""Fetches a picture from a public address that a client names, and from no other.

The name is resolved once, every address it has must be public, and the connection goes to the
address that was checked: no second answer of the name server can lead elsewhere. Redirections are
not followed.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx

from platelens.errors import RequestError, RequestTooLargeError
from platelens.serving.engine import Upload
from platelens.serving.uploads import clean_name

_PORTS: Final = {"http": 80, "https": 443}
_LIMIT_S: Final = 15.0

Address = IPv4Address | IPv6Address


async def fetch_picture(url: str, max_bytes: int) -> Upload:
    """Give the picture at an address.

    Raises:
        RequestError: the address is not a public one of http or https, or there is no answer.
        RequestTooLargeError: it has more bytes than allowed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RequestError("upload_url: is no address") from None
    if parts.scheme not in _PORTS or not parts.hostname or port not in (None, *_PORTS.values()):
        raise RequestError("upload_url: expected http:// or https:// and the usual port")
    try:
        async with asyncio.timeout(_LIMIT_S):
            address = await _public_address(parts.hostname, _PORTS[parts.scheme])
            data = await _get(parts, address, max_bytes)
    except (TimeoutError, httpx.HTTPError):
        raise RequestError("upload_url: there was no answer") from None
    return Upload(clean_name(parts.path) or "image", data)


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet, not of this machine or its neighbours."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None and not is_public(inner):
        return False
    return address.is_global and not address.is_multicast


async def _public_address(host: str, port: int) -> Address:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RequestError("upload_url: there is no such host") from None
    addresses = [ip_address(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise RequestError("upload_url: only public addresses are fetched")
    return addresses[0]


async def _get(parts: SplitResult, address: Address, max_bytes: int) -> bytes:
    host = f"[{address}]" if address.version == 6 else str(address)
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    target = f"{parts.scheme}://{host}{port}{parts.path or '/'}{query}"
    name = parts.hostname or ""
    async with (
        httpx.AsyncClient(trust_env=False, follow_redirects=False) as client,
        client.stream(
            "GET", target, headers={"Host": name + port}, extensions={"sni_hostname": name}
        ) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise RequestError(f"upload_url: the answer was {answer.status_code}")
        data = bytearray()
        async for piece in answer.aiter_bytes():
            data += piece
            if len(data) > max_bytes:
                raise RequestTooLargeError(f"upload_url: more than {max_bytes:,} bytes")
    return bytes(data)
