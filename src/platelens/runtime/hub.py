"""The names of models and the folders behind them. Nothing is ever downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platelens.errors import ModelError, UnknownModelError
from platelens.runtime.manifest import MANIFEST_NAME

DEFAULT_DETECTOR: Final = "detector_small"
DEFAULT_RECOGNIZER: Final = "reader_small"
DEFAULT_CLASSIFIER: Final = "state_small"
PATH_PREFIX: Final = "path:"
DETECTOR_SIZES: Final = (128, 2560)
"""Least and most pixels of the longer side of a detector's input."""

_WEIGHTS: Final = Path(__file__).resolve().parent.parent / "weights"


def model_names() -> tuple[str, ...]:
    """Give the names of the models that ship inside the package, sorted."""
    return tuple(sorted(path.parent.name for path in _WEIGHTS.glob(f"*/{MANIFEST_NAME}")))


def split_size(name: str) -> tuple[str, int | None]:
    """Split a detector's "model@640" into the model's name and the longer side of its input.

    Returns:
        The name and the size in pixels, None when none is given.

    Raises:
        ModelError: the size is not one of DETECTOR_SIZES.
    """
    model, at, size = name.rpartition("@")
    if not at or not size.isdecimal():
        return name, None
    low, high = DETECTOR_SIZES
    if not low <= int(size) <= high:
        raise ModelError(f"{name}: the size of the input must be {low} to {high} pixels")
    return model, int(size)


def model_folder(name: str) -> Path:
    """Give the folder of a model.

    Args:
        name: a shipped model's name, or `path:` and a folder with `model.onnx` and `model.toml`.

    Raises:
        UnknownModelError: no shipped model has that name.
        ModelError: what follows `path:` is not a folder.
    """
    if name.startswith(PATH_PREFIX):
        folder = Path(name.removeprefix(PATH_PREFIX)).expanduser()
        if not folder.is_dir():
            raise ModelError(f"{folder}: is not a model folder: no such directory")
        return folder
    known = model_names()
    if name not in known:
        raise UnknownModelError(name, known=known)
    return _WEIGHTS / name
