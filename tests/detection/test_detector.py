from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.detection import PlateDetector
from platelens.errors import ManifestError
from platelens.runtime import Manifest, Session
from platelens.types import Box, RgbImage


class FakeSession(Session):
    """Finds two overlapping plates of 32 x 16 input pixels and a doubtful one, always there."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.seen: list[NDArray[np.uint8]] = []

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self.seen.append(images)
        count, height, width, _ = images.shape
        cells = np.zeros((count, 13, height // 8, width // 8), np.float32)
        cells[:, 0] = -9
        cells[:, 1:5] = np.log([2, 1, 2, 1])[:, None, None]
        cells[:, 0, 3, 2], cells[:, 0, 3, 3], cells[:, 0, 5, 5] = 1.0, 2.0, -0.5
        return [cells]


@pytest.fixture
def session(detector_manifest: Manifest) -> FakeSession:
    settings = {"score_threshold": 0.5, "iou_threshold": 0.5}
    return FakeSession(replace(detector_manifest, input_size=(128, 64), settings=settings))


def picture(height: int, width: int) -> RgbImage:
    return imaging.from_array(np.zeros((height, width, 3), np.uint8), order="rgb")


def test_a_plate_is_found_once_in_pixels_of_the_picture(session: FakeSession) -> None:
    (found,) = PlateDetector(session).detect(picture(256, 256))
    # Row 3, column 3 has its centre at 28, 28 of an input half as large as the picture.
    assert found.box == Box(24, 40, 88, 72)
    assert found.quad.bottom_left == pytest.approx((24, 72))
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-2)))


def test_the_input_is_as_long_as_the_manifest_says(session: FakeSession) -> None:
    PlateDetector(session).detect(picture(150, 300))
    (images,) = session.seen
    assert images.shape == (1, 64, 128, 3)
    assert images.dtype == np.uint8


def test_a_threshold_of_its_own_replaces_the_manifests(session: FakeSession) -> None:
    assert len(PlateDetector(session, score_threshold=0.3).detect(picture(128, 128))) == 2
    assert PlateDetector(session, score_threshold=0.9).detect(picture(128, 128)) == []


def test_doubtful_places_are_found_where_they_are_asked_for(session: FakeSession) -> None:
    sure, doubtful = PlateDetector(session, doubt_threshold=0.3).detect(picture(128, 128))
    assert (sure.is_doubtful, doubtful.is_doubtful) == (False, True)
    assert doubtful.confidence == pytest.approx(1 / (1 + np.exp(0.5)))


def test_a_doubtful_part_of_a_plate_is_nothing(session: FakeSession) -> None:
    session.manifest = replace(
        session.manifest, settings={"score_threshold": 0.8, "iou_threshold": 0.7}
    )
    # The two that overlap: at 0.88, and at 0.73.
    found = PlateDetector(session, doubt_threshold=0.7).detect(picture(128, 128))
    assert [d.is_doubtful for d in found] == [False]


def test_the_overlap_that_counts_as_one_plate_is_the_manifests(session: FakeSession) -> None:
    session.manifest = replace(
        session.manifest, settings={"score_threshold": 0.5, "iou_threshold": 0.7}
    )
    first, second = PlateDetector(session).detect(picture(128, 128))
    assert first.confidence > second.confidence


@pytest.mark.parametrize("key", ["score_threshold", "iou_threshold"])
@pytest.mark.parametrize("value", [-0.1, 1.5])
def test_an_impossible_threshold_is_refused(session: FakeSession, key: str, value: float) -> None:
    settings = {**session.manifest.settings, key: value}
    session.manifest = replace(session.manifest, settings=settings)
    with pytest.raises(ManifestError, match=key):
        PlateDetector(session)


@pytest.mark.parametrize("key", ["score_threshold", "iou_threshold"])
def test_a_manifest_without_a_setting_is_refused(session: FakeSession, key: str) -> None:
    settings = {k: v for k, v in session.manifest.settings.items() if k != key}
    session.manifest = replace(session.manifest, settings=settings)
    with pytest.raises(ManifestError, match=key):
        PlateDetector(session)


def test_a_plate_is_located_again_at_a_small_scale(session: FakeSession) -> None:
    detector = PlateDetector(session)
    # Row 3, column 3 has its centre at 28, 28 of an input of 256.
    found = detector.locate(picture(256, 256), Box(10, 22, 46, 36))
    assert found is not None
    assert session.seen[-1].shape[1:3] == (256, 256)
    assert found.box == Box(12, 20, 44, 36)
    assert detector.locate(picture(256, 256), Box(150, 150, 200, 170)) is None


class CloseUpSession(FakeSession):
    """Sees two halves of a plate of 400 x 80 px at full scale, and all of it at half the scale."""

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self.seen.append(images)
        _, height, width, _ = images.shape
        cells = np.zeros((1, 13, height // 8, width // 8), np.float32)
        cells[:, 0] = -9
        spots = [(20, 18), (20, 40), (50, 10)] if width == 512 else [(10, 15)]
        for row, column in spots:
            cells[:, 0, row, column] = 3.0 - 0.01 * column
            half_width = 17.0 if row == 20 else 3.0 if row == 50 else 12.5
            cells[:, 1:5, row, column] = np.log([half_width, 2.5, half_width, 2.5])
        return [cells]


def test_a_close_up_is_looked_at_again_at_half_the_scale(session: FakeSession) -> None:
    close_up = CloseUpSession(replace(session.manifest, input_size=(512, 512)))
    plates = PlateDetector(close_up).detect(picture(512, 512))
    assert [images.shape[1:3] for images in close_up.seen] == [(512, 512), (256, 256)]
    # The halves are gone, the whole plate and the small one elsewhere are there.
    boxes = sorted((p.box.x1, p.box.y1, p.box.x2, p.box.y2) for p in plates)
    np.testing.assert_allclose(boxes, [(48, 128, 448, 208), (60, 384, 108, 424)], atol=0.01)


class FarSession(FakeSession):
    """Sees a plate of 500 px when it is near, and letters of it and a far one at a finer look."""

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        self.seen.append(images)
        _, height, width, _ = images.shape
        cells = np.zeros((1, 13, height // 8, width // 8), np.float32)
        cells[:, 0] = -9
        # (row, column, half of the width in strides): 64 px at 512; 20 and 30 px at 1024.
        spots = [(10, 10, 4.0)] if width == 512 else [(20, 20, 1.25), (40, 90, 1.875)]
        for row, column, half in spots:
            cells[:, 0, row, column] = 2.0
            cells[:, 1:5, row, column] = np.log([half, 1.0, half, 1.0])
        return [cells]


def test_a_large_picture_is_looked_at_again_and_letters_are_no_plates(
    session: FakeSession,
) -> None:
    far = FarSession(replace(session.manifest, input_size=(512, 512)))
    plates = PlateDetector(far).detect(picture(1600, 2560))
    assert [images.shape[1:3] for images in far.seen] == [(320, 512), (640, 1024)]
    widths = sorted(p.box.width for p in plates)
    np.testing.assert_allclose(widths, [75, 320], atol=0.1)


def test_the_second_look_has_its_limit(session: FakeSession) -> None:
    PlateDetector(session).detect(picture(5_000, 10_000))
    assert [images.shape[2] for images in session.seen] == [128, 2560]


def test_a_size_of_its_own_replaces_the_manifests(session: FakeSession) -> None:
    PlateDetector(session, long_side=256).detect(picture(200, 400))
    (images,) = session.seen
    assert images.shape == (1, 128, 256, 3)
