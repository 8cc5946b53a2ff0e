from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.errors import ManifestError
from platelens.recognition import PlateRecognizer
from platelens.runtime import Manifest, Session
from platelens.types import RgbImage


class FakeSession(Session):
    """Reads the brightness of a crop: black is A, grey is B, white is C."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.seen: list[NDArray[np.uint8]] = []

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self.seen.append(images)
        logits = np.zeros((len(images), 4, 4), np.float32)
        logits[:, [0, 2, 3], 0] = 6
        for row, image in zip(logits, images, strict=True):
            row[1, 1 + round(float(image.mean()) / 127.5)] = 6
        return [logits]


@pytest.fixture
def session(reader_manifest: Manifest) -> FakeSession:
    return FakeSession(reader_manifest)


def crop(value: int, height: int = 10, width: int = 40) -> RgbImage:
    return imaging.from_array(np.full((height, width, 3), value, np.uint8), order="rgb")


def test_nothing_gives_nothing(session: FakeSession) -> None:
    assert PlateRecognizer(session).read([]) == []
    assert session.seen == []


def test_crops_of_any_size_are_read_in_their_order(session: FakeSession) -> None:
    crops = [crop(255), crop(0, 1, 1), crop(127, 90, 30), crop(255, 3, 200)]
    readings = PlateRecognizer(session).read(crops)
    assert [r.text for r in readings] == ["C", "A", "B", "C"]
    assert all(r.rows == 1 for r in readings)
    assert session.seen[0].shape == (4, 16, 32, 3)
    assert session.seen[0].dtype == np.uint8


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])], ids=str
)
def test_crops_go_in_batches(session: FakeSession, count: int, sizes: list[int]) -> None:
    values = [0, 127, 255, 255, 0, 127, 0][:count]
    readings = PlateRecognizer(session, batch_size=3).read([crop(v) for v in values])
    assert [len(images) for images in session.seen] == sizes
    assert [r.text for r in readings] == list("ABCCABA"[:count])


def test_as_many_candidates_as_asked(session: FakeSession) -> None:
    (reading,) = PlateRecognizer(session, top_n=3).read([crop(0)])
    assert len(reading.candidates) == 3


def test_the_temperature_is_the_manifests(session: FakeSession) -> None:
    (sure,) = PlateRecognizer(session).read([crop(0)])
    session.manifest = replace(session.manifest, settings={"temperature": 2.0})
    (unsure,) = PlateRecognizer(session).read([crop(0)])
    assert sure.confidence > unsure.confidence + 0.1


def test_a_manifest_without_a_temperature_is_refused(session: FakeSession) -> None:
    session.manifest = replace(session.manifest, settings={})
    with pytest.raises(ManifestError, match="temperature"):
        PlateRecognizer(session)


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_an_impossible_temperature_is_refused(session: FakeSession, temperature: float) -> None:
    session.manifest = replace(session.manifest, settings={"temperature": temperature})
    with pytest.raises(ManifestError, match="temperature"):
        PlateRecognizer(session)
