"""Labelled pictures: their form, readers for them, and plates that the project draws itself."""

from platelens.datasets.contact_sheet import SheetSettings, draw_contact_sheet
from platelens.datasets.index import load_samples, write_samples
from platelens.datasets.readers.labels import Loaded, Problem
from platelens.datasets.readers.registry import FORMATS, Format, find_format, read_dataset
from platelens.datasets.sample import LabelledPlate, Sample
from platelens.datasets.stats import DatasetStats, count_samples
from platelens.datasets.transfer import export_dataset, import_dataset

__all__ = [
    "FORMATS",
    "DatasetStats",
    "Format",
    "LabelledPlate",
    "Loaded",
    "Problem",
    "Sample",
    "SheetSettings",
    "count_samples",
    "draw_contact_sheet",
    "export_dataset",
    "find_format",
    "import_dataset",
    "load_samples",
    "read_dataset",
    "write_samples",
]
