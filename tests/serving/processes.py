"""`platelens serve` as a process of its own, with the tiny models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from platelens.pipeline import Plan, save_pipeline


@dataclass
class Running:
    """A service that answers."""

    process: subprocess.Popen[str]
    client: httpx.Client
    start_cpu_s: float  # of the processor, until it listened
    log: Path


def save_tiny(folder: Path, detector: Path, reader: Path) -> Path:
    """Save the tiny models as a pipeline."""
    plan = Plan("tiny", "Reads colours.", f"path:{detector}", f"path:{reader}", "none")
    save_pipeline(plan, folder)
    return folder


def write_settings(folder: Path, pipeline: Path, **sections: dict[str, Any]) -> Path:
    """Write a file of settings; the data folder is beside it."""
    sections["reader"] = {"pipeline": str(pipeline), **sections.get("reader", {})}
    lines = ['data = "data"']
    for name, values in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    path = folder / "platelens.toml"
    path.write_text("\n".join(lines))
    return path


@contextmanager
def serving(settings: Path) -> Iterator[Running]:
    """Run the service on a free port; it is told to end afterwards, if it still runs."""
    command = [sys.executable, "-m", "platelens", "serve", "--config", str(settings), "--port", "0"]
    log = settings.parent / "log"
    with (
        log.open("a") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listens on" in line, line + log.read_text()
        address, started = line.split()[3], cpu_s(process.pid)
        try:
            with httpx.Client(base_url=address, timeout=60) as client:
                yield Running(process, client, started, log)
        finally:
            process.terminate()
            process.wait(60)


def cpu_s(process: int) -> float:
    """Give how long a process has kept a processor busy; 0 where the system does not say."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
