"""OpenALPR's JSON, version 2: what `alpr -j` printed. Confidences are percentages there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from platelens.pipeline import ReadResult
from platelens.types import Plate


def answer_form(result: ReadResult, time: datetime, top: int) -> dict[str, Any]:
    """Give the answer for a picture of a time, at most `top` candidates a plate."""
    return {
        "version": 2,
        "data_type": "alpr_results",
        "epoch_time": round(time.timestamp() * 1000),
        "img_width": result.width,
        "img_height": result.height,
        "processing_time_ms": round(result.ms_total, 3),
        "regions_of_interest": [{"x": 0, "y": 0, "width": result.width, "height": result.height}],
        "results": [
            _plate(plate, number, result.ms_read, top)
            for number, plate in enumerate(p for p in result.plates if p.text)
        ],
    }


def _plate(plate: Plate, number: int, ms_read: float, top: int) -> dict[str, Any]:
    region = plate.region
    candidates = plate.reading.candidates if plate.reading else ()
    return {
        "plate": plate.text,
        "confidence": _percent(plate.confidence),
        "matches_template": int(region is not None),
        "plate_index": number,
        "region": region.code if region else "",
        "region_confidence": round(100 * region.confidence) if region else 0,
        "processing_time_ms": round(ms_read, 3),
        "requested_topn": top,
        "coordinates": [{"x": round(x), "y": round(y)} for x, y in plate.detection.quad.points],
        "candidates": [
            {
                "plate": candidate.text,
                "confidence": _percent(candidate.confidence),
                "matches_template": int(region is not None and candidate.text == plate.text),
            }
            for candidate in candidates[:top]
            if candidate.text
        ],
    }


def _percent(share: float) -> float:
    return round(100 * float(share), 4)
