"""A whole service over the tiny models: real store, real reader, real application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("argon2")

from fastapi.testclient import TestClient

from platelens import imaging
from platelens.pipeline import PlateReader
from platelens.serving import Settings, create_app, parse_settings
from platelens.serving.access.passwords import hash_password
from platelens.store import Store, User, open_store
from tests.conftest import Street

PASSWORD = "correct horse battery"
NewService = Callable[..., TestClient]


@pytest.fixture(scope="session")
def reader(detector_folder: Path, reader_folder: Path) -> PlateReader:
    """Give a reader whose answers are known: red plates are A, green B, blue C."""
    return PlateReader(f"path:{detector_folder}", f"path:{reader_folder}", "none", threads=1)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a database with all tables, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    open_store(f"sqlite:///{folder}/store.db", folder / "media").close()
    return (folder / "store.db").read_bytes()


@pytest.fixture
def settings(tmp_path: Path, empty_store: bytes) -> Settings:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/store.db").write_bytes(empty_store)
    return parse_settings({"data": str(tmp_path / "data")})


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.store_address, settings.media) as opened:
        yield opened


@pytest.fixture
def new_service(settings: Settings, store: Store, reader: PlateReader) -> Iterator[NewService]:
    """Give a function that starts the service with some settings changed."""
    running: list[TestClient] = []

    def start(**changes: Any) -> TestClient:
        changed = parse_settings({"data": str(settings.data), **changes})
        app = create_app(changed, reader, store, {"recognizer": "tiny_reader 1"})
        client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
        running.append(client.__enter__())
        return client

    yield start
    for client in running:
        client.__exit__(None, None, None)


@pytest.fixture
def client(new_service: NewService) -> TestClient:
    """Give a service that asks nobody who they are."""
    return new_service()


@pytest.fixture
def guarded(new_service: NewService, store: Store) -> TestClient:
    """Give a service with a login, and the user "anna" who may search."""
    store.access.add_user(User("anna", hash_password(PASSWORD), ("search", "review")))
    return new_service(access={"login": True})


@pytest.fixture
def picture(street: Street) -> Callable[..., bytes]:
    """Give a function that draws a street with plates, as a PNG file."""

    def draw(*letters: str) -> bytes:
        return imaging.encode(street(*letters), ".png")

    return draw
