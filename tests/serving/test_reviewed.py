from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from platelens.cli.main import app
from platelens.datasets import load_samples
from platelens.serving import Settings
from platelens.serving.reviewed import reviewed_samples
from platelens.store import Store

Picture = Callable[..., bytes]


def send(client: TestClient, picture: bytes, **form: str) -> list[int]:
    answer = client.post("/api/v1/read", files={"upload": ("a.png", picture)}, data=form)
    return [plate["id"] for plate in answer.json()["images"][0]["plates"]]


def say(client: TestClient, number: int, text: str = "") -> None:
    opinion = {"state": "corrected", "text": text} if text else {"state": "confirmed"}
    assert client.post(f"/api/v1/reads/{number}/review", json=opinion).status_code == 200


def test_a_picture_counts_whole_when_all_of_it_was_reviewed(
    client: TestClient, store: Store, picture: Picture
) -> None:
    first, second = send(client, picture("A", "B"))
    say(client, first)
    say(client, second, "XY12")
    loaded = reviewed_samples(store)
    (sample,) = loaded.samples
    assert not sample.is_crop
    texts = {store.reads.get(n).text for n in (first, second)}
    assert {plate.text for plate in sample.plates} == texts
    assert all(plate.quad for plate in sample.plates)
    assert loaded.problems == []


def test_of_other_pictures_the_plates_are_cut_out(
    client: TestClient, store: Store, picture: Picture
) -> None:
    first, _ = send(client, picture("A", "B"))
    say(client, first, "XY12")
    (sample,) = reviewed_samples(store).samples
    assert sample.is_crop
    assert [plate.text for plate in sample.plates] == ["XY12"]


def test_what_was_not_kept_is_told(
    new_service: Callable[..., TestClient], store: Store, picture: Picture
) -> None:
    client = new_service(store={"images": "none"})
    (number,) = send(client, picture("A"))
    say(client, number)
    loaded = reviewed_samples(store)
    assert list(loaded.samples) == []
    assert [problem.where for problem in loaded.problems] == [f"read {number}"]


@pytest.mark.parametrize("form", ["platelens", "coco"])
def test_the_command_writes_a_training_set(
    client: TestClient, settings: Settings, picture: Picture, tmp_path: Path, form: str
) -> None:
    (number,) = send(client, picture("A"))
    send(client, picture("B"))
    arguments: list[Any] = ["data", "export", form, str(settings.data), str(tmp_path / "out")]
    nothing = CliRunner().invoke(app, [*arguments, "--from-store"])
    assert nothing.exit_code == 2
    assert "somebody has confirmed or corrected" in nothing.stderr
    say(client, number, "ZZ99")
    result = CliRunner().invoke(app, [*arguments, "--from-store"])
    assert result.exit_code == 0, result.stderr
    if form == "platelens":
        (sample,) = load_samples(tmp_path / "out")
        assert [plate.text for plate in sample.plates] == ["ZZ99"]
        assert sample.image.is_file()
    else:
        assert "ZZ99" in next((tmp_path / "out").rglob("*.json")).read_text()


def test_a_folder_that_is_no_service_is_an_error(tmp_path: Path) -> None:
    command = ["data", "export", "platelens", str(tmp_path / "no"), str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*command, "--from-store"])
    assert result.exit_code == 2
    assert "neither the data folder of a service nor its settings" in result.stderr
    assert not (tmp_path / "no").exists()
