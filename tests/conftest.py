"""Three tiny models with known answers, and a picture for them, drawn in code.

The detector fires on white 8 x 8 cells and draws a box of 64 x 32 pixels around each. The reader
reads a red plate as A, a green one as B, a blue one as C: mixed-up colours change the text. The
classifier takes red for California, green for New York and blue for elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens import imaging
from platelens.runtime import GRAPH_NAME, Manifest, sha256_hex, write_manifest
from platelens.types import RgbImage

if TYPE_CHECKING:
    from platelens.datasets.synth import FontSet

COLOURS = {"A": (120, 0, 0), "B": (0, 120, 0), "C": (0, 0, 120)}

Street = Callable[..., RgbImage]


@pytest.fixture(scope="session")
def detector_manifest() -> Manifest:
    return Manifest(
        name="tiny_detector",
        task="detection",
        version="1",
        licence="Apache-2.0",
        sha256="0" * 64,
        input_size=(128, 128),
        alphabet="",
        recipe="tiny_detector",
        trained_on=("nothing (CC0-1.0)",),
        settings={"score_threshold": 0.5, "iou_threshold": 0.5},
        scores={"recall": 1.0},
    )


@pytest.fixture(scope="session")
def reader_manifest(detector_manifest: Manifest) -> Manifest:
    return replace(
        detector_manifest,
        name="tiny_reader",
        task="recognition",
        input_size=(16, 32),
        alphabet="ABC",
        recipe="tiny_reader",
        settings={"temperature": 1.0},
    )


@pytest.fixture(scope="session")
def detector_folder(tmp_path_factory: pytest.TempPathFactory, detector_manifest: Manifest) -> Path:
    weights = np.zeros((13, 3), dtype=np.float32)
    bias = np.zeros(13, dtype=np.float32)
    weights[0], bias[0] = 0.1, -60.0  # the score: 16.5 for white, far below 0 for all else
    bias[1:5] = np.log([4, 2, 4, 2])  # left, top, right, bottom in strides of 8 pixels
    nodes = [*_pool(8, 8), _mix("map")]
    graph = _graph(nodes, weights, bias, ("image", (None, None, None, 3)), ("map", (None,) * 4))
    return _model(tmp_path_factory.mktemp("tiny_detector"), graph, detector_manifest)


@pytest.fixture(scope="session")
def reader_folder(tmp_path_factory: pytest.TempPathFactory, reader_manifest: Manifest) -> Path:
    from onnx import helper

    # Four classes: the blank, then a character for each colour.
    weights = np.vstack([np.zeros(3), 0.2 * np.eye(3) - 0.1]).astype(np.float32)
    bias = np.array([2, 0, 0, 0], dtype=np.float32)
    nodes = [
        *_pool(16, 8),
        _mix("mixed"),  # (N, C, 1, T)
        helper.make_node("Squeeze", ["mixed", "two"], ["row"]),
        helper.make_node("Transpose", ["row"], ["logits"], perm=[0, 2, 1]),
    ]
    shapes = ("image", (None, 16, 32, 3)), ("logits", (None, 4, 4))
    graph = _graph(nodes, weights, bias, *shapes)
    return _model(tmp_path_factory.mktemp("tiny_reader"), graph, reader_manifest)


@pytest.fixture(scope="session")
def look_folder(tmp_path_factory: pytest.TempPathFactory, detector_manifest: Manifest) -> Path:
    from onnx import helper

    manifest = replace(
        detector_manifest,
        name="tiny_look",
        task="region",
        input_size=(16, 32),
        recipe="tiny_look",
        settings={"temperature": 1.0, "elsewhere_share": 0.2},
        classes=("us-ca", "us-ny", ""),
    )
    weights = (0.05 * np.eye(3)).astype(np.float32)
    nodes = [*_pool(16, 32), _mix("mixed"), helper.make_node("Flatten", ["mixed"], ["logits"])]
    shapes = ("image", (None, 16, 32, 3)), ("logits", (None, 3))
    graph = _graph(nodes, weights, np.zeros(3, dtype=np.float32), *shapes)
    return _model(tmp_path_factory.mktemp("tiny_look"), graph, manifest)


@pytest.fixture
def street() -> Street:
    """Give a function that draws a dark picture, 128 high, with up to two plates.

    Their boxes are 36, 12, 100, 44 and 52, 76, 116, 108.
    """

    def draw(*letters: str, width: int = 128) -> RgbImage:
        pixels = np.full((128, width, 3), 10, dtype=np.uint8)
        for letter, (left, top) in zip(letters, [(36, 12), (52, 76)], strict=False):
            pixels[top : top + 32, left : left + 64] = COLOURS[letter]
            pixels[top + 12 : top + 20, left + 28 : left + 36] = 255
        return imaging.from_array(pixels, order="rgb")

    return draw


@pytest.fixture(scope="session")
def font_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one font file, the one that Pillow carries inside itself."""
    from PIL import ImageFont

    font = ImageFont.load_default(72)
    assert isinstance(font, ImageFont.FreeTypeFont)
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "Aileron.ttf").write_bytes(font.font_bytes)
    return folder


@pytest.fixture(scope="session")
def fonts(font_folder: Path) -> FontSet:
    """That font, ready to draw plates with."""
    from platelens.datasets.synth import find_fonts

    return find_fonts([font_folder])


def _pool(height: int, width: int) -> list[Any]:
    from onnx import TensorProto, helper

    size = [height, width]
    return [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["cells"], kernel_shape=size, strides=size),
    ]


def _mix(output: str) -> Any:
    from onnx import helper

    return helper.make_node("Conv", ["cells", "weights", "bias"], [output])


def _graph(
    nodes: list[Any],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    image: tuple[str, tuple[int | None, ...]],
    output: tuple[str, tuple[int | None, ...]],
) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    constants = {"weights": weights[:, :, None, None], "bias": bias, "two": np.array([2])}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(image[0], TensorProto.UINT8, image[1])],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString())


def _model(folder: Path, graph: bytes, manifest: Manifest) -> Path:
    (folder / GRAPH_NAME).write_bytes(graph)
    write_manifest(replace(manifest, sha256=sha256_hex(graph)), folder)
    return folder
