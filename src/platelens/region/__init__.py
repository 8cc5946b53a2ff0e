"""Where plates are from: how each jurisdiction numbers them and what they look like."""

from platelens.region.formats import (
    Band,
    Caption,
    Jurisdiction,
    PlateFormat,
    load_formats,
    load_jurisdiction,
    parse_pattern,
)

__all__ = [
    "Band",
    "Caption",
    "Jurisdiction",
    "PlateFormat",
    "load_formats",
    "load_jurisdiction",
    "parse_pattern",
]
