"""Pipelines as data: the names of three stages, in a file or a folder with their models."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from platelens.errors import PlanError
from platelens.pipeline.build import Stage, stage_model
from platelens.runtime import (
    DEFAULT_CLASSIFIER,
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNIZER,
    GRAPH_NAME,
    MANIFEST_NAME,
    PATH_PREFIX,
    load_manifest,
    read_graph,
    split_size,
)

PLAN_NAME: Final = "pipeline.toml"
MODELS_NAME: Final = "models"
STAGES: Final[tuple[Stage, ...]] = ("detector", "recognizer", "matcher")

_PLANS: Final = Path(__file__).resolve().parent / "plans"
_CARD_NAME: Final = "CARD.md"  # of shipped models: where they come from, and their licence
_OPTIONAL: Final = "min_char_confidence"


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a pipeline: its stages, by the names that `pipeline.build` opens."""

    name: str
    about: str  # one sentence
    detector: str
    recognizer: str
    matcher: str
    min_char_confidence: float = 0.0  # characters less sure count as failed, 0..1

    def __post_init__(self) -> None:
        """Refuse a confidence that is none."""
        if not 0 <= self.min_char_confidence <= 1:
            raise PlanError(
                f"pipeline {self.name}: {_OPTIONAL} lies between 0 and 1, "
                f"got {self.min_char_confidence}"
            )


DEFAULT_PLAN: Final = Plan(
    name="default",
    about="The small models made here: find, read, tell the region.",
    detector=DEFAULT_DETECTOR,
    recognizer=DEFAULT_RECOGNIZER,
    matcher=DEFAULT_CLASSIFIER,
)


def plan_names() -> tuple[str, ...]:
    """Give the names of the pipelines inside the package, the default first."""
    return (DEFAULT_PLAN.name, *sorted(path.stem for path in _PLANS.glob("*.toml")))


def load_plan(source: str | os.PathLike[str] = DEFAULT_PLAN.name) -> Plan:
    """Read what makes a pipeline.

    Args:
        source: one of `plan_names`, a folder that `save_pipeline` wrote, or a file like the
            `pipeline.toml` in it. Models named `path:DIR` there lie beside that file.

    Raises:
        PlanError: there is no such pipeline, or its file is malformed.
    """
    name = os.fspath(source)
    if name == DEFAULT_PLAN.name:
        return DEFAULT_PLAN
    if name in plan_names():
        return _read(_PLANS / f"{name}.toml")
    path = Path(os.path.expanduser(name))  # that of pathlib fails where there is no such user
    if path.is_dir():
        return _read(path / PLAN_NAME)
    if path.is_file():
        return _read(path)
    raise PlanError(
        f"unknown pipeline {name!r}; known: {', '.join(plan_names())}, "
        "or the folder or file of a saved one"
    )


def change_plan(
    plan: Plan,
    *,
    detector: str | None = None,
    recognizer: str | None = None,
    matcher: str | None = None,
    min_char_confidence: float | None = None,
) -> Plan:
    """Give `plan` with other values where they are not None."""
    changes: dict[str, Any] = {
        "detector": detector,
        "recognizer": recognizer,
        "matcher": matcher,
        _OPTIONAL: min_char_confidence,
    }
    return replace(plan, **{key: value for key, value in changes.items() if value is not None})


def save_pipeline(plan: Plan, folder: Path) -> Plan:
    """Write a pipeline and the models that it needs into one folder, which can be moved.

    Readers of others are named there, not copied.

    Args:
        plan: what to save.
        folder: is made; one that is there must be empty.

    Returns:
        The saved pipeline as `load_plan` gives it.

    Raises:
        PlanError: `folder` is a file or has something in it.
        ModelError: a model is missing, damaged or made for another stage; nothing is written.
        OSError: something cannot be written; `folder` stays as it is.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PlanError(f"{folder}: is there already; name a new or an empty folder")
    sources = {stage: stage_model(stage, getattr(plan, stage)) for stage in STAGES}
    models = {stage: path.resolve() for stage, path in sources.items() if path}
    for path in models.values():
        read_graph(path, load_manifest(path))
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}.partial-", dir=place.parent) as made:
        staging = Path(made) / place.name
        copied: dict[str, Any] = {}
        for stage, path in models.items():
            copied[stage] = _copy(stage, plan, path, staging)
        staging.mkdir(exist_ok=True)
        text = _to_toml(replace(plan, **copied))
        (staging / PLAN_NAME).write_text(text, encoding="utf-8")
        if place.exists():
            place.rmdir()
        staging.replace(place)
    return load_plan(place)


def _copy(stage: Stage, plan: Plan, source: Path, folder: Path) -> str:
    """Copy a model into `folder`; gives the name that the saved plan has for it."""
    target = folder / MODELS_NAME / source.name
    if target.exists():  # an own model of another stage, in a folder of the same name
        target = target.with_name(f"{source.name}-{stage}")
    target.mkdir(parents=True)
    for name in (GRAPH_NAME, MANIFEST_NAME, _CARD_NAME):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    size = split_size(plan.detector)[1] if stage == "detector" else None
    return f"{PATH_PREFIX}{target.relative_to(folder).as_posix()}{f'@{size}' if size else ''}"


def _read(path: Path) -> Plan:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"{path}: is not valid TOML: {error}") from error
    return _parse(table, path)


def _parse(table: Mapping[str, Any], path: Path) -> Plan:
    names = [field.name for field in fields(Plan)]
    for key in table:
        if key not in names:
            raise PlanError(f"{path}: unknown key {key!r}; known: {', '.join(names)}")
    values = dict(table)
    for name in names:
        if name == _OPTIONAL:
            value = values.setdefault(name, 0.0)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise PlanError(f"{path}: key {name!r} must be a number, got {value!r}")
            continue
        if not isinstance(values.get(name), str) or not values[name]:
            raise PlanError(
                f"{path}: key {name!r} must be a non-empty string, got {values.get(name)!r}"
            )
        if name in STAGES:
            values[name] = _beside(values[name], path)
    return Plan(**values)


def _beside(name: str, path: Path) -> str:
    """Give a model's name; one that says where its folder is says so from the folder of `path`."""
    if not name.startswith(PATH_PREFIX):
        return name
    place = os.path.expanduser(name.removeprefix(PATH_PREFIX))
    return f"{PATH_PREFIX}{path.parent / place}"


def _to_toml(plan: Plan) -> str:
    # A JSON string is a TOML basic string, except that TOML wants DEL escaped.
    lines = [
        f"{key} = {json.dumps(getattr(plan, key), ensure_ascii=False)}".replace("\x7f", "\\u007f")
        for key in ("name", "about", *STAGES)
    ]
    if plan.min_char_confidence:
        lines.append(f"{_OPTIONAL} = {plan.min_char_confidence!r}")
    return "\n".join(lines) + "\n"
