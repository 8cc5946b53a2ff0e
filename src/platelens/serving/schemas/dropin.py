"""Answers of the interfaces of other products."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict


class PlateReaderUsage(BaseModel):
    """How often the client called."""

    calls: int
    max_calls: int


class PlateReaderAnswer(BaseModel):
    """What Plate Recognizer's Snapshot API answers."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "processing_time": 45.171,
                "results": [
                    {
                        "box": {"xmin": 297, "ymin": 311, "xmax": 687, "ymax": 498},
                        "plate": "ab12cde",
                        "region": {"code": "gb", "score": 0.796},
                        "score": 0.98,
                        "candidates": [{"score": 0.98, "plate": "ab12cde"}],
                        "dscore": 0.896,
                        "vehicle": {
                            "score": 0.0,
                            "type": "Unknown",
                            "box": {"xmin": 0, "ymin": 0, "xmax": 0, "ymax": 0},
                        },
                    }
                ],
                "filename": "gate.jpg",
                "version": 1,
                "camera_id": "gate",
                "timestamp": "2026-05-01T12:00:00Z",
                "usage": {"calls": 2, "max_calls": 1000000000},
            }
        }
    )

    processing_time: float
    results: list[dict[str, Any]]
    filename: str
    version: int
    camera_id: str | None
    timestamp: str
    usage: PlateReaderUsage


class MonthUsage(BaseModel):
    """Calls of a month."""

    year: int
    month: int
    calls: int
    resets_on: str


class UsageAnswer(BaseModel):
    """What Plate Recognizer's statistics answer."""

    usage: MonthUsage
    total_calls: int


class AlprPrediction(BaseModel):
    """A plate."""

    confidence: float
    label: str
    plate: str
    x_min: int
    y_min: int
    x_max: int
    y_max: int
    plate_annotation: str
    ocr_annotation: list[Any]
    valid_ocr_annotation: bool


class AlprAnswer(BaseModel):
    """What CodeProject.AI's licence plate module answers."""

    success: bool
    predictions: list[AlprPrediction]
    code: int
    command: str
    moduleId: str  # noqa: N815  # its names
    moduleName: str  # noqa: N815  # its names
    requestId: str  # noqa: N815  # its names
    analysisRoundTripMs: int  # noqa: N815  # its names
    processedBy: str  # noqa: N815  # its names
    timestampUTC: str  # noqa: N815  # its names
    error: str | None = None
    message: str | None = None
    processMs: int | None = None  # noqa: N815  # its names
    inferenceMs: int | None = None  # noqa: N815  # its names
    inferenceDevice: str | None = None  # noqa: N815  # its names
    count: int | None = None


class Point(BaseModel):
    """A corner, in pixels."""

    x: int
    y: int


class OpenAlprCandidate(BaseModel):
    """A possible text; its confidence is a percentage."""

    plate: str
    confidence: float
    matches_template: int


class OpenAlprPlate(OpenAlprCandidate):
    """A plate."""

    plate_index: int
    region: str
    region_confidence: int
    processing_time_ms: float
    requested_topn: int
    coordinates: list[Point]
    candidates: list[OpenAlprCandidate]


class OpenAlprAnswer(BaseModel):
    """OpenALPR's JSON, version 2."""

    version: int
    data_type: str
    epoch_time: int
    img_width: int
    img_height: int
    processing_time_ms: float
    regions_of_interest: list[dict[str, int]]
    results: list[OpenAlprPlate]


class Ping(BaseModel):
    """The service is there."""

    success: bool
    message: str


_PICTURE: Final = {"type": "string", "format": "binary"}
_FIELDS: Final = {
    "regions": {"type": "array", "items": {"type": "string"}},
    "camera_id": {"type": "string", "maxLength": 200},
    "timestamp": {"type": "string", "format": "date-time"},
    "mmc": {"type": "boolean"},
}

PLATE_READER_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "upload": _PICTURE,
                    "upload_url": {"type": "string", "description": "Off; see limits.fetch."},
                    **_FIELDS,
                    "config": {"type": "string", "description": "JSON."},
                },
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "upload": {"type": "string", "contentEncoding": "base64"},
                    **_FIELDS,
                    "config": {"type": "object"},
                },
                "required": ["upload"],
            }
        },
    },
}

ALPR_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "upload": _PICTURE,
                    "min_confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    "camera": {"type": "string", "maxLength": 200},
                },
                "required": ["upload"],
            }
        }
    },
}
