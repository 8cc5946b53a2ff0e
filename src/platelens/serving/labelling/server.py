"""Runs the labelling page until somebody ends it."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from platelens.serving.labelling.guard import Access


@dataclass(frozen=True, slots=True)
class Listening:
    """An open port, and how to get there."""

    sockets: tuple[socket.socket, ...]
    address: str  # to open in a browser, with the key where one is needed
    access: Access


def listen_at(host: str, port: int) -> Listening:
    """Open a port; one that other machines reach needs a key, which is drawn here.

    Args:
        host: a name or an address of this machine.
        port: 0 = any that is free.

    Raises:
        OSError: the port is in use, or the host is not this machine.
    """
    family, kind, number, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, kind, number)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(place)
        opened.listen(128)
    except OSError as error:
        opened.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from error
    bound, real_port = opened.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    if ipaddress.ip_address(bound).is_loopback:
        hosts = ("localhost", "127.0.0.1", "::1", host)
        return Listening((opened,), f"http://{name}:{real_port}/", Access(hosts=hosts))
    key = secrets.token_urlsafe(18)
    if ipaddress.ip_address(bound).is_unspecified:
        name = socket.gethostname()
    return Listening((opened,), f"http://{name}:{real_port}/?key={key}", Access(key=key))


def serve_labels(app: Starlette, listening: Listening) -> None:
    """Answer until Ctrl-C or SIGTERM."""
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=list(listening.sockets))
