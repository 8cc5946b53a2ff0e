"""Labelled pictures: their form, readers for them, and plates that the project draws itself."""

from platelens.datasets.index import load_samples
from platelens.datasets.sample import LabelledPlate, Sample

__all__ = ["LabelledPlate", "Sample", "load_samples"]
