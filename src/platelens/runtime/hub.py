"""The names of models and the folders behind them. Nothing is ever downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platelens.errors import ModelError, UnknownModelError
from platelens.runtime.manifest import MANIFEST_NAME

DEFAULT_DETECTOR: Final = "detector_small"
DEFAULT_RECOGNIZER: Final = "reader_small"
PATH_PREFIX: Final = "path:"

_WEIGHTS: Final = Path(__file__).resolve().parent.parent / "weights"


def model_names() -> tuple[str, ...]:
    """Give the names of the models that ship inside the package, sorted."""
    return tuple(sorted(path.parent.name for path in _WEIGHTS.glob(f"*/{MANIFEST_NAME}")))


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
