"""Plate Recognizer's Snapshot API, version 1: what a plate looks like there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from platelens.errors import RequestError
from platelens.pipeline import ReadResult
from platelens.serving.dropin.texts import choose, parse_formats
from platelens.types import Candidate, Plate

MAX_CALLS: Final = 1_000_000_000
"""There is no limit; clients count down from one."""

_MOST_CANDIDATES: Final = 5
NO_VEHICLE: Final[Mapping[str, Any]] = {
    "score": 0.0,
    "type": "Unknown",
    "box": {"xmin": 0, "ymin": 0, "xmax": 0, "ymax": 0},
}
"""Platelens looks for plates, not for vehicles. Clients read the type and move the box in any case,
leave out plates whose vehicle is null, and cut out only vehicles that have a score."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a request's `config` asks for."""

    strict: bool = False  # only the given regions count
    by_vehicle: bool = False  # the second form of results
    least_detection: float = 0.0
    least_text: float = 0.0
    formats: tuple[re.Pattern[str], ...] = ()


def parse_config(text: str) -> Config:
    """Read the JSON in the field `config`; keys that platelens has no use for are left out.

    Raises:
        RequestError: it is no JSON object, or a value is malformed.
    """
    try:
        config = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise RequestError("config: is no JSON") from None
    if not isinstance(config, dict):
        raise RequestError("config: expected a JSON object")
    formats = config.get("text_formats") or []
    if not isinstance(formats, list):
        raise RequestError("config.text_formats: expected a list")
    return Config(
        strict=config.get("region") == "strict",
        by_vehicle=config.get("detection_mode") == "vehicle",
        least_detection=_share(config, "threshold_d"),
        least_text=_share(config, "threshold_o"),
        formats=parse_formats(formats),
    )


def results_form(result: ReadResult, config: Config, *, mmc: bool) -> list[dict[str, Any]]:
    """Give the `results` of a picture."""
    plates = [
        (plate, choose(_candidates(plate), config.formats))
        for plate in result.plates
        if plate.text and plate.detection.confidence >= config.least_detection
    ]
    form = _by_vehicle if config.by_vehicle else _by_plate
    return [
        form(plate, candidates, mmc=mmc)
        for plate, candidates in plates
        if candidates[0].confidence >= config.least_text
    ]


def _by_plate(plate: Plate, candidates: Sequence[Candidate], *, mmc: bool) -> dict[str, Any]:
    best = candidates[0]
    record: dict[str, Any] = {
        "box": _box(plate),
        "plate": best.text.lower(),
        "region": {
            "code": plate.region.code if plate.region else "",
            "score": _score(plate.region.confidence if plate.region else 0.0),
        },
        "score": _score(best.confidence),
        "candidates": [
            {"score": _score(c.confidence), "plate": c.text.lower()}
            for c in candidates[:_MOST_CANDIDATES]
        ],
        "dscore": _score(plate.detection.confidence),
        "vehicle": NO_VEHICLE,
    }
    return record | ({"model_make": [], "color": [], "orientation": []} if mmc else {})


def _by_vehicle(plate: Plate, candidates: Sequence[Candidate], *, mmc: bool) -> dict[str, Any]:
    del mmc  # nothing is known of vehicles, asked for or not
    regions = plate.region.candidates if plate.region else ()
    return {
        "plate": {
            "type": "Plate",
            "score": _score(plate.detection.confidence),
            "box": _box(plate),
            "props": {
                "plate": [
                    {"value": c.text.lower(), "score": _score(c.confidence)}
                    for c in candidates[:_MOST_CANDIDATES]
                ],
                "region": [{"value": r.code, "score": _score(r.confidence)} for r in regions],
            },
        },
        "vehicle": {**NO_VEHICLE, "props": {"make_model": [], "orientation": [], "color": []}},
    }


def _candidates(plate: Plate) -> tuple[Candidate, ...]:
    found = plate.reading.candidates if plate.reading else ()
    return tuple(c for c in found if c.text) or (Candidate(plate.text, plate.confidence),)


def _box(plate: Plate) -> dict[str, int]:
    box = plate.detection.box
    edges = {"xmin": box.x1, "ymin": box.y1, "xmax": box.x2, "ymax": box.y2}
    return {name: max(0, round(value)) for name, value in edges.items()}


def _score(value: float) -> float:
    return round(float(value), 3)


def _share(config: dict[str, Any], name: str) -> float:
    value = config.get(name, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RequestError(f"config.{name}: expected a number from 0 to 1")
    return float(value)
