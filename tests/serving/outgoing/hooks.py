"""A server that takes webhooks, and can be told to refuse them."""

from __future__ import annotations

import email
import email.policy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Taken:
    """A request that came."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> dict[str, bytes]:
        """The parts of a form by their names."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        found = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found[str(name)] = payload
        return found


@dataclass
class Hooks:
    """What came, and what is answered: the last status for ever."""

    address: str = ""
    taken: list[Taken] = field(default_factory=list)
    statuses: list[int] = field(default_factory=lambda: [200])

    def take(self, request: Taken) -> int:
        self.taken.append(request)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def hooks() -> Iterator[Hooks]:
    """Run the server."""
    state = Hooks()

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(state.take(Taken(self.path, headers, body)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            del arguments

    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def wait_for(found: Callable[[], object], limit_s: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + limit_s
    while not found():
        assert time.monotonic() < end, "it has not come"
        time.sleep(0.02)
