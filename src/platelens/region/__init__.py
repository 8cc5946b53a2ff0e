"""Where a plate is from: its look, the form of its serial, and both weighed with the reading."""

from platelens.region.formats import (
    Band,
    Caption,
    Jurisdiction,
    PlateFormat,
    load_formats,
    load_jurisdiction,
    parse_pattern,
)
from platelens.region.look import LookClassifier
from platelens.region.matcher import PlateMatcher
from platelens.region.serials import SerialTable, shipped_serials

__all__ = [
    "Band",
    "Caption",
    "Jurisdiction",
    "LookClassifier",
    "PlateFormat",
    "PlateMatcher",
    "SerialTable",
    "load_formats",
    "load_jurisdiction",
    "parse_pattern",
    "shipped_serials",
]
