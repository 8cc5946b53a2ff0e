"""What a model folder says about its `model.onnx`: the contract between export and inference."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal

from platelens.errors import ManifestError

MANIFEST_NAME: Final = "model.toml"
GRAPH_NAME: Final = "model.onnx"

Task = Literal["detection", "recognition", "region", "characters", "box"]
TASKS: Final[tuple[Task, ...]] = ("detection", "recognition", "region", "characters", "box")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that inference needs to know about a model, and where the model comes from."""

    name: str
    task: Task
    version: str
    licence: str  # SPDX identifier of the weights
    sha256: str  # of model.onnx, 64 lower-case hexadecimal digits
    input_size: tuple[int, int]  # (height, width); a detector's long side limit, in both places
    alphabet: str  # characters in the order of the classes; "" unless it reads
    recipe: str  # name of the training recipe
    trained_on: tuple[str, ...]  # data sets with their licences
    settings: Mapping[str, float] = field(default_factory=dict)  # thresholds, temperature, ...
    scores: Mapping[str, float] = field(default_factory=dict)  # what it reached, by measure
    # Codes in the order of a region classifier's classes; "" = from elsewhere, none of the others.
    classes: tuple[str, ...] = ()

    def setting(self, name: str, *, low: float = -math.inf, high: float = math.inf) -> float:
        """Give one of `settings`.

        Raises:
            ManifestError: `model.toml` lacks it, or it lies outside `low` to `high`.
        """
        where = f"model {self.name}: [settings] of {MANIFEST_NAME}"
        try:
            value = self.settings[name]
        except KeyError:
            raise ManifestError(f"{where} lacks {name!r}") from None
        if not low <= value <= high:
            raise ManifestError(f"{where}: {name!r} must lie in {low:g} to {high:g}, is {value:g}")
        return value


def load_manifest(folder: Path) -> Manifest:
    """Read and check the `model.toml` of a model folder.

    Raises:
        ManifestError: the file is missing or malformed; the message names the file and the key.
    """
    path = folder / MANIFEST_NAME
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path}: is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: is not valid TOML: {error}") from error
    return _parse(table, path)


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write `model.toml` into an existing model folder, in the form `load_manifest` reads.

    Raises:
        ManifestError: a value is out of its range; nothing is written.
    """
    path = folder / MANIFEST_NAME
    text = _to_toml(manifest)
    _parse(tomllib.loads(text), path)
    path.write_text(text, encoding="utf-8")


def _parse(table: Mapping[str, Any], path: Path) -> Manifest:
    names = [f.name for f in fields(Manifest)]
    for key in table:
        if key not in names:
            raise ManifestError(f"{path}: unknown key {key!r}; known: {', '.join(names)}")
    values: dict[str, Any] = {}
    for name in names:
        if name not in table and name not in _OPTIONAL:
            raise ManifestError(f"{path}: key {name!r} is missing")
        try:
            if name in table:
                values[name] = _READERS[name](table[name])
        except ValueError as error:
            raise ManifestError(
                f"{path}: key {name!r} must be {error}, got {table[name]!r}"
            ) from None
    manifest = Manifest(**values)
    for key, tasks in (("alphabet", ("recognition", "characters")), ("classes", ("region",))):
        value = getattr(manifest, key)
        if (manifest.task in tasks) != bool(value):
            raise ManifestError(
                f"{path}: key {key!r} must be filled for the task {' or '.join(tasks)} and empty "
                f"for any other, got {value!r} for {manifest.task}"
            )
    return manifest


# Each reader gives the checked value or raises ValueError with what the value must be.


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a non-empty string")
    return value


def _task(value: object) -> str:
    if value not in TASKS:
        raise ValueError(f"one of {', '.join(TASKS)}")
    return str(value)


def _sha256(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError("64 lower-case hexadecimal digits")
    return value


def _size(value: object) -> tuple[int, int]:
    match value:
        case [int(height), int(width)] if type(height) is type(width) is int:
            if height > 0 and width > 0:
                return height, width
    raise ValueError("two positive whole numbers, [height, width]")


def _alphabet(value: object) -> str:
    if not isinstance(value, str) or len(set(value)) != len(value):
        raise ValueError("a string in which no character comes twice")
    return value


def _codes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError("a list of strings")
    if len(set(value)) != len(value):
        raise ValueError("a list in which no code comes twice")
    return tuple(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ValueError("a list of non-empty strings")
    return tuple(value)


def _numbers(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not all(_is_number(v) for v in value.values()):
        raise ValueError("a table of finite numbers")
    return {key: float(number) for key, number in value.items()}


def _is_number(value: object) -> bool:
    is_real = isinstance(value, int | float) and not isinstance(value, bool)
    return is_real and math.isfinite(value)  # type: ignore[arg-type]  # is_real narrows it


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "name": _text,
    "task": _task,
    "version": _text,
    "licence": _text,
    "sha256": _sha256,
    "input_size": _size,
    "alphabet": _alphabet,
    "recipe": _text,
    "trained_on": _texts,
    "settings": _numbers,
    "scores": _numbers,
    "classes": _codes,
}
_OPTIONAL: Final = ("classes",)
"""Keys that need not be there; they are not written when they are empty."""


def _to_toml(manifest: Manifest) -> str:
    lines, tables = [], []
    for f in fields(manifest):
        value = getattr(manifest, f.name)
        if f.name in _OPTIONAL and not value:
            continue
        if isinstance(value, Mapping):
            tables += ["", f"[{f.name}]"]
            tables += [f"{_key(key)} = {float(number)!r}" for key, number in value.items()]
        elif isinstance(value, tuple):
            items = ", ".join(_quote(v) if isinstance(v, str) else repr(v) for v in value)
            lines.append(f"{f.name} = [{items}]")
        else:
            lines.append(f"{f.name} = {_quote(value)}")
    return "\n".join(lines + tables) + "\n"


def _key(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else _quote(text)


def _quote(text: str) -> str:
    # A JSON string is a TOML basic string, except that TOML wants DEL escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
