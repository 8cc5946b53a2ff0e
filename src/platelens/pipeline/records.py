"""Results as the plain values that `--json` prints and the service answers.

The form is a promise: see README.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platelens.pipeline import ReadResult
    from platelens.types import Detection, Pass, Plate, Reading, Region

Record = dict[str, Any]


def read_record(name: str, result: ReadResult, top: int) -> Record:
    """Give what `read` prints of a picture, at most `top` candidates a plate."""
    return {
        **_picture(name, result),
        "plates": [plate_record(plate, top) for plate in result.plates],
        "ms": {
            "detect": _ms(result.ms_detect),
            "read": _ms(result.ms_read),
            "total": _ms(result.ms_total),
        },
    }


def detect_record(name: str, result: ReadResult) -> Record:
    """Give what `detect` prints of a picture: as `read`, without what reading adds."""
    return {
        **_picture(name, result),
        "plates": [_place(plate.detection) for plate in result.plates],
        "ms": {"detect": _ms(result.ms_detect), "total": _ms(result.ms_total)},
    }


def ocr_record(name: str, result: ReadResult, top: int) -> Record:
    """Give what `ocr` prints of a picture, which is taken as one plate."""
    (plate,) = result.plates
    return {
        **_picture(name, result),
        **_text(plate.reading),
        **_details(plate.reading, top),
        **_failures(plate),
        "ms": {"read": _ms(result.ms_read), "total": _ms(result.ms_total)},
    }


def crop_record(name: str, result: ReadResult, top: int) -> Record:
    """Give what `region` prints of a picture, which is taken as one plate."""
    (plate,) = result.plates
    return {**ocr_record(name, result, top), **_origin(plate, top)}


def pass_record(source: str, found: Pass, top: int) -> Record:
    """Give what `watch` prints of a pass, at most `top` candidates."""
    direction = found.direction_deg
    return {
        "event": "pass" if found.is_final else "preview",
        "id": found.id,
        "source": source,
        **plate_record(found.plate, top),
        "first_s": _seconds(found.first_s),
        "last_s": _seconds(found.last_s),
        "best_s": _seconds(found.best_s),
        "sightings": found.sightings,
        "direction": None if direction is None else round(direction),
        "parked": found.is_parked,
    }


def _picture(name: str, result: ReadResult) -> Record:
    return {"image": name, "width": result.width, "height": result.height}


def plate_record(plate: Plate, top: int) -> Record:
    """Give what all of them say of a plate, at most `top` candidates."""
    return {
        **_text(plate.reading),
        **_place(plate.detection),
        **_details(plate.reading, top),
        **_origin(plate, top),
        **_failures(plate),
    }


def _failures(plate: Plate) -> Record:
    """Give what is added where it was asked which characters are sure enough."""
    if plate.failed_positions is None:
        return {}
    return {"failed_positions": list(plate.failed_positions)}


def _origin(plate: Plate, top: int) -> Record:
    return {
        "raw_text": plate.raw_text,
        "reason": plate.reason,
        "region": _region(plate.region, top),
    }


def _region(region: Region | None, top: int) -> Record | None:
    if region is None:
        return None
    return {
        "code": region.code,
        "name": region.name,
        "confidence": _confidence(region.confidence),
        "candidates": [
            {"code": c.code, "name": c.name, "confidence": _confidence(c.confidence)}
            for c in region.candidates[:top]
        ],
    }


def _text(reading: Reading | None) -> Record:
    return {
        "text": reading.text if reading else "",
        # The confidence that there is nothing to read is none in a text.
        "confidence": _confidence(reading.confidence if reading and reading.text else 0.0),
        "readable": reading is not None and reading.is_readable,
    }


def _place(detection: Detection) -> Record:
    box = detection.box
    return {
        "box": [_pixel(v) for v in (box.x1, box.y1, box.x2, box.y2)],
        "corners": [[_pixel(x), _pixel(y)] for x, y in detection.quad.points],
        "detection_confidence": _confidence(detection.confidence),
    }


def _details(reading: Reading | None, top: int) -> Record:
    if reading is None:
        return {"characters": [], "candidates": [], "rows": 1}
    return {
        "characters": [
            {"char": char, "confidence": _confidence(confidence)}
            for char, confidence in zip(reading.text, reading.char_confidences, strict=True)
        ],
        "candidates": [
            {"text": c.text, "confidence": _confidence(c.confidence)}
            for c in [c for c in reading.candidates if c.text][:top]
        ],
        "rows": reading.rows,
    }


def _pixel(value: float) -> float:
    return round(float(value), 1)


def _confidence(value: float) -> float:
    return round(float(value), 4)


def _ms(value: float) -> float:
    return round(float(value), 2)


def _seconds(value: float) -> float:
    return round(float(value), 3)
