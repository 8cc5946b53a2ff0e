import asyncio
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from threading import Thread
from typing import Any

import httpx
import pytest

from platelens.errors import RequestError, RequestTooLargeError
from platelens.serving import fetching
from platelens.serving.fetching import fetch_picture, is_public


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700:4700::1111"])
def test_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "ff02::1"),
    ],
)
def test_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://example.org/x", "gopher://example.org", "//example.org"),
        *("http://", "http://[", "https://example.org:22/", "http://127.0.0.1/", "http://[::1]/"),
        *("http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://0/"),
        *("http://a.invalid/x", "http://\u00e4\udc80/", "http://user@10.0.0.1/"),
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(RequestError):
        asyncio.run(fetch_picture(url, 100))


def test_one_private_address_of_a_name_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*arguments: Any, **_named: Any) -> list[Any]:
        assert arguments[0] == "two.example"
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", 80)), (*kind, ("10.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(RequestError, match="only public"):
        asyncio.run(fetch_picture("http://two.example/", 100))


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/car.jpg")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode() + b" " + self.path.encode())

    def log_message(self, *arguments: Any) -> None:
        del arguments


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve pages as cars.example, which stands for a public address."""
    with HTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        port = server.server_address[1]

        async def resolve(host: str, _port: int) -> Any:
            assert host == "cars.example"
            return ip_address("127.0.0.1")

        monkeypatch.setattr(fetching, "_public_address", resolve)
        monkeypatch.setattr(fetching, "_PORTS", {"http": port})
        yield f"http://cars.example:{port}"
        server.shutdown()
        thread.join()


def test_picture_is_fetched_from_the_address_that_was_checked(site: str) -> None:
    upload = asyncio.run(fetch_picture(f"{site}/a/car.jpg?size=2", 100))
    assert upload.name == "car.jpg"
    assert upload.data == f"{site.removeprefix('http://')} /a/car.jpg?size=2".encode()


def test_what_is_fetched_is_limited(site: str) -> None:
    with pytest.raises(RequestTooLargeError):
        asyncio.run(fetch_picture(f"{site}/{'x' * 200}", 100))
    with pytest.raises(RequestError, match="302"):
        asyncio.run(fetch_picture(f"{site}/moved", 100))


def test_no_answer(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_arguments: Any) -> bytes:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(fetching, "_get", fail)
    with pytest.raises(RequestError, match="no answer"):
        asyncio.run(fetch_picture(site, 100))
