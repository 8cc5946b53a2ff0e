"""A model that is ready to run: ONNX Runtime behind one small class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from platelens.errors import DeviceError, ManifestError, ModelError
from platelens.runtime.checksum import read_graph
from platelens.runtime.manifest import GRAPH_NAME, Manifest, Task, load_manifest

MAX_THREADS: Final = 1024
"""More would only keep the machine busy with starting them."""

INPUT_NAME: Final = "image"
OUTPUT_NAMES: Final[dict[Task, str]] = {
    "detection": "map",
    "recognition": "logits",
    "region": "logits",
    "characters": "logits",
    "box": "box",
}
_OUTPUT_RANKS: Final[dict[Task, int]] = {
    "detection": 4,
    "recognition": 3,
    "region": 2,
    "characters": 2,
    "box": 2,
}

_BOX_NUMBERS: Final = 5  # presence and four edges

_PROVIDERS: Final[dict[str, str]] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
}
_ERRORS_ONLY: Final = 3  # ONNX Runtime's severity level


@dataclass(frozen=True, slots=True)
class _Tensor:
    """An input or output of a graph, as ONNX Runtime describes it."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]  # None = any size


class Session:
    """A loaded model with its manifest. Safe to call from several threads at once."""

    def __init__(self, inference: ort.InferenceSession, manifest: Manifest) -> None:
        self.manifest = manifest
        self._inference = inference

    @property
    def providers(self) -> tuple[str, ...]:
        """ONNX Runtime's execution providers in use, the preferred one first."""
        return tuple(self._inference.get_providers())

    def run(self, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Run the graph on a batch.

        Args:
            images: (N, H, W, 3) R, G, B; (N, H, W) grey for a character classifier.

        Returns:
            The graph's outputs: one map (N, 13, H/8, W/8) of a detector, logits (N, T, C) of a
            reader, logits (N, C) of a region or character classifier, (N, 5) of a detector of a
            single box (`detection.single`).

        Raises:
            ModelError: ONNX Runtime could not run the graph (memory, a wrong shape).
        """
        try:
            outputs = self._inference.run(None, {INPUT_NAME: images})
        except Exception as error:  # ONNX Runtime's exceptions share no other base
            raise ModelError(f"model {self.manifest.name}: {_first_line(error)}") from error
        return [np.asarray(output, dtype=np.float32) for output in outputs]


def open_session(folder: Path, *, device: str = "cpu", threads: int = 2) -> Session:
    """Load a model folder: manifest, checksum, graph, and the match of the three.

    Args:
        folder: holds `model.onnx` and `model.toml`.
        device: "cpu" or "cuda"; there is no silent fall back from one to the other.
        threads: how many threads one call may use, 1 to MAX_THREADS.

    Raises:
        ManifestError: the manifest is malformed or contradicts the graph.
        ChecksumError: `model.onnx` is not the described file.
        ModelError: `model.onnx` is not a graph that ONNX Runtime can load.
        DeviceError: the device is not available here.
    """
    provider = require_provider(device)
    manifest = load_manifest(folder)
    data = read_graph(folder, manifest)
    path = folder / GRAPH_NAME
    inference = _load(data, path, provider, _options(threads))
    if inference.get_providers()[0] != provider:
        raise DeviceError(
            f"device {device!r} could not be used for {path}: ONNX Runtime fell back to "
            f"{', '.join(inference.get_providers())}; check the driver and CUDA libraries"
        )
    _check_graph(
        _tensors(inference.get_inputs()), _tensors(inference.get_outputs()), manifest, path
    )
    return Session(inference, manifest)


def available_providers() -> tuple[str, ...]:
    """Give ONNX Runtime's execution providers on this machine, the preferred one first."""
    return tuple(ort.get_available_providers())


def require_provider(device: str) -> str:
    """Give the execution provider behind "cpu" or "cuda".

    Raises:
        DeviceError: no such device, or this installation of ONNX Runtime lacks it.
    """
    if device not in _PROVIDERS:
        raise DeviceError(f"unknown device {device!r}; known: {', '.join(_PROVIDERS)}")
    provider = _PROVIDERS[device]
    available = available_providers()
    if provider not in available:
        raise DeviceError(
            f"device {device!r} is not available: it needs {provider}, this ONNX Runtime has "
            f"{', '.join(available)}; for an NVIDIA GPU install onnxruntime-gpu in its place"
        )
    return provider


def _options(threads: int) -> ort.SessionOptions:
    if not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"threads must lie between 1 and {MAX_THREADS}, got {threads}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Spinning pools of the two models fight each other on few cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _load(
    data: bytes, path: Path, provider: str, options: ort.SessionOptions
) -> ort.InferenceSession:
    # Zero network access at any time: ONNX Runtime's Windows builds would send usage events.
    ort.disable_telemetry_events()
    if provider == _PROVIDERS["cuda"] and hasattr(ort, "preload_dlls"):
        ort.preload_dlls()  # the CUDA libraries of pip packages are on no search path
    providers = list(dict.fromkeys([provider, _PROVIDERS["cpu"]]))
    try:
        inference = ort.InferenceSession(data, sess_options=options, providers=providers)
    except Exception as error:  # ONNX Runtime's exceptions share no other base
        raise ModelError(f"{path}: ONNX Runtime cannot load it: {_first_line(error)}") from error
    inference.disable_fallback()
    return inference


def _tensors(nodes: Sequence[Any]) -> list[_Tensor]:
    return [
        _Tensor(n.name, n.type, tuple(d if isinstance(d, int) else None for d in n.shape))
        for n in nodes
    ]


def _check_graph(
    inputs: Sequence[_Tensor], outputs: Sequence[_Tensor], manifest: Manifest, path: Path
) -> None:
    size = (None, None) if manifest.task == "detection" else manifest.input_size
    colours = () if manifest.task == "characters" else (3,)
    expected = _Tensor(INPUT_NAME, "tensor(uint8)", (None, *size, *colours))
    if list(inputs) != [expected]:
        raise ManifestError(f"{path}: its input must be {_say([expected])}, is {_say(inputs)}")
    name, rank = OUTPUT_NAMES[manifest.task], _OUTPUT_RANKS[manifest.task]
    if [(o.name, o.dtype, len(o.shape)) for o in outputs] != [(name, "tensor(float)", rank)]:
        raise ManifestError(
            f"{path}: its output must be {name} tensor(float) of {rank} dimensions "
            f"for the task {manifest.task}, is {_say(outputs)}"
        )
    classes = outputs[0].shape[-1]
    blanks = int(manifest.task == "recognition")
    if manifest.alphabet and classes not in (None, len(manifest.alphabet) + blanks):
        raise ManifestError(
            f"{path}: it has {classes} classes, which must be {'a blank and ' * blanks}the "
            f"{len(manifest.alphabet)} characters of the alphabet in model.toml"
        )
    if manifest.task == "box" and classes not in (None, _BOX_NUMBERS):
        raise ManifestError(f"{path}: it gives {classes}, not {_BOX_NUMBERS} numbers a picture")
    if manifest.classes and classes not in (None, len(manifest.classes)):
        raise ManifestError(
            f"{path}: it has {classes} classes, model.toml names {len(manifest.classes)}"
        )


def _say(tensors: Sequence[_Tensor]) -> str:
    return "; ".join(
        f"{t.name} {t.dtype} [{', '.join('any' if d is None else str(d) for d in t.shape)}]"
        for t in tensors
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
