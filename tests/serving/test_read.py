import base64
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from platelens import imaging
from platelens.store import Store, WatchRule
from tests.conftest import Street
from tests.serving.conftest import NewService

Picture = Callable[..., bytes]
READ = "/api/v1/read"


def texts(answer: Any) -> list[list[str]]:
    return [[plate["text"] for plate in image["plates"]] for image in answer.json()["images"]]


def test_form_with_files_of_any_field(client: TestClient, picture: Picture) -> None:
    files = [("upload", ("a.png", picture("A", "B"))), ("x", ("b.png", picture("C")))]
    answer = client.post(READ, files=files)
    assert answer.status_code == 200
    assert texts(answer) == [["A", "B"], ["C"]]
    assert [image["image"] for image in answer.json()["images"]] == ["a.png", "b.png"]


def test_bytes_of_one_picture(client: TestClient, picture: Picture) -> None:
    answer = client.post(READ, content=picture("B"), headers={"Content-Type": "image/png"})
    assert texts(answer) == [["B"]]


def test_json_with_base64(client: TestClient, picture: Picture) -> None:
    coded = base64.b64encode(picture("A")).decode()
    images = [{"name": "one.png", "data": coded}, f"data:image/png;base64,{coded}"]
    answer = client.post(READ, json={"images": images, "camera": "gate", "keep": False})
    assert texts(answer) == [["A"], ["A"]]
    assert answer.json()["images"][0]["plates"][0]["id"] is None


def test_answer_has_the_form_of_the_command_line(client: TestClient, picture: Picture) -> None:
    (image,) = client.post(READ, files={"u": ("s.png", picture("A"))}).json()["images"]
    assert list(image) == ["image", "width", "height", "plates", "ms"]
    (plate,) = image["plates"]
    assert plate["box"] == pytest.approx([36, 12, 100, 44], abs=1)
    assert set(plate) >= {"text", "confidence", "readable", "corners", "candidates", "region"}


def test_what_is_read_is_stored_with_its_pictures(
    client: TestClient, store: Store, picture: Picture
) -> None:
    data = picture("A", "B")
    fields = {"camera": "gate", "time": "2026-05-01T12:00:00+02:00"}
    answer = client.post(READ, files={"u": ("s.png", data)}, data=fields)
    numbers = [plate["id"] for plate in answer.json()["images"][0]["plates"]]
    first, second = (store.reads.get(number) for number in numbers)
    assert (first.text, second.text, first.camera) == ("A", "B", "gate")
    assert first.time.isoformat() == "2026-05-01T10:00:00+00:00"
    assert first.models == {"recognizer": "tiny_reader 1"}
    assert first.image == second.image
    assert first.image is not None
    assert store.media.load(first.image) == data
    assert first.crop is not None
    assert imaging.decode(store.media.load(first.crop)).shape[:2] == (32, 64)


def test_pictures_that_browsers_cannot_show_are_kept_as_jpeg(
    client: TestClient, store: Store, street: Street
) -> None:
    bmp = imaging.encode(street("A"), ".bmp")
    answer = client.post(READ, files={"u": ("s.bmp", bmp)})
    read = store.reads.get(answer.json()["images"][0]["plates"][0]["id"])
    assert read.image is not None
    assert read.image.path.endswith(".jpg")


@pytest.mark.parametrize(("images", "kept"), [("plates", (False, True)), ("none", (False, False))])
def test_pictures_need_not_be_kept(
    new_service: NewService, store: Store, picture: Picture, images: str, kept: tuple[bool, bool]
) -> None:
    service = new_service(store={"images": images})
    number = service.post(READ, content=picture("A")).json()["images"][0]["plates"][0]["id"]
    read = store.reads.get(number)
    assert (read.image is not None, read.crop is not None) == kept


def test_picture_without_plate_stores_nothing(
    client: TestClient, store: Store, picture: Picture
) -> None:
    assert texts(client.post(READ, content=picture())) == [[]]
    assert list(store.media.older_than(-10)) == []


def test_watch_list_is_told(client: TestClient, store: Store, picture: Picture) -> None:
    (entry,) = store.watch.add([WatchRule("exact", "A", "staff")])
    plates = client.post(READ, content=picture("A", "B")).json()["images"][0]["plates"]
    assert [[hit["id"] for hit in plate["watch"]] for plate in plates] == [[entry], []]
    assert plates[0]["watch"][0]["label"] == "staff"


def test_one_bad_picture_does_not_spoil_the_others(client: TestClient, picture: Picture) -> None:
    files = [("u", ("bad.png", b"no picture")), ("u", ("good.png", picture("A")))]
    bad, good = client.post(READ, files=files).json()["images"]
    assert bad["error"]["code"] == "ImageError"
    assert good["plates"][0]["text"] == "A"


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"no picture", "image/jpeg", 422, "ImageError"),
        (b"", "image/jpeg", 400, "RequestError"),
        (b"{", "application/json", 400, "RequestError"),
        (b"[]", "application/json", 400, "RequestError"),
        (b'{"images": [7]}', "application/json", 400, "RequestError"),
        (b'{"images": "a"}', "application/json", 400, "RequestError"),
        (b'{"images": ["\\u00e4"]}', "application/json", 400, "RequestError"),
        (b"[" * 100_000, "application/json", 400, "RequestError"),
        (b"--x", "multipart/form-data", 400, "RequestError"),
        (b"nonsense", "multipart/form-data; boundary=x", 400, "RequestError"),
    ],
)
def test_bad_bodies(client: TestClient, body: bytes, kind: str, status: int, code: str) -> None:
    answer = client.post(READ, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_bad_fields_are_named(client: TestClient, picture: Picture) -> None:
    for field, value in (("time", "yesterday"), ("top", "many"), ("keep", "perhaps")):
        answer = client.post(READ, files={"u": picture("A")}, data={field: value})
        assert answer.status_code == 400
        assert answer.json()["detail"].startswith(field)


def test_limits(new_service: NewService, picture: Picture) -> None:
    service = new_service(limits={"body_bytes": 2000, "images": 2, "pixels": 1000})
    large = service.post(READ, content=b"x" * 2001)
    assert (large.status_code, large.json()["code"]) == (413, "RequestTooLargeError")
    streamed = service.post(READ, content=iter([b"x" * 1500, b"x" * 1500]))
    assert streamed.status_code == 413
    pixels = service.post(READ, content=picture("A"))
    assert (pixels.status_code, pixels.json()["code"]) == (413, "ImageTooLargeError")
    many = service.post(READ, files=[("u", (str(n), b"x")) for n in range(3)])
    assert (many.status_code, many.json()["code"]) == (413, "RequestTooLargeError")


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\evil.png", "a\x00b\n.png", "/"])
def test_names_are_no_paths(client: TestClient, store: Store, picture: Picture, name: str) -> None:
    body = {"images": [{"name": name, "data": base64.b64encode(picture("A")).decode()}]}
    (image,) = client.post(READ, json=body).json()["images"]
    assert not set(image["image"]) & set("/\\\x00\n")
    read = store.reads.get(image["plates"][0]["id"])
    assert read.image is not None
    assert store.media.locate(read.image.path).is_file()
