"""The names of models and the folders behind them. Nothing is ever downloaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from platelens.errors import ModelError, UnknownModelError
from platelens.runtime.manifest import MANIFEST_NAME

DEFAULT_DETECTOR: Final = "detector_small"
DEFAULT_RECOGNIZER: Final = "reader_small"
DEFAULT_CLASSIFIER: Final = "state_small"
DEFAULT_WORDS: Final = "words_small"
PATH_PREFIX: Final = "path:"
DETECTOR_SIZES: Final = (128, 2560)
"""Least and most pixels of the longer side of a detector's input."""

MODELS_VARIABLE: Final = "PLATELENS_MODELS"
"""The environment variable that may name a folder of own models."""

LOCAL_MODELS: Final = Path("models")
"""The folder of own models below the working directory."""

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_WEIGHTS: Final = _PACKAGE / "weights"
_RECIPES: Final = _PACKAGE / "training" / "recipes"


def model_names() -> tuple[str, ...]:
    """Give the names of the models that ship inside the package, sorted."""
    return tuple(_models_below(_WEIGHTS))


def find_models() -> dict[str, Path]:
    """Give the folders of all models that are found by their name alone.

    Those inside the package come first, each group sorted, then those below the folder that
    $PLATELENS_MODELS names, then those below `models/`. Of models of one name the first counts, so
    that no folder that happens to be there takes the place of a shipped one.
    """
    named = os.environ.get(MODELS_VARIABLE, "")
    places = [_WEIGHTS, *([_at_home(named)] if named else []), LOCAL_MODELS]
    found: dict[str, Path] = {}
    for place in places:
        found |= {name: path for name, path in _models_below(place).items() if name not in found}
    return found


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
        name: of a model that `find_models` finds, or `path:` and a folder with `model.onnx` and
            `model.toml`.

    Raises:
        UnknownModelError: there is no model of that name, and no recipe for one.
        ModelError: what follows `path:` is not a folder, or there is only a recipe for the model;
            the message says how to train it.
    """
    if name.startswith(PATH_PREFIX):
        folder = _at_home(name.removeprefix(PATH_PREFIX))
        if not folder.is_dir():
            raise ModelError(f"{folder}: is not a model folder: no such directory")
        return folder
    models = find_models()
    if name in models:
        return models[name]
    if name in (recipe.stem for recipe in _RECIPES.glob("*.toml")):
        raise ModelError(
            f"model {name!r} is not trained yet: it is not in the package, in ${MODELS_VARIABLE} "
            f"or in {LOCAL_MODELS}/; make it with `platelens train {name}` and "
            f"`platelens export runs/{name} {LOCAL_MODELS}/{name}`"
        )
    raise UnknownModelError(name, known=tuple(models))


def _at_home(path: str) -> Path:
    return Path(os.path.expanduser(path))  # that of pathlib fails where there is no such user


def _models_below(place: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(place.glob(f"*/{MANIFEST_NAME}"))}
