"""Cameras for tests: real servers on this machine, which send a few pictures and stop."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from platelens import imaging
from platelens.types import RgbImage
from tests.imaging.video.clips import numbered

_TS_PACKET = 188
_TS_PER_RTP = 7

Handler = Callable[[socketserver.StreamRequestHandler, int], None]
"""Serves one connection; gets its number, from 0."""


class Camera:
    """A TCP server that can be switched off and on; its address stays the same."""

    def __init__(self, handle: Handler) -> None:
        count = itertools.count()
        self._connections: list[socket.socket] = []
        connections = self._connections

        class _Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                connections.append(self.request)
                with contextlib.suppress(OSError):
                    handle(self, next(count))

        self._handler = _Handler
        self.port = 0
        self.start()

    def start(self) -> None:
        class _Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = _Server(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Refuse connections, and cut those that there are."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._connections.clear()


@contextlib.contextmanager
def camera(handle: Handler) -> Iterator[Camera]:
    one = Camera(handle)
    try:
        yield one
    finally:
        one.stop()


def _numbered(number: int) -> RgbImage:
    return imaging.from_array(numbered(number % 256), order="rgb")


def motion_jpeg(
    *counts: int | None,
    fps: float = 50.0,
    hold_s: float = 0.0,
    draw: Callable[[int], RgbImage] = _numbered,
) -> Handler:
    """Send JPEG pictures over HTTP, numbered ones unless others are drawn.

    Args:
        counts: how many pictures each connection gets before it is cut, later ones as many as the
            last one; None = no end.
        fps: pictures a second.
        hold_s: for so long a connection stays open in silence before it is cut.
        draw: gives the picture of a number; each connection begins with 0.
    """

    def handle(request: socketserver.StreamRequestHandler, number: int) -> None:
        read_head(request)
        request.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
        )
        count = counts[min(number, len(counts) - 1)]
        due = time.monotonic()
        for picture in itertools.count() if count is None else range(count):
            jpeg = imaging.encode(draw(picture), ".jpg")
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            request.wfile.write(head.encode() + jpeg + b"\r\n")
            due += 1 / fps
            time.sleep(max(0.0, due - time.monotonic()))
        time.sleep(hold_s)

    return handle


def transport_stream(*clips: bytes, duration_s: float = 1.0) -> Handler:
    """Send MPEG-TS over bare TCP: each connection gets a clip of its own, the last one again."""

    def handle(request: socketserver.StreamRequestHandler, number: int) -> None:
        for chunk in paced(clips[min(number, len(clips) - 1)], duration_s):
            request.wfile.write(chunk)

    return handle


def rtsp(clip: bytes, duration_s: float = 1.0) -> Handler:
    """Serve MPEG-TS over RTP inside the RTSP connection (RFC 2326 10.12, RFC 2250)."""
    sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\n"

    def handle(request: socketserver.StreamRequestHandler, number: int) -> None:
        del number
        while head := read_head(request):
            method, fields = head[0].split()[0], _fields(head[1:])
            extra, body = "", ""
            if method == "DESCRIBE":
                extra, body = "Content-Type: application/sdp\r\n", sdp
            elif method == "SETUP":
                extra = f"Transport: {fields['transport']}\r\n"
            request.wfile.write(
                f"RTSP/1.0 200 OK\r\nCSeq: {fields['cseq']}\r\nSession: 1\r\n{extra}"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            if method == "PLAY":
                for count, chunk in enumerate(paced(clip, duration_s)):
                    stamp = round(90_000 * duration_s * count * len(chunk) / len(clip))
                    packet = b"\x80\x21" + count.to_bytes(2, "big") + stamp.to_bytes(4, "big")
                    packet += b"\0\0\0\1" + chunk
                    request.wfile.write(b"$\0" + len(packet).to_bytes(2, "big") + packet)
                return

    return handle


def answer(*lines: str) -> Handler:
    """Answer every request with the same lines: "HTTP/1.1 404 Not Found"."""

    def handle(request: socketserver.StreamRequestHandler, number: int) -> None:
        del number
        read_head(request)
        request.wfile.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())

    return handle


def silence(request: socketserver.StreamRequestHandler, number: int) -> None:
    """Take a connection and say nothing."""
    del number
    request.rfile.read()


def read_head(request: socketserver.StreamRequestHandler) -> list[str]:
    """Read the head of an HTTP or RTSP request; [] at the end of the connection."""
    lines = []
    while line := request.rfile.readline().decode().strip():
        lines.append(line)
    return lines


def paced(clip: bytes, duration_s: float) -> Iterator[bytes]:
    """Give a clip in pieces, as fast as it is played."""
    size = _TS_PACKET * _TS_PER_RTP
    began = time.monotonic()
    for start in range(0, len(clip), size):
        time.sleep(max(0.0, began + duration_s * start / len(clip) - time.monotonic()))
        yield clip[start : start + size]


def _fields(lines: Sequence[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {name.lower(): value.strip() for name, _, value in pairs}


@contextlib.contextmanager
def web_folder(folder: Path) -> Iterator[str]:
    """Serve the files of a folder over HTTP; gives its address."""

    class _Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments: Any) -> None:
            del arguments

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
