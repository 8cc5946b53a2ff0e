"""A folder of pictures to label, and the tiny models, as a server with its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from platelens import PlateReader, imaging
from platelens.types import RgbImage

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("jinja2")

from platelens.serving.labelling import LabelFolder, Proposer, build_label_app
from tests.serving.browsers import open_browser, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def pictures(tmp_path: Path, street: Callable[..., RgbImage]) -> Path:
    """A folder with a.png (A), sub/b.png (B above C) and an empty none.tiff."""
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    imaging.save(street("A"), folder / "a.png")
    imaging.save(street(), folder / "none.tiff")
    imaging.save(street("B", "C"), folder / "sub" / "b.png")
    return folder


@pytest.fixture
def proposer(detector_folder: Path, reader_folder: Path) -> Proposer:
    return Proposer(PlateReader(f"path:{detector_folder}", f"path:{reader_folder}", "none"))


@pytest.fixture
def app(pictures: Path, proposer: Proposer) -> Any:
    return build_label_app(LabelFolder(pictures), proposer)


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serve(app) as where:
        yield where


@pytest.fixture(scope="module")  # Playwright's loop must end before others run one
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened
