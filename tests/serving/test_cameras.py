import pytest
from fastapi.testclient import TestClient

from platelens.store import NewRead, Store
from tests.serving.test_statistics import NOON

CAMERAS = "/api/v1/cameras"
SECRET = "rtsp://ann:secret@127.0.0.1:9/stream"
IDLE = {"settings": {"active": False}}


def test_camera_is_stored_without_showing_its_password(client: TestClient, store: Store) -> None:
    body = {"source": SECRET, "settings": {"active": False, "fps": 5}, "retention_days": 7}
    camera = client.put(f"{CAMERAS}/gate", json=body).json()
    assert camera["source"] == "rtsp://ann:***@127.0.0.1:9/stream"
    assert (camera["state"], camera["settings"]["fps"]) == ("off", 5)
    assert client.get(CAMERAS).json() == {"cameras": [camera]}
    assert client.get(f"{CAMERAS}/gate").json() == camera
    again = {**body, "source": camera["source"], "retention_days": 8}
    client.put(f"{CAMERAS}/gate", json=again)
    stored = store.cameras.get("gate")
    assert (stored.source, stored.retention_days) == (SECRET, 8)
    assert "secret" not in str(store.journal.audit())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"source": "/etc/passwd", **IDLE}, 400),
        ({"source": "file:///etc/passwd", **IDLE}, 400),
        ({"source": "/dev/video0/../../etc", **IDLE}, 400),
        ({"source": "concat:a|b", **IDLE}, 400),
        ({"source": "*.jpg", **IDLE}, 400),
        ({"settings": {"fps": 0}}, 422),
        ({"settings": {"roi": [[0, 2]]}}, 422),
        ({"settings": {"speed": 1}}, 422),
        ({"retention_days": -1}, 422),
    ],
)
def test_malformed_cameras(client: TestClient, body: dict[str, object], status: int) -> None:
    assert client.put(f"{CAMERAS}/gate", json=body).status_code == status
    assert client.get(CAMERAS).json() == {"cameras": []}


def test_camera_with_reads_stays(client: TestClient, store: Store) -> None:
    store.reads.add(NewRead(time=NOON, text="A1", confidence=1, camera="gate"))
    client.put(f"{CAMERAS}/yard", json=IDLE)
    assert client.delete(f"{CAMERAS}/gate").status_code == 409
    assert client.delete(f"{CAMERAS}/yard").status_code == 204
    assert client.delete(f"{CAMERAS}/yard").status_code == 404
    assert client.get(f"{CAMERAS}/yard").status_code == 404
