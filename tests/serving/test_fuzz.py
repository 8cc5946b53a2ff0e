"""The running service against requests that schemathesis makes of its OpenAPI document."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.serving.processes import save_tiny, serving, write_settings

SECONDS = 12
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.mark.timeout(120)
def test_no_request_makes_an_error_of_the_server(
    tmp_path: Path,
    detector_folder: Path,
    reader_folder: Path,
    picture: Callable[..., bytes],
) -> None:
    if importlib.util.find_spec("schemathesis") is None:
        pytest.skip("schemathesis is not installed")
    pipeline = save_tiny(tmp_path / "tiny", detector_folder, reader_folder)
    with serving(write_settings(tmp_path, pipeline)) as service:
        for letters in ("A", "AB", "BC"):  # some requests should find something
            service.client.post("/api/v1/read", content=picture(*letters))
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run"),
            f"{service.client.base_url}api/v1/openapi.json",
            *("--checks", ",".join(CHECKS), "--max-time", str(SECONDS), "--seed", "7"),
            # One never ends; the other would call made-up addresses.
            *("--exclude-path-regex", "/events$|/targets/.*/test$", "--no-color"),
        ]
        found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert found.returncode == 0, found.stdout
        assert service.process.poll() is None
        assert service.client.get("/readyz").status_code == 200
    assert "Traceback" not in service.log.read_text()
