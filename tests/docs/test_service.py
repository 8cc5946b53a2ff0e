"""The page of the service names what there is, and nothing else."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

from fastapi.routing import APIRoute

from platelens.serving import Settings, parse_settings
from platelens.serving.app import ROUTERS
from platelens.serving.schemas.operation import CameraSettings
from platelens.serving.schemas.targets import TargetSettings

PAGE = (Path(__file__).parents[2] / "docs/service.md").read_text(encoding="utf-8")
ROUTES = {
    f"{method} {route.path}"
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.include_in_schema
    for method in route.methods or ()
}
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def keys(settings: Any) -> set[str]:
    below = {f.name: getattr(settings, f.name) for f in fields(settings)}
    names = set(below)
    for value in below.values():
        names |= keys(value) if is_dataclass(value) else set()
    return names


def test_every_call_is_described_and_no_other() -> None:
    named = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /\S+?)`", PAGE))
    table = {name for name in named if "?" not in name}
    assert table == ROUTES


def test_example_has_every_setting_with_its_usual_value() -> None:
    values = tomllib.loads(EXAMPLE)
    assert {camera["name"] for camera in values.pop("cameras")} == {"gate", "yard"}
    assert parse_settings(values) == Settings()
    named = set(re.findall(r"^(?:# )?(\w+) = ", EXAMPLE, re.MULTILINE))
    assert keys(Settings()) - {"server", "store", "reader", "limits", "access", "cameras"} <= named


def test_cameras_of_the_example_are_ones() -> None:
    gate, yard = parse_settings(tomllib.loads(EXAMPLE)).cameras
    assert (gate.retention_days, yard.settings.fps, len(yard.settings.roi)) == (30, 5.0, 4)


@pytest.mark.parametrize("model", [CameraSettings, TargetSettings])
def test_settings_of_cameras_and_targets_are_described(model: Any) -> None:
    for name in model.model_fields:
        assert re.search(rf"`{name}\b", PAGE), name
