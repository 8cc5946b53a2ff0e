from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.detection import SingleBoxDetector
from platelens.detection.single import read_box
from platelens.errors import ManifestError
from platelens.geometry import box_to_quad
from platelens.runtime import GRAPH_NAME, Manifest, open_session, sha256_hex, write_manifest
from platelens.types import RgbImage

BoxModel = Callable[..., Path]


@pytest.fixture
def box_model(tmp_path: Path, detector_manifest: Manifest) -> BoxModel:
    """Give a function that writes a model which says the same of every picture.

    But for its presence: 4 and -4 for a picture that is all white and all black.
    """
    from onnx import TensorProto, helper, numpy_helper

    def write(numbers: list[float], **changes: object) -> Path:
        nodes = [
            helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["float"], ["light"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Unsqueeze", ["light", "one"], ["column"]),
            helper.make_node("MatMul", ["column", "weights"], ["scaled"]),
            helper.make_node("Add", ["scaled", "bias"], ["box"]),
        ]
        weights = np.zeros((1, len(numbers) + 1), np.float32)
        weights[0, 0] = 8 / 255
        constants = {
            "weights": weights,
            "bias": np.array([-4, *numbers], np.float32),
            "one": np.array([1]),
        }
        graph = helper.make_graph(
            nodes,
            "box",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, (None, 32, 32, 3))],
            [helper.make_tensor_value_info("box", TensorProto.FLOAT, (None, len(numbers) + 1))],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        )
        opsets = [helper.make_opsetid("", 17)]
        data = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
        (tmp_path / GRAPH_NAME).write_bytes(data)
        manifest = replace(
            detector_manifest,
            name="tiny_box",
            task="box",
            input_size=(32, 32),
            sha256=sha256_hex(data),
            settings={"score_threshold": 0.5},
        )
        write_manifest(replace(manifest, **changes), tmp_path)  # type: ignore[arg-type]  # fields of any type
        return tmp_path

    return write


def plain(grey: int, size_hw: tuple[int, int] = (40, 120)) -> RgbImage:
    return imaging.from_array(np.full((*size_hw, 3), grey, np.uint8), order="rgb")


def test_the_box_is_in_pixels_of_the_picture(box_model: BoxModel) -> None:
    detector = SingleBoxDetector(open_session(box_model([0.25, 0.5, 0.5, 0.75])))
    (found,) = detector.detect(plain(255))
    assert (found.box.x1, found.box.y1, found.box.x2, found.box.y2) == pytest.approx(
        (30, 20, 60, 30)
    )
    assert found.quad == box_to_quad(found.box)
    assert found.confidence == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-4)


def test_without_a_plate_there_is_no_box(box_model: BoxModel) -> None:
    detector = SingleBoxDetector(open_session(box_model([0.25, 0.5, 0.5, 0.75])))
    assert detector.detect(plain(0)) == []


def test_a_threshold_replaces_the_models(box_model: BoxModel) -> None:
    session = open_session(box_model([0.25, 0.5, 0.5, 0.75]))
    assert SingleBoxDetector(session, score_threshold=0.99).detect(plain(255)) == []
    assert len(SingleBoxDetector(session, score_threshold=0.0).detect(plain(0))) == 1


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 900), (900, 1), (3000, 20)], ids=str)
def test_odd_sizes_do_no_harm(box_model: BoxModel, size_hw: tuple[int, int]) -> None:
    detector = SingleBoxDetector(open_session(box_model([0.0, 0.0, 1.0, 1.0])))
    (found,) = detector.detect(plain(255, size_hw))
    assert (found.box.height, found.box.width) == size_hw


def test_a_graph_of_other_numbers_is_refused(box_model: BoxModel) -> None:
    with pytest.raises(ManifestError, match="5 numbers"):
        open_session(box_model([0.1, 0.1, 0.5]))


def test_a_manifest_without_a_threshold_is_refused(box_model: BoxModel) -> None:
    session = open_session(box_model([0.1, 0.1, 0.5, 0.5], settings={}))
    with pytest.raises(ManifestError, match="lacks 'score_threshold'"):
        SingleBoxDetector(session)


def numbers(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_a_box_ends_where_the_picture_ends() -> None:
    (found,) = read_box(numbers(3, -0.2, 0.5, 0.5, 1.4), 0.5, (100, 200))
    assert (found.box.x1, found.box.y1, found.box.x2, found.box.y2) == (0, 50, 100, 100)


@pytest.mark.parametrize(
    "row",
    [
        numbers(3, 0.5, 0.2, 0.4, 0.8),
        numbers(3, 0.5, 0.5, 0.501, 0.8),
        numbers(3, 1.2, 0.5, 1.4, 0.8),
        numbers(np.nan, 0.2, 0.2, 0.8, 0.8),
        numbers(3, np.nan, 0.2, 0.8, 0.8),
        numbers(-np.inf, 0.2, 0.2, 0.8, 0.8),
    ],
    ids=["inverted", "thin", "outside", "no presence", "no edge", "surely none"],
)
def test_what_is_no_box_is_no_plate(row: NDArray[np.float32]) -> None:
    assert read_box(row, 0.3, (100, 100)) == []


def test_the_surest_is_sure() -> None:
    (found,) = read_box(numbers(np.inf, 0.2, 0.2, 0.8, 0.8), 1.0, (100, 100))
    assert found.confidence == 1.0
