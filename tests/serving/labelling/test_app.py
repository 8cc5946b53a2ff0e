from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from platelens import imaging
from platelens.datasets import find_format
from platelens.serving.labelling import LabelFolder, LabelSettings, build_label_app
from platelens.serving.labelling.guard import REQUEST_HEADER, Access

HEADERS = {REQUEST_HEADER: "page"}
PLATE: dict[str, Any] = {
    "box": [10, 20, 74, 52],
    "corners": [[10, 20], [74, 21], [74, 52], [10, 50]],
    "text": "AB12",
    "rows": 1,
    "region": "gb",
    "other_script": False,
}


@pytest.fixture
def client(app: Any) -> TestClient:
    return TestClient(app, headers=HEADERS)


def save(client: TestClient, image: str, revision: str = "new", **change: Any) -> Any:
    return client.put(f"/api/labels/{image}", json={"revision": revision, **change})


def test_save_and_load_again(client: TestClient) -> None:
    answer = save(client, "sub/b.png", plates=[PLATE], done=True)
    assert answer.status_code == 200
    labels = client.get("/api/labels/sub/b.png").json()
    assert labels["record"]["plates"] == [PLATE]
    assert labels["revision"] == answer.json()["revision"]


def test_a_conflict_gives_the_other_labels(client: TestClient) -> None:
    save(client, "a.png", plates=[PLATE])
    answer = save(client, "a.png", plates=[])
    assert answer.status_code == 409
    assert answer.json()["record"]["plates"] == [PLATE]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 422), (b"[1]", 422), (b'{"revision": 1, "plates": []}', 422), (b"x" * 4_100_000, 413)],
    ids=["json", "list", "revision", "size"],
)
def test_malformed_bodies_are_refused(client: TestClient, body: bytes, status: int) -> None:
    assert client.put("/api/labels/a.png", content=body).status_code == status


@pytest.mark.parametrize("path", ["/api/labels/x.png", "/images/..%2F..%2Fx", "/api/proposals/x"])
def test_other_files_are_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_proposals_are_what_the_models_see(client: TestClient) -> None:
    plates = client.get("/api/proposals/sub/b.png").json()["plates"]
    assert sorted(plate["text"] for plate in plates) == ["B", "C"]
    assert len(plates[0]["corners"]) == 4


def test_a_box_drawn_by_hand_is_read(client: TestClient) -> None:
    (plate,) = client.get("/api/proposals/a.png").json()["plates"]
    answer = client.post("/api/readings/a.png", json={"corners": plate["corners"]})
    assert (answer.json()["text"], answer.json()["readable"]) == ("A", True)
    nowhere = client.post("/api/readings/a.png", json={"corners": [[1, 1]] * 4})
    assert nowhere.status_code == 422


def test_pictures_that_browsers_lack_come_as_png(client: TestClient, pictures: Path) -> None:
    answer = client.get("/images/none.tiff")
    assert answer.headers["content-type"] == "image/png"
    assert (imaging.decode(answer.content) == imaging.load(pictures / "none.tiff")).all()
    assert client.get("/images/a.png").content == (pictures / "a.png").read_bytes()


def test_a_damaged_picture_is_told(client: TestClient, pictures: Path) -> None:
    (pictures / "a.png").write_bytes(b"not a picture")
    for path in ("/images/a.png", "/api/labels/a.png", "/api/proposals/a.png"):
        assert client.get(path).status_code == 422, path


@pytest.mark.parametrize("form", ["voc", "yolo", "coco"])
def test_exports_can_be_read_back(client: TestClient, tmp_path: Path, form: str) -> None:
    save(client, "a.png", plates=[PLATE], done=True)
    save(client, "sub/b.png", plates=[PLATE])
    answer = client.get(f"/export/{form}?done=1")
    assert answer.status_code == 200
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path / "out")
    (sample,) = find_format(form).read(tmp_path / "out").samples
    box = sample.plates[0].box
    assert [round(v) for v in (box.x1, box.y1, box.x2, box.y2)] == PLATE["box"]


def test_exports_that_cannot_be_are_told(client: TestClient) -> None:
    assert "no picture is labelled" in client.get("/export/voc").json()["detail"]
    assert "unknown form" in client.get("/export/exe").json()["detail"]


def test_others_are_seen(client: TestClient) -> None:
    me = {"page": "1", "name": "Ada", "image": "a.png", "since": 0}
    assert client.post("/api/presence", json=me).json()["others"] == []
    other = client.post("/api/presence", json=me | {"page": "2", "name": ""}).json()
    assert other["others"] == [{"name": "Ada", "image": "a.png"}]


def test_other_sites_change_nothing(app: Any) -> None:
    stranger = TestClient(app)
    body = {"revision": "new", "plates": []}
    assert stranger.put("/api/labels/a.png", json=body).status_code == 403


def test_other_names_and_keys_are_turned_away(pictures: Path) -> None:
    folder = LabelFolder(pictures)
    local = build_label_app(folder, None, LabelSettings(Access(hosts=("localhost",))))
    assert TestClient(local, base_url="http://localhost").get("/").status_code == 200
    assert TestClient(local, base_url="http://evil.example").get("/").status_code == 421

    wide = TestClient(build_label_app(folder, None, LabelSettings(Access(key="secret"))))
    assert wide.get("/api/pictures").status_code == 401
    assert wide.get("/?key=wrong").status_code == 401
    assert wide.get("/?key=secret", follow_redirects=False).headers["location"] == "/"
    assert wide.get("/api/pictures").status_code == 200


def test_the_page_loads_nothing_from_elsewhere_and_has_no_script_inside(app: Any) -> None:
    answer = TestClient(app).get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"https?://|<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)
    for path in set(re.findall(r'(?:src|href)="(/static[^"#]+)', answer.text)):
        assert TestClient(app).get(path).status_code == 200, path


def test_without_models_the_page_works(pictures: Path) -> None:
    client = TestClient(build_label_app(LabelFolder(pictures), None))
    assert "auto-propose" not in client.get("/").text
    assert client.get("/api/proposals/a.png").status_code == 404
