"""What `POST /api/v1/read` gives. Field names are those of `platelens read --json`."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from platelens.serving.schemas.problem import Problem


class Character(BaseModel):
    """A character of a plate."""

    char: str
    confidence: float


class TextCandidate(BaseModel):
    """A possible text."""

    text: str
    confidence: float


class OriginCandidate(BaseModel):
    """A possible origin."""

    code: str = Field(examples=["us-ca"])
    name: str = Field(examples=["California"])
    confidence: float


class PlateOrigin(OriginCandidate):
    """Where a plate is from."""

    candidates: list[OriginCandidate]


class WatchHit(BaseModel):
    """An entry of a watch-list that a plate may be one of."""

    id: int
    label: str = Field(examples=["staff"])
    kind: str = Field(examples=["exact"])
    text: str
    probability: float


class PlateFound(BaseModel):
    """A plate of a picture."""

    id: int | None = Field(description="Of the stored read; null = it was not stored.")
    text: str = Field(examples=["AB12CDE"], description="A-Z and 0-9; empty = not read.")
    confidence: float
    readable: bool = Field(description="False = the text is no more than a guess.")
    box: list[float] = Field(description="x1, y1, x2, y2 in pixels of the picture as displayed.")
    corners: list[list[float]] = Field(description="Four points, clockwise from the top left.")
    detection_confidence: float
    characters: list[Character]
    candidates: list[TextCandidate]
    rows: int
    raw_text: str = Field(description="What the reader saw, before serial formats were weighed.")
    reason: str | None = Field(description="Why text is not raw_text.")
    region: PlateOrigin | None
    failed_positions: list[int] | None = None
    watch: list[WatchHit]


class Milliseconds(BaseModel):
    """How long a picture took; `total` has its decoding, and no waiting."""

    detect: float
    read: float
    total: float


class PictureRead(BaseModel):
    """A picture with its plates, left to right; or the error it met."""

    image: str = Field(description="The picture's name, as it was sent.", examples=["gate.jpg"])
    width: int | None = None
    height: int | None = None
    plates: list[PlateFound] = []
    ms: Milliseconds | None = None
    error: Problem | None = None


class ReadAnswer(BaseModel):
    """The pictures of a request, in their order."""

    images: list[PictureRead]


READ_EXAMPLE: Final[dict[str, Any]] = {
    "images": [
        {
            "image": "gate.jpg",
            "width": 1280,
            "height": 720,
            "plates": [
                {
                    "id": 17,
                    "text": "AB12CDE",
                    "confidence": 0.97,
                    "readable": True,
                    "box": [412.0, 388.5, 530.2, 421.9],
                    "corners": [[412.0, 390.1], [529.3, 388.5], [530.2, 420.0], [413.1, 421.9]],
                    "detection_confidence": 0.99,
                    "characters": [{"char": "A", "confidence": 0.99}],
                    "candidates": [{"text": "AB12CDE", "confidence": 0.97}],
                    "rows": 1,
                    "raw_text": "AB12CDE",
                    "reason": None,
                    "region": {
                        "code": "gb",
                        "name": "United Kingdom",
                        "confidence": 0.81,
                        "candidates": [
                            {"code": "gb", "name": "United Kingdom", "confidence": 0.81}
                        ],
                    },
                    "watch": [
                        {
                            "id": 3,
                            "label": "staff",
                            "kind": "exact",
                            "text": "AB12CDE",
                            "probability": 0.97,
                        }
                    ],
                }
            ],
            "ms": {"detect": 21.4, "read": 3.2, "total": 31.0},
        }
    ]
}

_PICTURE: Final = {"type": "string", "format": "binary"}
_BASE64: Final = {"type": "string", "contentEncoding": "base64"}
_OPTIONS: Final = {
    "camera": {"type": "string", "maxLength": 200},
    "time": {"type": "string", "format": "date-time"},
    "top": {"type": "integer", "minimum": 1, "maximum": 20},
    "keep": {"type": "boolean"},
}

READ_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "Pictures: a form with files (any field), one picture's bytes, or JSON.",
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "upload": {"type": "array", "items": _PICTURE, "minItems": 1},
                    **_OPTIONS,
                },
                "required": ["upload"],
            }
        },
        "application/octet-stream": {"schema": _PICTURE},
        "image/jpeg": {"schema": _PICTURE},
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "images": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "properties": {"name": {"type": "string"}, "data": _BASE64},
                            "required": ["data"],
                        },
                    },
                    **_OPTIONS,
                },
                "required": ["images"],
            }
        },
    },
}
