"""What labels say about a plate beside its place, by name: text, rows, region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from platelens.datasets.readers.labels import LabelLog, RawPlate
from platelens.datasets.readers.region_names import RegionCodes
from platelens.datasets.sample import LabelledPlate
from platelens.errors import AnnotationError
from platelens.types import FloatArray

_TEXT: Final = ("text", "plate", "plate_text", "plate_number", "license_plate", "number")
_REGION: Final = ("region", "country")
_TRUE: Final = frozenset({"true", "1", "yes"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label says that a plate is. Pixels."""

    where: str  # file and line or element
    xyxy: tuple[float, float, float, float] | None = None
    corners: FloatArray | None = None  # see RawPlate


class AttributeReader:
    """Makes raw plates of places and attributes."""

    def __init__(self, log: LabelLog) -> None:
        self._regions = RegionCodes(log)

    def raw_plate(self, place: Place, attributes: Mapping[str, object]) -> RawPlate:
        """Make a raw plate; attributes of other names are of no account.

        Args:
            place: where the plate is.
            attributes: values are texts, or what JSON makes of them; null is as good as missing.

        Raises:
            AnnotationError: a value is not what its attribute holds; names place and attribute.
        """
        values = {
            name.strip().lower(): _text(value, f"{place.where}: {name}")
            for name, value in attributes.items()
            if name.strip().lower() in _KNOWN
        }
        text = next((values[name] for name in _TEXT if values.get(name)), None)
        region = next((values[name] for name in _REGION if values.get(name)), "")
        return RawPlate(
            xyxy=place.xyxy,
            corners=place.corners,
            text=text,
            rows=_rows(values.get("rows", ""), place.where),
            region=self._regions.code(region, place.where),
            other_script=values.get("other_script", "").lower() in _TRUE,
            where=place.where,
        )


_KNOWN: Final = frozenset({*_TEXT, *_REGION, "rows", "other_script"})


def plate_attributes(plate: LabelledPlate) -> dict[str, str]:
    """Give the attributes of a plate as `AttributeReader` reads them."""
    return {
        "text": plate.text or "",
        "rows": str(plate.rows),
        **({"region": plate.region} if plate.region else {}),
        **({"other_script": "true"} if plate.other_script else {}),
    }


def _text(value: object, where: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise AnnotationError(f"{where}: expected a text, got {value!r}")
    return str(value).strip()


def _rows(value: str, where: str) -> int:
    if value not in ("", "1", "2"):
        raise AnnotationError(f"{where}: rows: expected 1 or 2, got {value!r}")
    return int(value or 1)
