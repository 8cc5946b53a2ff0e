"""Events in the forms that others know."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from platelens.serving.dropin.platerecognizer import NO_VEHICLE
from platelens.serving.outgoing.event import Outgoing
from platelens.serving.schemas.reads import read_form
from platelens.store import Read


def native_form(event: Outgoing) -> dict[str, Any]:
    """Give the read as the API has it; pictures are asked for at its addresses."""
    return {
        "id": event.uid,
        "event": event.message.event,
        "created": _zulu(event.message.created),
        "read": read_form(event.read) if event.read else None,
        "watch": list(event.watch),
    }


def stream_form(event: Outgoing) -> dict[str, Any]:
    """Give the field `json` of Plate Recognizer Stream's webhook."""
    read = event.read
    time = read.time if read else event.message.created
    camera = read.camera if read else ""
    filename = f"{camera or 'camera'}_screenshots/{time:%y-%m-%d}/{time:%H-%M-%S.%f}.jpg"
    return {
        "hook": {
            "target": event.target.url,
            "id": camera or "platelens",
            "event": "recognition" if read else "test",
            "filename": filename,
        },
        "data": {
            "camera_id": camera,
            "filename": filename,
            "timestamp": _zulu(time),
            "timestamp_local": str(time),
            "timestamp_camera": None,
            "results": [_stream_result(event, read)] if read else [],
        },
    }


def _stream_result(event: Outgoing, read: Read) -> dict[str, Any]:
    direction = read.passing.direction_deg if read.passing else None
    return {
        "box": _named_box(read),
        "plate": read.text.lower(),
        "region": {"code": read.region, "score": round(read.region_confidence, 3)},
        "score": round(read.confidence, 3),
        "candidates": [
            {"score": round(c.confidence, 3), "plate": c.text.lower()} for c in read.candidates
        ]
        or [{"score": round(read.confidence, 3), "plate": read.text.lower()}],
        "dscore": round(event.detection_confidence, 3),
        "vehicle": NO_VEHICLE,
        "model_make": [],
        "color": [],
        "orientation": [],
        "direction": "" if direction is None else round(direction),
        "speed": None,
        "speed_score": 0,
        "source_url": "",
        "position_sec": 0.0,
        "user_data": "",
    }


def alpr_database_form(event: Outgoing) -> dict[str, Any]:
    """Give what Blue Iris sends to an ALPR database."""
    read = event.read
    time = read.time if read else event.message.created
    predictions = [_prediction(read)] if read else []
    texts = ", ".join(prediction["plate"] for prediction in predictions)
    found = {"success": True, "message": f"Found Plate: {texts}", "predictions": predictions}
    image = base64.b64encode(event.image).decode() if event.image else ""
    return {
        "ai_dump": [{"api": "alpr", "found": found}],
        "Image": image,
        "camera": read.camera if read else "",
        "ALERT_PATH": "",
        "ALERT_CLIP": "",
        "timestamp": _zulu(time),
    }


def _prediction(read: Read) -> dict[str, Any]:
    box = _named_box(read)
    return {
        "confidence": round(read.confidence, 4),
        "label": f"Plate: {read.text}",
        "plate": read.text,
        "x_min": box["xmin"],
        "y_min": box["ymin"],
        "x_max": box["xmax"],
        "y_max": box["ymax"],
        "valid_ocr_annotation": False,
    }


def frigate_update(event: Outgoing) -> dict[str, Any]:
    """Give the payload of `frigate/tracked_object_update`."""
    read = event.read
    time = read.time if read else event.message.created
    return {
        "type": "lpr",
        "id": frigate_id(event),
        "name": _name(event),
        "plate": read.text if read else "",
        "score": round(read.confidence, 4) if read else 0.0,
        "camera": read.camera if read else "",
        "timestamp": time.timestamp(),
        "plate_box": _edges(read) if read else [],
    }


def frigate_event(event: Outgoing) -> dict[str, Any]:
    """Give the payload of `frigate/events`: a vehicle that has come by."""
    read = event.read
    time = read.time if read else event.message.created
    begin, end = time, time
    if read and read.passing:
        begin, end = read.passing.first_seen, read.passing.last_seen
    name, box = _name(event), _edges(read) if read else [0, 0, 0, 0]
    score = round(read.confidence, 4) if read else 0.0
    after = {
        "id": frigate_id(event),
        "camera": read.camera if read else "",
        "frame_time": time.timestamp(),
        "label": "car",
        "sub_label": [name, _probability(event)] if name else None,
        "score": round(event.detection_confidence, 4),
        "top_score": round(event.detection_confidence, 4),
        "false_positive": False,
        "start_time": begin.timestamp(),
        "end_time": end.timestamp(),
        "box": box,
        "area": (box[2] - box[0]) * (box[3] - box[1]),
        "region": box,
        "current_zones": [],
        "entered_zones": [],
        "stationary": bool(read and read.passing and read.passing.is_parked),
        "has_snapshot": bool(read and read.image),
        "has_clip": False,
        "recognized_license_plate": read.text if read else "",
        "recognized_license_plate_score": score,
        "current_estimated_speed": 0,
        "average_estimated_speed": 0,
        "velocity_angle": read.passing.direction_deg if read and read.passing else None,
    }
    return {"type": "end", "before": after, "after": after}


def frigate_id(event: Outgoing) -> str:
    """Give an id as Frigate makes them: a time and a few letters."""
    return f"{event.message.created.timestamp():.6f}-{event.uid[:6]}"


def _name(event: Outgoing) -> str | None:
    """Give what the watch-lists call the plate."""
    return str(event.watch[0]["label"]) if event.watch else None


def _probability(event: Outgoing) -> float:
    return float(event.watch[0]["probability"]) if event.watch else 0.0


def _named_box(read: Read) -> dict[str, int]:
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), _edges(read), strict=True))


def _edges(read: Read) -> list[int]:
    box = read.box
    return [max(0, round(v)) for v in (box.x1, box.y1, box.x2, box.y2)] if box else [0, 0, 0, 0]


def _zulu(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
