"""The service as a process of its own, seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Final

_TIMEOUT_S: Final = 60.0
_LOOK_S: Final = 0.005
_STOP_S: Final = 30.0


@dataclass(frozen=True, eq=False)
class Running:
    """A service that listens."""

    host: str
    port: int
    process: subprocess.Popen[str]
    began: float  # by `time.perf_counter`, before its process was started

    def connect(self) -> HTTPConnection:
        """Give a connection; it connects when it is used, and again after it was closed."""
        return HTTPConnection(self.host, self.port, timeout=_TIMEOUT_S)

    def wait_until_ready(self) -> float:
        """Ask until reader and store work; gives the seconds since its process was started."""
        connection = self.connect()
        while True:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return time.perf_counter() - self.began
            time.sleep(_LOOK_S)

    def cpu_s(self) -> float:
        """Give how long it has kept processors busy; needs Linux."""
        fields = self._file("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Give its resident memory; needs Linux."""
        (line,) = [line for line in self._file("status").splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    def _file(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text()


@contextmanager
def running_service(
    folder: Path, *, workers: int = 2, store: str = "", environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run the service on the data in a folder, with the default models, until the block ends.

    Args:
        folder: settings and data are there; from the last time, too.
        workers: threads that read.
        store: the address of the database; "" = SQLite's in the folder.
        environment: variables for it, besides ours.
    """
    settings = folder / "platelens.toml"
    address = f'[store]\naddress = "{store}"\n' if store else ""
    settings.write_text(f'data = "data"\n[reader]\nworkers = {workers}\n{address}')
    command = [sys.executable, "-m", "platelens", "serve", "--config", str(settings)]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**_inherited(), **(environment or {})},
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            host, _, port = line.partition("http://")[2].partition("/")[0].partition(":")
            if not port:
                raise RuntimeError(f"the service did not start: {line!r}")
            yield Running(host, int(port), process, began)
        finally:
            process.terminate()
            process.wait(_STOP_S)


def _inherited() -> dict[str, str]:
    """Give our environment as a service has it.

    Programs that are installed have compiled modules beside them; without these every start would
    compile a thousand, and take twice as long.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_together(threads: Sequence[Thread]) -> None:
    """Start threads, and wait until all have ended."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
