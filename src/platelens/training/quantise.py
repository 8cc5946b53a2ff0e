"""Float graph -> graph of 8-bit integers: a quarter of the size, about twice as fast on a CPU."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from platelens.runtime import INPUT_NAME

_OPERATORS: Final = ("Conv", "Add", "Resize")
"""Convolutions take nearly all of the time; the two others only pass 8-bit numbers on."""


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # the package has no types
    def __init__(self, pictures: Iterable[NDArray[np.uint8]]) -> None:
        self._pictures: Iterator[NDArray[np.uint8]] = iter(pictures)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {INPUT_NAME: picture[None]}


def quantise(graph: Path, pictures: Iterable[NDArray[np.uint8]]) -> None:
    """Give a graph's convolutions 8-bit integers, all but the last one's.

    Weights have a scale for each channel, activations one for each tensor, which is taken from the
    range that `pictures` give (Jacob et al. 2018). The last convolution gives logits and
    coordinates, of ranges too different for one scale.

    Args:
        graph: the file, which is replaced.
        pictures: (H, W, 3) each, as the network meets them; some hundred.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(graph, prepared, skip_symbolic_shape=True)
        convolutions = [n.name for n in onnx.load(prepared).graph.node if n.op_type == "Conv"]
        quantize_static(
            prepared,
            graph,
            _Pictures(pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(_OPERATORS),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=convolutions[-1:],
        )


def run_graph(graph: Path, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give the output of a graph for pictures (N, H, W, 3)."""
    session = InferenceSession(graph, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {INPUT_NAME: pixels})[0])
