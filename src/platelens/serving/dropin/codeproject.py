"""CodeProject.AI's licence plate module, as Blue Iris calls it: what an answer looks like."""

from __future__ import annotations

import socket
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from platelens.pipeline import ReadResult
from platelens.types import Plate


def answer_form(
    result: ReadResult, round_trip_ms: float, min_confidence: float, device: str
) -> dict[str, Any]:
    """Give the answer for a picture.

    Args:
        result: what was read.
        round_trip_ms: from the request's arrival on.
        min_confidence: plates less sure are left out.
        device: "CPU" or "GPU".
    """
    plates = [p for p in result.plates if p.text and p.confidence >= min_confidence]
    texts = ", ".join(plate.text for plate in plates)
    return {
        "success": True,
        "processMs": round(result.ms_total),
        "inferenceMs": round(result.ms_detect + result.ms_read),
        "message": f"Found Plate: {texts}" if texts else "No plates found",
        "predictions": [_prediction(plate, result) for plate in plates],
        "count": len(plates),
        "inferenceDevice": device,
        **_envelope(200, round_trip_ms),
    }


def failure_form(cause: str, round_trip_ms: float) -> dict[str, Any]:
    """Give the answer for a picture that could not be read: these clients look at `success`."""
    return {"success": False, "error": cause, "predictions": [], **_envelope(500, round_trip_ms)}


def _envelope(code: int, round_trip_ms: float) -> dict[str, Any]:
    return {
        "code": code,
        "command": "alpr",
        "moduleId": "ALPR",
        "moduleName": "License Plate Reader",
        "requestId": str(uuid.uuid4()),
        "analysisRoundTripMs": round(round_trip_ms),
        "processedBy": socket.gethostname(),
        "timestampUTC": format_datetime(datetime.now(UTC), usegmt=True),
    }


def _prediction(plate: Plate, result: ReadResult) -> dict[str, Any]:
    box = plate.detection.box
    x_min, x_max = (min(max(0, round(x)), result.width) for x in (box.x1, box.x2))
    y_min, y_max = (min(max(0, round(y)), result.height) for y in (box.y1, box.y2))
    confidence = round(plate.confidence, 4)
    middle_x, middle_y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    shares = (
        middle_x / result.width,
        middle_y / result.height,
        box.width / result.width,
        box.height / result.height,
    )
    corners = [[round(x - box.x1), round(y - box.y1)] for x, y in plate.detection.quad.points]
    return {
        "confidence": confidence,
        "label": f"Plate: {plate.text}",
        "plate": plate.text,
        "x_min": x_min,
        "y_min": y_min,
        "x_max": x_max,
        "y_max": y_max,
        "plate_annotation": " ".join(["0", *(f"{share:.6f}" for share in shares)]),
        "ocr_annotation": [[[corners, [plate.text, confidence]]]],
        "valid_ocr_annotation": False,  # the corners are the plate's, not those of its text
    }
