from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from platelens.serving.labelling import listen_at


def test_a_folder_without_pictures_is_one_line(run: Any, tmp_path: Path) -> None:
    result = run("label", tmp_path, "--no-proposals")
    assert result.exit_code == 2
    assert result.stderr == f"error: {tmp_path}: has no picture\n"


def test_a_port_in_use_is_one_line(run: Any, photos: Path) -> None:
    taken = listen_at("127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    with taken.sockets[0]:
        result = run("label", str(photos), "--no-proposals", "--port", port)
    assert result.exit_code == 2
    assert re.fullmatch(rf"error: 127\.0\.0\.1:{port}: .* in use\n", result.stderr)


def test_it_serves_until_it_is_ended(photos: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "platelens",
        "label",
        str(photos),
        "--no-proposals",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split()[1]
            with urllib.request.urlopen(f"{address}api/pictures", timeout=60) as answer:
                found = json.load(answer)["pictures"]
            assert [each["image"] for each in found] == ["a.png", "b.png", "none.png"]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130


def test_other_machines_need_a_key() -> None:
    with listen_at("127.0.0.1", 0).sockets[0]:
        pass
    wide = listen_at("0.0.0.0", 0)
    with wide.sockets[0]:
        assert len(wide.access.key) > 20
        assert wide.address.endswith(f"?key={wide.access.key}")
        assert wide.access.hosts == ()
