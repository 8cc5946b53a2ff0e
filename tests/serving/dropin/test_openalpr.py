from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from platelens.store import ReadQuery, Store

ADDRESS = "/api/v1/read/openalpr"


def test_form_of_version_2(client: TestClient, store: Store, picture: Callable[..., bytes]) -> None:
    params: dict[str, str | int] = {"topn": 2, "time": "2026-05-01T12:00:00Z", "camera": "gate"}
    found = client.post(ADDRESS, content=picture("A", "B"), params=params).json()
    assert (found["version"], found["data_type"]) == (2, "alpr_results")
    assert found["epoch_time"] == 1_777_636_800_000
    assert (found["img_width"], found["img_height"]) == (128, 128)
    assert [(r["plate"], r["plate_index"]) for r in found["results"]] == [("A", 0), ("B", 1)]
    first = found["results"][0]
    assert 90 < first["confidence"] <= 100
    assert first["candidates"][0]["confidence"] == first["confidence"]
    assert len(first["candidates"]) <= 2
    corners = [(point["x"], point["y"]) for point in first["coordinates"]]
    wanted = [(36, 12), (100, 12), (100, 44), (36, 44)]
    assert all(c == pytest.approx(w, abs=1) for c, w in zip(corners, wanted, strict=True))
    assert len(store.reads.search(ReadQuery(camera="gate")).reads) == 2


def test_one_picture_only(client: TestClient, picture: Callable[..., bytes]) -> None:
    files = [("u", picture("A")), ("u", picture("B"))]
    assert client.post(ADDRESS, files=files).status_code == 400
    assert client.post(ADDRESS, content=b"no picture").status_code == 422
    assert client.post(ADDRESS, content=picture("A"), params={"country": "qq"}).status_code == 422
