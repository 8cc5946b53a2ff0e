"""Events through a real broker: Mosquitto, where it is installed (`apt install mosquitto`)."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from fastapi.testclient import TestClient
from paho.mqtt.enums import CallbackAPIVersion

from platelens.store import Store, WatchRule
from tests.serving.outgoing.hooks import wait_for

Picture = Callable[..., bytes]
_PASSWORD = "pass word"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a broker that wants a password; gives its address."""
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    program = shutil.which("mosquitto", path=places)
    if program is None:
        pytest.skip("Mosquitto is not installed")
    folder = tmp_path_factory.mktemp("mosquitto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _write(folder, port)
    with subprocess.Popen(
        [program, "-c", str(folder / "broker.conf")], stderr=subprocess.DEVNULL
    ) as process:
        wait_for(lambda: _answers(port))
        yield f"mqtt://ann:pass%20word@127.0.0.1:{port}"
        process.terminate()


def _write(folder: Path, port: int) -> None:
    passwords = folder / "passwords"
    passwords.write_text(f"ann:{_PASSWORD}\n")
    passwords.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    user = "user root\n" if os.geteuid() == 0 else ""
    (folder / "broker.conf").write_text(
        f"{user}listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
    )


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def heard(broker: str) -> Iterator[list[tuple[str, Any]]]:
    """Listen to everything that Frigate would tell."""
    messages: list[tuple[str, Any]] = []
    ready: list[bool] = []
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("ann", _PASSWORD)
    client.on_message = lambda *came: messages.append((came[2].topic, json.loads(came[2].payload)))
    client.on_subscribe = lambda *_arguments: ready.append(True)
    client.connect("127.0.0.1", int(broker.rpartition(":")[2]))
    client.loop_start()
    client.subscribe("frigate/#", qos=1)
    wait_for(lambda: ready)
    yield messages
    client.disconnect()
    client.loop_stop()


def test_reads_are_told_as_frigate_does(
    client: TestClient, store: Store, broker: str, heard: list[tuple[str, Any]], picture: Picture
) -> None:
    store.watch.add([WatchRule("exact", "A", "John's Car")])
    client.post("/api/v1/targets", json={"name": "home", "kind": "mqtt", "url": broker})
    params = {"camera": "drive", "time": "2026-05-01T12:00:00Z"}
    client.post("/api/v1/read", content=picture("A"), params=params)
    wait_for(lambda: len(heard) == 2)
    wait_for(lambda: store.outbox.waiting() == 0)
    told = dict(heard)
    update = told["frigate/tracked_object_update"]
    assert (update["type"], update["plate"], update["camera"]) == ("lpr", "A", "drive")
    assert update["name"] == "John's Car"
    assert update["timestamp"] == 1_777_636_800.0
    assert update["plate_box"] == pytest.approx([36, 12, 100, 44], abs=1)
    event = told["frigate/events"]
    assert (event["type"], set(event)) == ("end", {"type", "before", "after"})
    after = event["after"]
    assert after["id"] == update["id"]
    assert after["recognized_license_plate"] == "A"
    assert after["recognized_license_plate_score"] == update["score"]
    assert after["sub_label"][0] == "John's Car"
    assert (after["label"], after["start_time"]) == ("car", 1_777_636_800.0)


@pytest.mark.parametrize("wrong", ["password", "port"])
def test_events_wait_for_a_broker(
    client: TestClient, store: Store, broker: str, picture: Picture, wrong: str
) -> None:
    url = broker.replace("pass%20word", "guess") if wrong == "password" else "mqtt://127.0.0.1:9"
    client.post("/api/v1/targets", json={"name": "home", "kind": "mqtt", "url": url})
    client.post("/api/v1/read", content=picture("A"))
    wait_for(lambda: 'kind="mqtt",outcome="failed"' in client.get("/metrics").text)
    assert store.outbox.waiting() == 1
