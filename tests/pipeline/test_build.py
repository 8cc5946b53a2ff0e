from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.detection import ClassicalDetector, PlateDetector, WholePicture
from platelens.errors import DeviceError, FormatError, ModelError, UnknownModelError
from platelens.pipeline import (
    build,
    build_detector,
    build_matcher,
    build_pipeline,
    build_recognizer,
    stage_model,
)
from platelens.recognition import CharacterRecognizer, PlateRecognizer
from platelens.region import PlateMatcher
from platelens.runtime import (
    GRAPH_NAME,
    OUTPUT_NAMES,
    Manifest,
    sha256_hex,
    write_manifest,
)
from platelens.runtime.manifest import Task
from platelens.types import Box, Detection, RgbImage


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
    with pytest.raises(ModelError, match="made for recognition, not for detection or box"):
        build_detector(f"path:{reader_folder}")
    with pytest.raises(ModelError, match="made for detection, not for recognition or characters"):
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


def test_stages_without_a_model_have_names() -> None:
    assert isinstance(build_detector("classical", score_threshold=0.1), ClassicalDetector)
    assert isinstance(build_detector("whole"), WholePicture)
    assert stage_model("detector", "whole") is None
    assert stage_model("matcher", "none") is None


@pytest.fixture
def constant_model(tmp_path: Path, detector_manifest: Manifest) -> Callable[..., str]:
    """Give a function that makes a model which says the same of every picture."""
    from onnx import TensorProto, helper, numpy_helper

    def make(task: Task, shape: tuple[int, ...], values: Sequence[float], alphabet: str) -> str:
        output = OUTPUT_NAMES[task]
        weights = np.zeros((math.prod(shape), len(values)), np.float32)
        nodes = [
            helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("Flatten", ["float"], ["row"]),
            helper.make_node("Gemm", ["row", "weights", "bias"], [output]),
        ]
        graph = helper.make_graph(
            nodes,
            "constant",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, (None, *shape))],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, (None, len(values)))],
            [
                numpy_helper.from_array(weights, "weights"),
                numpy_helper.from_array(np.array(values, np.float32), "bias"),
            ],
        )
        opsets = [helper.make_opsetid("", 17)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
        (tmp_path / GRAPH_NAME).write_bytes(model)
        manifest = replace(
            detector_manifest,
            task=task,
            input_size=(shape[0], shape[1]),
            alphabet=alphabet,
            sha256=sha256_hex(model),
            settings={"score_threshold": 0.9, "temperature": 1.0},
        )
        write_manifest(manifest, tmp_path)
        return f"path:{tmp_path}"

    return make


def test_a_model_of_one_box_is_a_detector(constant_model: Callable[..., str]) -> None:
    name = constant_model("box", (8, 8, 3), (1.0, 0.25, 0.5, 0.75, 1.0), "")
    image = imaging.from_array(np.zeros((100, 200, 3), np.uint8), order="rgb")
    assert build_detector(name).detect(image) == []  # 0.73 is less than its threshold
    (found,) = build_detector(name, score_threshold=0.5).detect(image)
    assert found.box == Box(50, 50, 150, 100)
    with pytest.raises(ModelError, match="one size only"):
        build_detector(f"{name}@384")
    with pytest.raises(ModelError, match="made for box, not for recognition or characters"):
        build_recognizer(name)


def test_a_model_of_characters_is_a_reader(constant_model: Callable[..., str]) -> None:
    name = constant_model("characters", (8, 8), (0.0, 9.0), "?7")
    reader = build_recognizer(name, top_n=1)
    assert isinstance(reader, CharacterRecognizer)
    blank = imaging.from_array(np.zeros((30, 90, 3), np.uint8), order="rgb")
    assert [reading.text for reading in reader.read([blank])] == [""]
    with pytest.raises(ModelError, match="made for characters, not for region"):
        build_matcher(name)


def test_readers_of_others_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    def open_fake(device: str, threads: int) -> str:
        opened.append((device, threads))
        return "fake"

    monkeypatch.setattr(build, "OCR_ENGINES", {"easyocr": open_fake})
    assert str(build_recognizer("easyocr", device="cuda", threads=3)) == "fake"
    assert opened == [("cuda", 3)]


def test_names_without_a_model_are_among_the_known() -> None:
    with pytest.raises(UnknownModelError, match=r"known: .*classical, detector_small.*whole"):
        build_detector("tesseract")
    with pytest.raises(UnknownModelError, match=r"easyocr.*rapidocr.*reader_small.*tesseract"):
        build_recognizer("classical")


def test_only_a_detector_has_a_size(detector_folder: Path, reader_folder: Path) -> None:
    assert stage_model("detector", f"path:{detector_folder}@128") == detector_folder
    with pytest.raises(ModelError, match="no such directory"):
        stage_model("recognizer", f"path:{reader_folder}@128")
