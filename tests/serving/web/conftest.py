"""The whole service with a login and the models that ship, as people meet it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from platelens.pipeline import PlateReader
from platelens.runtime import model_names
from platelens.serving import Settings, create_app, parse_settings
from platelens.serving.access.passwords import hash_password
from platelens.store import Store, User
from tests.serving.browsers import open_browser, serve
from tests.serving.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")  # Playwright's loop must end before others run one
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def real_reader() -> PlateReader:
    if not model_names():
        pytest.skip("no model ships yet")
    return PlateReader(threads=2, top_n=20)


@pytest.fixture
def address(settings: Settings, store: Store, real_reader: PlateReader) -> Iterator[str]:
    """Give the address of a service in which "anna" may do everything."""
    store.access.add_user(User("anna", hash_password(PASSWORD), ("admin",)))
    guarded = parse_settings({"data": str(settings.data), "access": {"login": True}})
    with serve(create_app(guarded, real_reader, store)) as where:
        yield where
