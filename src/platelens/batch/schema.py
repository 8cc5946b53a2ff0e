"""The rows of the output: one a plate, and one for each picture that gave none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa

from platelens.batch.places import in_unicode
from platelens.types import Plate

SCHEMA_VERSION: Final = 1
"""Of READ_SCHEMA; in the metadata of every file."""

Status = Literal["read", "none", "failed", "skipped", "repeated"]

Trouble = Literal[
    "missing", "denied", "unreachable", "changed", "damaged", "archive", "manifest", "reading"
]
"""Why a picture failed."""

READ_SCHEMA: Final = pa.schema(
    [
        ("shard", pa.int32()),
        ("picture", pa.int32()),  # within the shard, from 0
        ("image", pa.string()),  # path or URL; of an archive tar://member::archive
        ("status", pa.string()),  # see Status
        ("plate", pa.int16()),  # of the picture, left to right, from 0; null without one
        ("width", pa.int32()),  # of the picture as displayed, pixels
        ("height", pa.int32()),
        ("text", pa.string()),
        ("confidence", pa.float32()),
        ("readable", pa.bool_()),
        ("box", pa.list_(pa.float32(), 4)),  # x1, y1, x2, y2, pixels
        ("corners", pa.list_(pa.float32(), 8)),  # x, y of four, clockwise from the top left
        ("detection_confidence", pa.float32()),
        ("rows", pa.int8()),
        ("char_confidences", pa.list_(pa.float32())),
        ("candidates", pa.list_(pa.struct([("text", pa.string()), ("confidence", pa.float32())]))),
        ("raw_text", pa.string()),
        ("reason", pa.string()),
        ("region", pa.string()),  # ISO 3166 code in lower case
        ("region_confidence", pa.float32()),
        ("duplicate_of", pa.string()),  # of a skipped or repeated picture: the one that was read
        ("trouble", pa.string()),  # of a failed picture: see Trouble
        ("error", pa.string()),  # the same in a sentence
    ],
    metadata={"platelens.schema": str(SCHEMA_VERSION)},
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture."""

    picture: int
    image: str
    status: Status
    size_hw: tuple[int, int] | None = None
    plates: tuple[Plate, ...] = ()
    duplicate_of: str | None = None
    trouble: Trouble | None = None
    error: str | None = None


def rows_of(shard: int, outcome: Outcome, top: int) -> list[Row]:
    """Give the rows of a picture, at most `top` candidates a plate; never none."""
    height, width = outcome.size_hw or (None, None)
    common: Row = {
        "shard": shard,
        "picture": outcome.picture,
        "image": outcome.image,
        "status": outcome.status,
        "width": width,
        "height": height,
        "duplicate_of": outcome.duplicate_of,
        "trouble": outcome.trouble,
        "error": in_unicode(outcome.error) if outcome.error else None,
    }
    plates = [{**common, **_plate(n, p, top)} for n, p in enumerate(outcome.plates)]
    return plates or [common]


def to_table(rows: Sequence[Row]) -> pa.Table:
    """Give rows as a table of READ_SCHEMA; what a row does not name is null."""
    return pa.Table.from_pylist(list(rows), READ_SCHEMA)


def _plate(number: int, plate: Plate, top: int) -> Row:
    box, reading, region = plate.detection.box, plate.reading, plate.region
    row: Row = {
        "plate": number,
        "text": plate.text,
        "confidence": round(plate.confidence, 4),
        "readable": reading is not None and reading.is_readable,
        "box": [round(float(v), 1) for v in (box.x1, box.y1, box.x2, box.y2)],
        "corners": [round(float(v), 1) for point in plate.detection.quad.points for v in point],
        "detection_confidence": round(float(plate.detection.confidence), 4),
        "raw_text": plate.raw_text,
        "reason": plate.reason,
    }
    if reading is not None:
        row["rows"] = reading.rows
        row["char_confidences"] = [round(float(c), 4) for c in reading.char_confidences]
        row["candidates"] = [
            {"text": c.text, "confidence": round(float(c.confidence), 4)}
            for c in [c for c in reading.candidates if c.text][:top]
        ]
    if region is not None:
        row["region"] = region.code
        row["region_confidence"] = round(float(region.confidence), 4)
    return row
