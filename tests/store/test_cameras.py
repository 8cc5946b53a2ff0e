import math

import pytest

from platelens.errors import ConflictError, MissingRecordError, RecordError
from platelens.store import Camera, Store
from tests.store.conftest import new_read


def test_a_camera_is_put_and_replaced(store: Store) -> None:
    store.cameras.put(Camera("gate", "rtsp://localhost/", {"fps": 5}, 30))
    store.cameras.put(Camera("Ü yard"))
    new = Camera("gate", "file.mp4")
    store.cameras.put(new)
    assert store.cameras.get("gate") == new
    assert [camera.name for camera in store.cameras.all()] == ["gate", "Ü yard"]


def test_reads_make_their_camera_known(store: Store) -> None:
    store.reads.add_many([new_read(camera=name) for name in ("b", "a", "b", "")])
    assert [camera.name for camera in store.cameras.all()] == ["a", "b"]


def test_a_camera_with_reads_stays(store: Store) -> None:
    number = store.reads.add(new_read(camera="gate"))
    with pytest.raises(ConflictError, match="gate"):
        store.cameras.remove("gate")
    store.reads.delete([number], "me")
    store.cameras.remove("gate")
    for action in (store.cameras.remove, store.cameras.get):
        with pytest.raises(MissingRecordError, match="gate"):
            action("gate")


@pytest.mark.parametrize(
    "camera",
    [
        Camera(""),
        Camera("x" * 201),
        Camera("a\0"),
        Camera("a", retention_days=-1),
        Camera("a", retention_days=math.nan),
        Camera("a", settings={"x": math.inf}),
    ],
)
def test_a_malformed_camera_is_refused(store: Store, camera: Camera) -> None:
    with pytest.raises(RecordError):
        store.cameras.put(camera)
    assert store.cameras.all() == []
