from __future__ import annotations

from pathlib import Path

import pytest

from platelens.detection import PlateDetector
from platelens.errors import DeviceError, FormatError, ModelError, UnknownModelError
from platelens.pipeline import (
    build_detector,
    build_matcher,
    build_pipeline,
    build_recognizer,
)
from platelens.recognition import PlateRecognizer
from platelens.region import PlateMatcher
from platelens.types import Detection, RgbImage


def test_names_become_stages(detector_folder: Path, reader_folder: Path) -> None:
    pipeline = build_pipeline(f"path:{detector_folder}", f"path:{reader_folder}", threads=1)
    assert isinstance(pipeline.detector, PlateDetector)
    assert isinstance(pipeline.recognizer, PlateRecognizer)


def test_own_stages_are_taken_as_they_are(reader_folder: Path) -> None:
    class Blind:
        def detect(self, image: RgbImage) -> list[Detection]:
            del image
            return []

    own = Blind()
    assert build_pipeline(own, f"path:{reader_folder}").detector is own


def test_a_reader_is_no_detector_and_a_detector_no_reader(
    detector_folder: Path, reader_folder: Path
) -> None:
    with pytest.raises(ModelError, match="made for recognition, not for detection"):
        build_detector(f"path:{reader_folder}")
    with pytest.raises(ModelError, match="made for detection, not for recognition"):
        build_recognizer(f"path:{detector_folder}")


def test_unknown_names_and_devices_are_refused(reader_folder: Path) -> None:
    with pytest.raises(UnknownModelError, match="'nobody'"):
        build_detector("nobody")
    with pytest.raises(DeviceError, match="'tpu'"):
        build_recognizer(f"path:{reader_folder}", device="tpu")


def test_a_matcher_is_made_with_a_model_without_one_or_not_at_all(look_folder: Path) -> None:
    assert isinstance(build_matcher(f"path:{look_folder}"), PlateMatcher)
    assert isinstance(build_matcher("serials"), PlateMatcher)
    assert build_matcher("none") is None


def test_unknown_regions_are_refused() -> None:
    with pytest.raises(FormatError, match="'usa'"):
        build_matcher("serials", regions=["usa"])


def test_a_reader_tells_no_regions(reader_folder: Path) -> None:
    with pytest.raises(ModelError, match="made for recognition, not for region"):
        build_matcher(f"path:{reader_folder}")
